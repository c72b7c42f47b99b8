import CommandLineKit
import DeployKit
import Foundation
import Platform

/// `shim-deploy invoke`.
enum InvokeCommand {
    static let spec = CommandSpec(
        program: "shim-deploy invoke",
        summary: "call a function on AWS and print its answer",
        usage: ["[options] [NAME]"],
        options: ConnectionOptions.options + [
            Option(
                "-d",
                "--data",
                value: "JSON",
                help: "The event",
                default: "{}",
                excludes: ["--event"]
            ),
            Option(
                "-e",
                "--event",
                value: "FILE",
                type: .file,
                help: "A file with the event; - is standard input"
            ),
            Option("--alias", "--qualifier", value: "NAME", help: "An alias or version"),
            Option("--quiet", help: "No log, only the answer"),
        ],
        notes: [
            "exit status: 0, 1 where the function failed, with its error on standard output, 64 wrong usage"
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            let file = try session.description()
            let name = try session.name(file, spec)
            let event =
                try arguments.value("--event").map { try Input.file($0) }
                ?? Array((arguments.value("--data") ?? "{}").utf8)
            let runner = session.runner(try session.client())
            let answer = try runner.invoke(
                name,
                qualifier: arguments.value("--qualifier") ?? file.deploy.alias,
                event: Data(event)
            )
            console.clearProgress()
            if !arguments.flag("--quiet"), !answer.log.isEmpty {
                console.say(answer.log.hasSuffix("\n") ? String(answer.log.dropLast()) : answer.log)
            }
            try answer.payload.withUnsafeBytes { try writeAll($0, to: 1) }
            if console.showsAnswers, answer.payload.last != 0x0A { try console.print("\n") }
            return answer.functionError == nil ? .done : .failed
        }
    }
}
