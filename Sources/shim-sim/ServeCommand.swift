import CommandLineKit
import Foundation
import Platform
import SimKit

/// `shim-sim serve`.
enum ServeCommand {
    static let spec = CommandSpec(
        program: "shim-sim serve",
        summary: "serve functions as Lambda does, for any AWS client",
        usage: ["[options] TARGET [-- ARG...]", "[options] NAME=TARGET ...", "[options] --config FILE"],
        options: [
            Option("--host", value: "ADDRESS", help: "Where to listen", default: "127.0.0.1"),
            Option("--port", value: "PORT", help: "Port to listen on, 0 for any", default: "9000"),
            Option("--config", value: "FILE", help: "JSON with functions and their settings"),
        ] + FunctionOptions.options + ServeOptions.options,
        notes: [
            """
            TARGET is what 'shim-sim run' takes. With one target and no NAME, the function is called 'function'.
            """,
            """
            examples:
              shim-sim serve function.zip
              aws lambda invoke --endpoint-url http://127.0.0.1:9000 --function-name function out.json
              curl -d '{}' http://127.0.0.1:9000/2015-03-31/functions/function/invocations
            """,
        ]
    )

    static func run(_ words: [String]) throws -> ExitCode {
        let arguments = try spec.parse(words)
        if try Terminal.printsHelp(arguments, spec) { return .done }
        let functions = try ServeOptions.functions(arguments, spec)
        let host = arguments.value("--host") ?? "127.0.0.1"
        let port = UInt16(try arguments.int("--port", in: 0...65535) ?? 9000)
        guard let address = SocketAddress(host: host, port: port) else {
            throw UsageError("'\(host)' is not a value for --host", hint: "an IP address, or localhost")
        }
        if !address.isLoopback {
            Terminal.report("warning: whoever reaches '\(address.host)' can run these functions")
        }
        var options = LambdaService.Options()
        options.limitsBandwidth = arguments.flag("--limit-bandwidth")
        options.watches = arguments.flag("--watch")
        return try serve(functions, options, address, quiet: arguments.flag("--quiet"))
    }

    private static func serve(
        _ functions: [FunctionConfiguration],
        _ options: LambdaService.Options,
        _ address: SocketAddress,
        quiet: Bool
    ) throws -> ExitCode {
        let several = functions.count > 1
        let signal = try Session.with { context in
            let log = Outlet(raw: 2, signals: context.signals)
            let service = try LambdaService(functions, options: options, context: context) { name, lines in
                if quiet, name != nil { return }
                log.tell(several ? Terminal.prefixed(lines, name) : lines)
            }
            let simulator = try Simulator(service, on: address, context: context)
            for name in service.names where service.functions[name]?.hasBootstrap == false {
                Terminal.report("warning: '\(name)' has no file 'bootstrap': every call will fail")
            }
            for url in simulator.urlAddresses {
                Terminal.note("shim-sim: URL of \(url.name) is http://\(url.address)/")
            }
            Terminal.note("shim-sim: \(service.names.joined(separator: ", ")) ready on http://\(simulator.address)")
            return try simulator.run()
        }
        Signals.dieBy(signal)
    }
}
