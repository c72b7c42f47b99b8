/// What a user typed that the command cannot take: exit status 64.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was wrong, with what was typed quoted.
    package let message: String
    /// What to do, on a line of its own.
    package let hint: String?

    /// Creates an error with its remedy.
    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    package var description: String { message + (hint.map { "\nhint: " + $0 } ?? "") }
}

/// What a command's exit status says.
package enum ExitCode: Int32, Sendable {
    /// It did what was asked.
    case done = 0
    /// It could not, or what it ran failed.
    case failed = 1
    /// It was called wrongly (EX_USAGE of sysexits.h).
    case usage = 64
}
