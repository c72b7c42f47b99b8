import CommandLineKit
import DeployKit
import Foundation
import Platform

/// `shim-deploy delete`.
enum DeleteCommand {
    static let spec = CommandSpec(
        program: "shim-deploy delete",
        summary: "delete a function with everything made for it",
        usage: ["[options] [NAME]"],
        options: ConnectionOptions.options + [
            Option("--yes", help: "Do not ask"), Option("--logs", help: "Delete its log group too"),
            Option("--force", help: "Also delete a function that shim-deploy did not make"),
            Option("--alias", value: "NAME", help: "The alias that has the URL"),
            Option("--s3-bucket", value: "NAME", help: "The bucket that its packages went through"),
            Option("--repository", value: "NAME", help: "The repository of its images"),
            Option("--dry-run", help: "Print the aws commands and call none that changes anything"),
            Option(
                "--wait",
                value: "SECONDS",
                type: .integer(1...3600),
                help: "How long something may take",
                default: "300"
            ),
        ],
        notes: [
            "Only what has the tag 'shim-deploy', or an id that begins so, is deleted; it is listed first."
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            var file = try session.description()
            file.deploy.alias = arguments.value("--alias") ?? file.deploy.alias
            file.deploy.s3Bucket = arguments.value("--s3-bucket") ?? file.deploy.s3Bucket
            file.deploy.repository = arguments.value("--repository") ?? file.deploy.repository
            var desired = Desired(name: try session.name(file, spec))
            desired.deploy = file.deploy
            let client = try session.client()
            console.progress("looking at what is there")
            let inventory = try Survey(client: client).inventory(desired)
            let plan = try Teardown(desired: desired, inventory: inventory)
                .plan(logs: arguments.flag("--logs"), force: arguments.flag("--force"))
            console.clearProgress()
            for note in plan.notes { console.say("note: \(note)") }
            guard !plan.isEmpty else {
                console.say("= \(desired.name): there is nothing to delete")
                return .done
            }
            if arguments.flag("--dry-run") {
                for line in plan.commands(client.commands) { try console.print(line + "\n") }
                return .done
            }
            guard try confirmed(plan, arguments, console) else { return .failed }
            try session.runner(client).run(plan)
            return .done
        }
    }

    private static func confirmed(_ plan: Plan, _ arguments: Arguments, _ console: Console) throws
        -> Bool
    {
        if arguments.flag("--yes") { return true }
        for line in plan.lines { console.say("\(line)") }
        guard isatty(0) == 1 else {
            throw UsageError("nobody is there to ask whether this may go", hint: "--yes")
        }
        console.say("Delete all this? [y/N]")
        let answer = String(decoding: try Files.read(0, atMost: 1), as: UTF8.self)
        if ["y", "Y"].contains(answer) { return true }
        console.say("nothing was deleted")
        return false
    }
}
