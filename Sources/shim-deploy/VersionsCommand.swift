import CommandLineKit
import DeployKit
import FunctionFile

/// `shim-deploy versions`.
enum VersionsCommand {
    static let spec = CommandSpec(
        program: "shim-deploy versions",
        summary: "list a function's versions and their aliases",
        usage: ["[options] [NAME]"],
        options: ConnectionOptions.options + [Option("--json", help: "Print them as JSON")]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            let name = try session.name(try session.description(), spec)
            console.progress("looking at what is there")
            let history = try History.read(name, try session.client())
            console.clearProgress()
            try console.print(
                arguments.flag("--json") ? history.json.text(pretty: true) + "\n" : history.text
            )
            return .done
        }
    }
}
