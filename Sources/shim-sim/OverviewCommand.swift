import CommandLineKit

/// `shim-sim` with options of its own, or with a word that is no command.
enum OverviewCommand {
    static let spec = CommandSpec(
        program: "shim-sim",
        summary: "a local Lambda: runs a program, script or package as Lambda runs it, without Docker",
        usage: [
            "",
            "run [options] TARGET [-- ARG...]",
            "serve [options] TARGET [-- ARG...]",
            "serve [options] NAME=TARGET ...",
            "event [NAME]",
        ],
        notes: [
            """
            commands:
              run      call a function once and print its answer; 'shim-sim run --help'
              serve    serve functions as Lambda does, for any AWS client; 'shim-sim serve --help'
              event    print a sample event, or list them
            """,
            "Without a command, the sample function 'echo' is called with a sample event.",
        ]
    )

    static func run(_ words: [String]) throws -> ExitCode {
        let commands = ["run", "serve", "event"]
        if let first = words.first, !first.hasPrefix("-") {
            let near = commands.first { editDistance($0, first) <= 2 }
            throw UsageError(
                "unknown command '\(first)'",
                hint: near.map { "did you mean '\($0)'?" } ?? spec.helpHint
            )
        }
        let arguments = try spec.parse(words)
        if try Terminal.printsHelp(arguments, spec) { return .done }
        throw UsageError("a command is missing", hint: spec.helpHint)
    }
}
