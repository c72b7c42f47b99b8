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
        options: ConnectionOptions.options + EventOptions.options + [
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
            let name = try session.name(file, spec, isCalled: true)
            let event = try EventOptions.event(arguments)
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
