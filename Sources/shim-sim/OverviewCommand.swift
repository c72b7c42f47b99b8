import CommandLineKit
import Platform

/// `shim-sim` with options of its own, or with a word that is not a command.
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
            Program.list(commands),
            "Without a command, the sample function 'echo' is called with a sample event.",
        ],
        stopsAtFirstPositional: true
    )

    static let commands = [
        Command("run", RunCommand.spec, run: RunCommand.run),
        Command("serve", ServeCommand.spec, run: ServeCommand.run),
        Command("event", EventCommand.spec, run: EventCommand.run),
    ]

    static let program = Program(
        name: "shim-sim",
        main: Command("", spec, run: run),
        commands: commands,
        // As sam, docker and others say it.
        synonyms: [
            "invoke": "run", "call": "run", "exec": "run", "test": "run", "start": "serve", "server": "serve",
            "up": "serve", "local": "run", "start-lambda": "serve", "start-api": "serve", "listen": "serve",
            "events": "event", "generate-event": "event",
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        if arguments.isEmpty { return try RunCommand.runSample(console) }
        if let word = arguments.positionals.first {
            if word.contains("/") || Files.status(word) != nil {
                throw UsageError("a command is missing before '\(word)'", hint: "shim-sim run \(word)")
            }
            throw program.unknownCommand(word)
        }
        throw UsageError("a command is missing", hint: spec.helpHint)
    }
}
