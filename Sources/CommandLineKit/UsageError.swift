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
