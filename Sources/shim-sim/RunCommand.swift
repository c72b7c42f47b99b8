import CommandLineKit
import Foundation
import Platform
import SimKit
import ToolKit

/// `shim-sim run`, and `shim-sim` alone.
enum RunCommand {
    static let spec = CommandSpec(
        program: "shim-sim run",
        summary: "call a function once and print its answer",
        usage: ["[options] TARGET [-- ARG...]"],
        options: EventOptions.options + FunctionOptions.options + [
            Option(
                "--replay",
                value: "DIR",
                type: .folder,
                help: "Call it with the events that 'serve --record DIR' kept, and say which answers differ",
                excludes: ["--data", "--event", "--repeat"]
            ),
            Option(
                "--repeat",
                value: "N",
                type: .integer(1...1_000_000),
                help: "Call it N times in one environment: cold, then warm",
                default: "1"
            ),
            Option("--quiet", help: "No log, only the answer"),
        ],
        notes: [
            """
            TARGET is an executable or script, which the bootstrap 'shim' runs with ARG... for the event; a folder or zip
            that holds an executable 'bootstrap'; or a container image, as 'shim-pack --image' or 'docker save' writes it
            (no docker is needed).
            """,
            """
            Standard output is the answer's bytes, standard error is the log. Exit status: 0; 1 where the function failed,
            with its error on standard output, or could not be called; 64 wrong usage.
            """,
            """
            examples:
              shim-sim run /usr/bin/wc -d '{"a":1}' -- -c
              shim-sim run --repeat 3 --timeout 10 function.zip -e event.json
            """,
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        guard let path = arguments.positionals.first else {
            throw UsageError("the TARGET is missing", hint: spec.helpHint)
        }
        guard arguments.positionals.count == 1 else {
            throw UsageError(
                "unexpected argument '\(arguments.positionals[1])'",
                hint: CommandSpec.argumentsHint
            )
        }
        let count = arguments.int("--repeat") ?? 1
        let target = try FunctionOptions.target(path, arguments: arguments.afterDoubleDash ?? [])
        let function = try FunctionOptions.function("function", target, arguments)
        if let folder = arguments.value("--replay") {
            return try replay(function, Paths.absolute(folder), quiet: arguments.flag("--quiet"), console)
        }
        let event = try EventOptions.event(arguments)
        return try call(function, event: event, count: count, quiet: arguments.flag("--quiet"), console)
    }

    /// Calls the function with recorded events, and prints which answers are others now.
    private static func replay(
        _ function: FunctionConfiguration,
        _ folder: String,
        quiet: Bool,
        _ console: Console
    ) throws -> ExitCode {
        let records = try Replay.Record.all(in: folder)
        var differing = 0
        let signal = try Session.with { context in
            let log = Outlet(raw: 2, signals: context.signals)
            let answer = Outlet(raw: 1, signals: context.signals)
            let replay = try Replay(function, records, context: context, log: { if !quiet { log.tell($0) } }) {
                record,
                found in
                switch found {
                case .none: answer.tell(Array("same \(record.name)\n".utf8))
                case .answer(let was, let now):
                    differing += 1
                    answer.tell(Array("differs \(record.name)\n  was \(was)\n  is  \(now)\n".utf8))
                case .status(let was, let now):
                    differing += 1
                    answer.tell(Array("differs \(record.name)\n  was \(was)\n  is  \(now)\n".utf8))
                }
            }
            return try replay.run()
        }
        if let signal { Signals.dieBy(signal) }
        if differing > 0 { console.report("\(differing) of \(records.count) answers differ") }
        return differing == 0 ? .done : .failed
    }

    /// What `shim-sim` alone does: the sample function that is built beside it, and a sample event.
    static func runSample(_ console: Console) throws -> ExitCode {
        let target = try FunctionOptions.target(try Paths.companion("echo"), arguments: [])
        var function = FunctionConfiguration(name: "echo", target: target)
        try FunctionOptions.settle(&function)
        let event = #"{"message":"Hello from shim-sim","numbers":[1,2,3]}"#
        return try call(function, event: Array(event.utf8), count: 1, quiet: false, console)
    }

    private static func call(
        _ function: FunctionConfiguration,
        event: [UInt8],
        count: Int,
        quiet: Bool,
        _ console: Console
    ) throws -> ExitCode {
        let outcome = try Session.with { context in
            let log = Outlet(raw: 2, signals: context.signals)
            let answer = Outlet(raw: 1, signals: context.signals)
            let outputs = OneShot.Outputs(
                answer: { bytes throws(SystemError) in try answer.write(bytes) },
                log: { if !quiet { log.tell($0) } },
                endsLines: console.showsAnswers,
                progress: console.showsProgress
                    ? ProgressLine(loop: context.loop) { log.tell(Array($0.utf8)) } : nil
            )
            return try OneShot(function, event: event, count: count, context: context, outputs: outputs).run()
        }
        switch outcome {
        case .succeeded: return .done
        case .failed: return .failed
        case .interrupted(let signal): Signals.dieBy(signal)
        case .unwritten(.brokenPipe): return .done
        case .unwritten(let error): throw SimError.file(operation: "write", path: "standard output", error)
        }
    }
}
