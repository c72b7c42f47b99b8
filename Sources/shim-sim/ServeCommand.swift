import CommandLineKit
import Foundation
import Platform
import SimKit
import ToolKit

/// `shim-sim serve`.
enum ServeCommand {
    static let spec = CommandSpec(
        program: "shim-sim serve",
        summary: "serve functions as Lambda does, for any AWS client",
        usage: [
            "[options] TARGET [-- ARG...]", "[options] NAME=TARGET ...", "[options] --config FILE",
            "[options] [--control-plane]",
        ],
        options: [
            Option("--host", value: "ADDRESS", help: "Where to listen", default: "127.0.0.1"),
            Option(
                "--port",
                value: "PORT",
                type: .integer(0...65535),
                help: "Port to listen on, 0 for any",
                default: "9000"
            ),
            Option(
                "--config",
                value: "FILE",
                type: .file,
                help: "JSON with functions and their settings, or shim-deploy.json"
            ),
        ] + FunctionOptions.options + ServeOptions.options + ControlOptions.options
            + TriggerOptions.options,
        notes: [
            """
            TARGET is what 'shim-sim run' takes. With one target and no NAME, the function is called 'function'. Without
            any, functions are created by Lambda's own API, as by 'aws lambda create-function --endpoint-url ...'.
            """,
            """
            The page http://127.0.0.1:9000/_/ shows invocations, logs and environments, and sends events.
            """,
            """
            examples:
              shim-sim serve function.zip
              aws lambda invoke --endpoint-url http://127.0.0.1:9000 --function-name function out.json
              curl -d '{}' http://127.0.0.1:9000/2015-03-31/functions/function/invocations
            """,
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        let functions = try ServeOptions.functions(arguments, spec)
        let host = arguments.value("--host") ?? "127.0.0.1"
        let port = UInt16(arguments.int("--port") ?? 9000)
        guard let address = SocketAddress(host: host, port: port) else {
            throw UsageError("'\(host)' is not a value for --host", hint: "an IP address, or localhost")
        }
        if !address.isLoopback {
            console.report("warning: whoever reaches '\(address.host)' can run these functions")
        }
        var options = LambdaService.Options()
        options.limitsBandwidth = arguments.flag("--limit-bandwidth")
        options.watches = arguments.flag("--watch")
        let control = try ControlOptions.read(arguments, isOnly: functions.isEmpty)
        let triggers = try TriggerOptions.read(arguments, names: control == nil ? functions.map(\.name) : nil)
        let settings = Settings(
            options: options,
            control: control,
            triggers: triggers,
            record: arguments.value("--record").map { Paths.absolute($0) },
            tellsEndpoint: !arguments.flag("--no-lambda-endpoint"),
            isQuiet: arguments.flag("--quiet")
        )
        return try serve(functions, settings, address, console)
    }

    /// What holds for all functions.
    private struct Settings {
        let options: LambdaService.Options
        let control: ControlOptions?
        let triggers: Triggers
        /// The folder that calls are recorded into.
        let record: String?
        let tellsEndpoint: Bool
        let isQuiet: Bool
    }

    private static func serve(
        _ functions: [FunctionConfiguration],
        _ settings: Settings,
        _ address: SocketAddress,
        _ console: Console
    ) throws -> ExitCode {
        let several = functions.count > 1 || settings.control != nil
        let signal = try Session.with { context in
            let log = Outlet(raw: 2, signals: context.signals)
            let write = { (name: String?, lines: [UInt8]) in
                context.history.add(lines: lines, of: name)
                if settings.isQuiet, name != nil { return }
                log.tell(several ? prefixed(lines, name) : lines)
            }
            let service = try LambdaService(
                functions,
                control: try settings.control?.make(in: context, write: write),
                recorder: try settings.record.map { try Recorder($0) { console.say("shim-sim: \($0)") } },
                options: settings.options,
                context: context,
                write: write
            )
            let simulator = try Simulator(service, settings.triggers, on: address, context: context)
            if settings.tellsEndpoint { context.endpoint = simulator.endpoint }
            for name in service.names where service.functions[name]?.hasBootstrap == false {
                console.report("warning: '\(name)' has no file 'bootstrap': every call will fail")
            }
            for url in simulator.urlAddresses {
                console.say("shim-sim: URL of \(url.name) is http://\(url.address)/")
            }
            for front in simulator.frontAddresses {
                console.say("shim-sim: \(front.name) is http://\(front.address)/")
            }
            let here = "http://\(simulator.address)"
            let ready = service.names + (settings.control == nil ? [] : ["the API for functions"])
            console.say("shim-sim: \(ready.joined(separator: ", ")) ready on \(here)")
            console.say("shim-sim: page \(here)/_/")
            if let name = service.names.first {
                console.say("shim-sim: call curl -d '{}' \(here)/2015-03-31/functions/\(name)/invocations")
            }
            return try simulator.run()
        }
        Signals.dieBy(signal)
    }

    /// Lines with the name of their function in front, where there are several.
    private static func prefixed(_ lines: [UInt8], _ name: String?) -> [UInt8] {
        guard let name else { return lines }
        return Array(lines.split(separator: 0x0A).map { Array("\(name) | ".utf8) + $0 + [0x0A] }.joined())
    }
}
