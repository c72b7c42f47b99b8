/// Why a description of a function cannot be used.
package struct FunctionFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file.
    package let file: String
    /// What is wrong, with the path of the member.
    package let problem: String
    /// What to do.
    package let hint: String?

    /// Describes what is wrong.
    package init(file: String, _ problem: String, hint: String? = nil) {
        self.file = file
        self.problem = problem
        self.hint = hint
    }

    package var description: String {
        "cannot use the configuration '\(file)': \(problem)" + (hint.map { "\nhint: " + $0 } ?? "")
    }
}
