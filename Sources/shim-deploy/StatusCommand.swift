import CommandLineKit
import DeployKit
import FunctionFile

/// `shim-deploy status`.
enum StatusCommand {
    static let spec = CommandSpec(
        program: "shim-deploy status",
        summary: "show a function and everything made for it",
        usage: ["[options] [NAME]"],
        options: ConnectionOptions.options + [
            Option(
                "--alias",
                value: "NAME",
                help: "The alias to look at",
                default: "the only one, if there is one"
            ),
            Option("--json", help: "Print it as JSON"),
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            var file = try session.description()
            file.deploy.alias = arguments.value("--alias") ?? file.deploy.alias
            var desired = Desired(name: try session.name(file, spec))
            desired.deploy.alias = file.deploy.alias
            console.progress("looking at what is there")
            let observed = try Survey(client: try session.client()).observeAll(&desired)
            console.clearProgress()
            guard let status = FunctionStatus(desired, observed) else {
                throw DeployError.noFunction(desired.name)
            }
            try console.print(
                arguments.flag("--json") ? status.json.text(pretty: true) + "\n" : status.text
            )
            for warning in status.warnings { console.report("warning: \(warning)") }
            return .done
        }
    }
}
