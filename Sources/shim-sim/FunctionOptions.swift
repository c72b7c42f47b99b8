import CommandLineKit
import Foundation
import Platform
import SimKit

/// The options that `run` and `serve` share: what the function is.
enum FunctionOptions {
    static let options = [
        Option("--timeout", value: "SECONDS", help: "Time-out of an invocation, 0.1 to 900", default: "3"),
        Option("--memory", value: "MB", help: "Memory of the function, 128 to 10240", default: "128"),
        Option("--env", value: "NAME=VALUE", help: "Set an environment variable", repeatable: true),
        Option("--env-file", value: "FILE", help: "Set the variables of a file of NAME=VALUE lines", repeatable: true),
        Option("--handler", value: "NAME", help: "What _HANDLER says", default: "the program's name"),
        Option("--log-format", value: "text|json", help: "Form of the log", default: "text"),
        Option("--layer", value: "DIR|ZIP", help: "Merge a layer to /opt; later ones win", repeatable: true),
        Option("--cpu-share", help: "No more CPU than Lambda gives for the memory"),
        Option("--isolate", help: "The function sees /var/task, /opt and /tmp as on Lambda, the rest read-only"),
        Option("--root", value: "DIR", help: "With --isolate: a folder to use as the root file system"),
    ]

    /// The bootstrap for programs: SwiftPM builds it beside this program.
    static func shimPath() throws -> String { Paths.parent(try Files.ownExecutable()) + "/shim" }

    /// The target that was named.
    static func target(_ path: String, arguments: [String]) throws -> Target {
        let target = try Target.find(
            path,
            arguments: arguments,
            shim: try shimPath(),
            searchPath: ProcessInfo.processInfo.environment["PATH"] ?? ""
        )
        if case .program = target { return target }
        guard arguments.isEmpty else {
            throw UsageError("the target '\(path)' has its own bootstrap and takes no arguments")
        }
        return target
    }

    /// The configuration that the options give.
    static func function(_ name: String, _ target: Target, _ arguments: Arguments) throws -> FunctionConfiguration {
        var function = FunctionConfiguration(name: name, target: target)
        if let seconds = try arguments.number("--timeout", in: 0.1...900) {
            function.timeout = .fromMilliseconds(seconds * 1000)
        }
        function.memory = try arguments.int("--memory", in: 128...10240) ?? function.memory
        function.handler = arguments.value("--handler") ?? function.handler
        function.logFormat = try arguments.choice("--log-format", LogFormat.self) ?? .text
        for file in arguments.values("--env-file") {
            let text = String(decoding: try Input.file(file), as: UTF8.self)
            function.environment.merge(try Variables.parseFile(text, name: file)) { $1 }
        }
        for assignment in arguments.values("--env") {
            guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
                throw UsageError("'\(assignment)' is not a value for --env", hint: "NAME=VALUE")
            }
            function.environment[String(assignment[..<equals])] = String(assignment[assignment.index(after: equals)...])
        }
        function.layers = arguments.values("--layer").map { Paths.absolute($0) }
        function.limitsCPU = arguments.flag("--cpu-share")
        function.isolation = try isolation(arguments)
        try settle(&function)
        return function
    }

    private static func isolation(_ arguments: Arguments) throws -> Isolation {
        let root = arguments.value("--root").map { Paths.absolute($0) }
        guard arguments.flag("--isolate") else {
            guard root == nil else { throw UsageError("--root needs --isolate") }
            return .none
        }
        let isolation = Isolation.namespaces(root: root)
        try Isolator.check(isolation)
        return isolation
    }

    /// What comes from the user's own environment.
    static func settle(_ function: inout FunctionConfiguration) throws {
        let own = ProcessInfo.processInfo.environment
        if let text = function.environment.removeValue(forKey: Variables.maximumConcurrency) {
            guard let number = Int(text), (1...1600).contains(number) else {
                throw UsageError(
                    "'\(text)' is not a value for \(Variables.maximumConcurrency)",
                    hint: "a whole number from 1 to 1600"
                )
            }
            function.maximumConcurrency = number
        }
        do {
            try Variables.check(function.environment)
        } catch {
            throw UsageError(error.description)
        }
        function.region = own["AWS_REGION"] ?? own["AWS_DEFAULT_REGION"] ?? function.region
        function.hostPath = own["PATH"] ?? ""
        function.credentials = own.filter { Variables.credentialNames.contains($0.key) }
    }
}
