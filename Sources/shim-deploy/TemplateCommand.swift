import CommandLineKit
import DeployKit
import FunctionFile

/// `shim-deploy template`.
enum TemplateCommand {
    static let spec = CommandSpec(
        program: "shim-deploy template",
        summary: "print the same as a template for AWS SAM",
        usage: ["[options] PACKAGE [NAME]"],
        options: DeployCommand.looking,
        notes: [
            "AWS is not asked. The template is JSON, which 'sam deploy --template-file' takes as well."
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            let desired = try DeployCommand.function(
                session,
                spec,
                notALayer: "a template describes a function, not a layer",
                hint: spec.helpHint
            )
            try console.print(SAMTemplate(desired).json.text(pretty: true) + "\n")
            return .done
        }
    }
}
