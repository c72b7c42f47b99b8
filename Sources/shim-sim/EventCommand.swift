import CommandLineKit
import SimKit

/// `shim-sim event`.
enum EventCommand {
    static let spec = CommandSpec(
        program: "shim-sim event",
        summary: "print a sample event, or list them",
        usage: ["[NAME]"],
        notes: ["example:\n  shim-sim event sqs | shim-sim run ./handler.py -e -"]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        guard arguments.positionals.count <= 1 else {
            throw UsageError("unexpected argument '\(arguments.positionals[1])'", hint: spec.helpHint)
        }
        if let name = arguments.positionals.first {
            do {
                try console.print(SampleEvents.named(name).json + "\n")
            } catch let error as SimError {
                throw UsageError("\(error)")
            }
        } else {
            let width = SampleEvents.all.map(\.name.count).max() ?? 0
            for sample in SampleEvents.all {
                let padding = String(repeating: " ", count: width - sample.name.count + 2)
                try console.print(sample.name + padding + sample.summary + "\n")
            }
        }
        return .done
    }
}
