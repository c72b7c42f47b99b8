/// One thing that a program does: the table of its options, and what carries it out.
package struct Command: Sendable {
    /// What is typed after the program's name, `run`; empty for what the program does without such a word.
    package let name: String
    /// Its options and its help.
    package let spec: CommandSpec
    /// Carries it out; what it throws is reported.
    package let run: @Sendable (Arguments, Console) throws -> ExitCode

    /// Describes a command.
    package init(
        _ name: String,
        _ spec: CommandSpec,
        run: @escaping @Sendable (Arguments, Console) throws -> ExitCode
    ) {
        self.name = name
        self.spec = spec
        self.run = run
    }
}
