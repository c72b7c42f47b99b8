import CommandLineKit
import DeployKit
import FunctionFile

/// `shim-deploy rollback`.
enum RollbackCommand {
    static let spec = CommandSpec(
        program: "shim-deploy rollback",
        summary: "move an alias back to the previous version",
        usage: ["[options] [NAME]"],
        options: ConnectionOptions.options + [
            Option(
                "--alias",
                value: "NAME",
                help: "The alias",
                default: "the configuration's, or the only one"
            ),
            Option(
                "--version-number",
                value: "N",
                type: .integer(1...999_999_999),
                help: "The version",
                default: "the one before"
            ),
            Option("--dry-run", help: "Print the aws command and do not call it"),
        ],
        notes: [
            "Nothing is sent again; it takes a second. The next deployment moves the alias forward again."
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            let file = try session.description()
            let name = try session.name(file, spec)
            let client = try session.client()
            console.progress("looking at what is there")
            let history = try History.read(name, client)
            let plan = try history.rollback(
                alias: arguments.value("--alias") ?? file.deploy.alias,
                to: arguments.int("--version-number").map(String.init)
            )
            console.clearProgress()
            if arguments.flag("--dry-run") {
                for line in plan.commands(client.commands) { try console.print(line + "\n") }
            } else if plan.isEmpty {
                for line in plan.lines { console.say("\(line)") }
            } else {
                try session.runner(client).run(plan)
            }
            return .done
        }
    }
}
