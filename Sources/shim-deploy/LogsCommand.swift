import CommandLineKit
import DeployKit
import Foundation
import FunctionFile

/// `shim-deploy logs`.
enum LogsCommand {
    static let spec = CommandSpec(
        program: "shim-deploy logs",
        summary: "show a function's log",
        usage: ["[options] [NAME]"],
        options: ConnectionOptions.options + [
            Option("-f", "--follow", help: "Keep showing new lines as they come"),
            Option("--since", value: "TIME", help: "How far back, as in 10m or 2h", default: "10m"),
            Option(
                "--filter",
                value: "PATTERN",
                help: "Only events that CloudWatch Logs finds by this pattern"
            ),
        ]
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in
            let file = try session.description()
            let name = try session.name(file, spec)
            let group =
                file.configuration["LoggingConfig"]?["LogGroup"]?.string ?? Naming(function: name).logGroup
            var start = Date().timeIntervalSince1970 - (try seconds(arguments.value("--since") ?? "10m"))
            let client = try session.client()
            var seen: [String: Int] = [:]
            repeat {
                var input: [String: JSON] = [
                    "logGroupName": .string(group), "startTime": .int(Int(start * 1000)),
                ]
                if let pattern = arguments.value("--filter") { input["filterPattern"] = .string(pattern) }
                var call = AWSCall("logs", "filter-log-events", input)
                // It may be made by the function's first call.
                if arguments.flag("--follow") { call = call.forgiving("ResourceNotFoundException") }
                for event in try client.perform(call)["events"]?.array ?? [] {
                    let id = event["eventId"]?.string ?? event.text()
                    guard seen.updateValue(event["timestamp"]?.int ?? .max, forKey: id) == nil else { continue }
                    let message = event["message"]?.string ?? ""
                    try console.print(message.hasSuffix("\n") ? message : message + "\n")
                }
                guard arguments.flag("--follow") else { break }
                // Events may come late: the last minute is read again, and what was seen is left out.
                start = max(start, Date().timeIntervalSince1970 - 60)
                seen = seen.filter { $0.value >= Int(start * 1000) }
                try client.pause(.seconds(2))
            } while true
            return .done
        }
    }

    private static func seconds(_ text: String) throws -> Double {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()),
            count > 0, count < 1e6
        else {
            throw UsageError(
                "'\(text)' is not a value for --since",
                hint: "a number with s, m, h or d, as in 10m"
            )
        }
        return count * unit
    }
}
