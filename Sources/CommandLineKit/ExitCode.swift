/// What a command's exit status says.
package struct ExitCode: RawRepresentable, Equatable, Sendable {
    /// The number.
    package let rawValue: Int32

    /// A status that only one command has.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// It did what was asked.
    package static let done = ExitCode(rawValue: 0)
    /// It could not, or what it ran failed.
    package static let failed = ExitCode(rawValue: 1)
    /// It was called wrongly (EX_USAGE of sysexits.h).
    package static let usage = ExitCode(rawValue: 64)
}
