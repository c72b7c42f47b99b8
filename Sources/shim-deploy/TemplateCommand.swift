import CommandLineKit
import DeployKit
import FunctionFile

/// `shim-deploy template`.
enum TemplateCommand {
    static let spec = CommandSpec(
        program: "shim-deploy template",
        summary: "print the same as a template for AWS SAM",
        usage: ["[options] PACKAGE [NAME]"],
        options: ConnectionOptions.options + FunctionOptions.options + [
            Option("--pack", value: "OPTIONS", help: "Options for shim-pack, where PACKAGE is a program"),
            Option("--no-check", help: "Do not look whether the package would start"),
        ],
        notes: [
            "AWS is not asked. The template is JSON, which 'sam deploy --template-file' takes as well."
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            guard case .function(let desired) = try DeployCommand.package(session, spec) else {
                throw UsageError("a template describes a function, not a layer", hint: spec.helpHint)
            }
            try console.print(SAMTemplate(desired).json.text(pretty: true) + "\n")
            return .done
        }
    }
}
