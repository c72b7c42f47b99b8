import CommandLineKit
import DeployKit
import FunctionFile
import Platform
import ToolKit

/// `shim-deploy init`.
enum InitCommand {
    static let spec = CommandSpec(
        program: "shim-deploy init",
        summary: "write a description of an existing function",
        usage: ["[options] NAME"],
        options: ConnectionOptions.options + [
            Option(
                "-o",
                "--output",
                value: "FILE",
                type: .file,
                help: "The file; - is standard output",
                default: "shim-deploy.json"
            ),
            Option(
                "--alias",
                value: "NAME",
                help: "The alias that callers use",
                default: "the only one, if there is one"
            ),
        ],
        notes: [
            "The values of variables are not written: the file gets ${NAME}, to be set where it is used."
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            guard arguments.positionals.count == 1 else {
                throw UsageError("which function? its NAME is missing", hint: spec.helpHint)
            }
            var desired = Desired(name: arguments.positionals[0])
            desired.deploy.alias = arguments.value("--alias")
            let output = arguments.value("--output") ?? "shim-deploy.json"
            if output != "-", Files.status(output) != nil {
                throw ToolError.cannotWrite(path: output, cause: "it exists already")
            }
            console.progress("looking at what is there")
            let observed = try Survey(client: try session.client()).observeAll(&desired)
            console.clearProgress()
            guard observed.function != nil else { throw DeployError.noFunction(desired.name) }
            let text = Description.of(desired, observed).text(pretty: true) + "\n"
            if output == "-" {
                try console.print(text)
            } else {
                try Disk.write(.init(text.utf8), to: output)
                console.say("\(output) describes \(desired.name)")
            }
            return .done
        }
    }
}
