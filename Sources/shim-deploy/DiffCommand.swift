import CommandLineKit
import DeployKit

/// `shim-deploy diff`.
enum DiffCommand {
    static let spec = CommandSpec(
        program: "shim-deploy diff",
        summary: "show what a deployment would change",
        usage: ["[options] PACKAGE [NAME]"],
        options: DeployCommand.looking + [
            Option("--exit-code", help: "Exit with 2 where something differs")
        ],
        notes: ["exit status: 0, with --exit-code 2 where something differs, 1 failed, 64 wrong usage"]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            let desired = try DeployCommand.function(
                session,
                spec,
                notALayer: "a layer has no settings to compare",
                hint: "shim-deploy publishes it only where it is new"
            )
            let (_, plan) = try session.plan(desired, try session.client())
            for line in plan.lines { try console.print("\(line)\n") }
            for note in plan.notes { console.say("note: \(note)") }
            return !plan.isEmpty && arguments.flag("--exit-code") ? ExitCode(rawValue: 2) : .done
        }
    }
}
