import CommandLineKit
import Foundation
import LambdaWire
import Platform
import SimKit
import ToolKit

/// The options of `serve` that say what runs and how many at once.
enum ServeOptions {
    static let options = [
        Option(
            "--concurrency",
            value: "N",
            type: .integer(1...1000),
            help: "The most environments of a function at a time",
            default: "10"
        ),
        Option(
            "--idle-timeout",
            value: "SECONDS",
            type: .number(0.1...1_000_000),
            help: "End an environment that has been idle for this long",
            default: "600"
        ),
        Option(
            "--retry-delays",
            value: "SECONDS,...",
            help: "Delays before a failed event is tried again",
            default: "60,120"
        ),
        Option("--on-failure", value: "FILE|function:NAME", help: "Where to send an event that failed for good"),
        Option("--url-port", value: "PORT", type: .integer(0...65535), help: "Port of the function URL, 0 for any"),
        Option("--url-stream", help: "The function URL streams (RESPONSE_STREAM)"),
        Option("--limit-bandwidth", help: "Streamed answers: 6 MB at once, then 2 MB/s, as on Lambda"),
        Option("--watch", help: "Use a changed target from the next call on"),
        Option("--freeze", help: "Stop environments between calls, as Lambda does"),
        Option(
            "--env-all",
            value: "NAME=VALUE",
            type: .assignment,
            help: "Set a variable of every function that does not set it itself",
            repeatable: true
        ),
        Option("--no-lambda-endpoint", help: "Do not tell functions how to call each other (AWS_ENDPOINT_URL_LAMBDA)"),
        Option("--record", value: "DIR", type: .folder, help: "Keep events and answers, for 'shim-sim run --replay'"),
        Option("--quiet", help: "No logs of functions"),
    ]

    /// The functions that the command line and the configuration file name.
    static func functions(_ arguments: Arguments, _ spec: CommandSpec) throws -> [FunctionConfiguration] {
        var functions: [FunctionConfiguration] = []
        for word in arguments.positionals {
            let (name, path) = split(word)
            let target = try FunctionOptions.target(path, arguments: arguments.afterDoubleDash ?? [])
            var function = try FunctionOptions.function(name ?? "function", target, arguments)
            try apply(arguments, to: &function)
            functions.append(function)
        }
        if let file = arguments.value("--config") {
            functions += try ConfigurationFile.read(file, arguments) { function in
                try apply(arguments, to: &function)
            }
        }
        for (index, function) in functions.enumerated() {
            guard LambdaName.isFunction(function.name) else { throw SimError.badFunctionName(function.name) }
            guard !functions[..<index].contains(where: { $0.name == function.name }) else {
                throw UsageError("two functions are called '\(function.name)'", hint: "name them: NAME=TARGET")
            }
        }
        for function in functions { try checkDestination(of: function, among: functions) }
        try checkPorts(functions)
        return functions
    }

    /// Says now, and not when the first event has failed for good, that there is no such place.
    private static func checkDestination(
        of function: FunctionConfiguration,
        among functions: [FunctionConfiguration]
    ) throws {
        switch function.events.onFailure {
        case nil: break
        case .function(let name)?:
            guard functions.contains(where: { $0.name == name }) else {
                throw UsageError(
                    "failed events of '\(function.name)' go to '\(name)', which is not a function here",
                    hint: "the functions are " + functions.map(\.name).joined(separator: ", ")
                )
            }
        case .file(let path)?:
            let mayBeMade = !path.isEmpty && Files.status(Paths.parent(path))?.isDirectory == true
            guard Files.status(path).map({ !$0.isDirectory }) ?? mayBeMade else {
                throw UsageError(
                    "failed events of '\(function.name)' go to '\(path)', which cannot be a file",
                    hint: "a file in a folder that is there, or function:NAME"
                )
            }
        }
    }

    private static func checkPorts(_ functions: [FunctionConfiguration]) throws {
        var seen: [UInt16: String] = [:]
        for function in functions {
            guard let port = function.urlPort, port != 0 else { continue }
            if let other = seen.updateValue(function.name, forKey: port) {
                throw UsageError(
                    "the URLs of '\(other)' and '\(function.name)' have the same port \(port)",
                    hint: "'--url-port 0' takes free ones; in a file for --config each function has a 'urlPort'"
                )
            }
        }
    }

    /// `NAME=TARGET`; a path may have an equals sign too, after a slash.
    private static func split(_ word: String) -> (name: String?, path: String) {
        guard let equals = word.firstIndex(of: "="), !word[..<equals].contains("/") else { return (nil, word) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    static func apply(_ arguments: Arguments, to function: inout FunctionConfiguration) throws {
        function.concurrency = arguments.int("--concurrency") ?? function.concurrency
        if let seconds = arguments.number("--idle-timeout") {
            function.idleTime = .fromMilliseconds(seconds * 1000)
        }
        if let text = arguments.value("--retry-delays") { function.events.retryDelays = try delays(text) }
        function.events.onFailure = arguments.value("--on-failure").map(destination)
        function.urlPort = arguments.int("--url-port").map { UInt16($0) }
        function.urlStreams = arguments.flag("--url-stream")
        function.freezes = arguments.flag("--freeze")
        let all = Dictionary(arguments.assignments("--env-all").map { ($0.name, $0.value) }) { $1 }
        do {
            try Variables.check(all)
        } catch {
            throw UsageError(error.description)
        }
        function.shared.merge(all) { $1 }
    }

    static func destination(_ text: String) -> EventSettings.Destination {
        text.hasPrefix("function:") ? .function(String(text.dropFirst(9))) : .file(Paths.absolute(text))
    }

    private static func delays(_ text: String) throws -> [Duration] {
        let words = text.split(separator: ",", omittingEmptySubsequences: true)
        let seconds = words.compactMap { Double($0) }.filter { (0...86400).contains($0) }
        guard seconds.count == words.count, words.count <= 2 else {
            throw UsageError(
                "'\(text)' is not a value for --retry-delays",
                hint: "at most two numbers of seconds, as in 60,120; nothing for no retry"
            )
        }
        return seconds.map { .fromMilliseconds($0 * 1000) }
    }
}
