import CommandLineKit
import Foundation
import Platform
import SimKit
import ToolKit

/// The options that `run` and `serve` share: what the function is.
enum FunctionOptions {
    static let options = [
        Option(
            "--timeout",
            value: "SECONDS",
            type: .number(0.1...900),
            help: "Time-out of an invocation, 0.1 to 900",
            default: "3"
        ),
        Option(
            "--memory",
            value: "MB",
            type: .integer(128...10240),
            help: "Memory of the function, 128 to 10240",
            default: "128"
        ),
        Option("--env", value: "NAME=VALUE", type: .assignment, help: "Set an environment variable", repeatable: true),
        Option(
            "--env-file",
            value: "FILE",
            type: .file,
            help: "Set the variables of a file of NAME=VALUE lines",
            repeatable: true
        ),
        Option(
            "--pass-env",
            value: "NAME",
            help: "Pass on a variable of this shell; NAME* passes on all that begin with NAME",
            repeatable: true
        ),
        Option("--handler", value: "NAME", help: "Value of _HANDLER", default: "the program's name"),
        Option(
            "--log-format",
            value: "text|json",
            type: .word(of: LogFormat.self),
            help: "Format of the log",
            default: "text"
        ),
        Option(
            "--layer",
            value: "DIR|ZIP",
            type: .file,
            help: "Merge a layer into /opt; later ones win",
            repeatable: true
        ),
        Option(
            "--wrap",
            value: "COMMAND",
            help: "Run the program under this command, such as 'strace -f'; no time-out"
        ),
        Option("--cpu-share", help: "Give it only as much CPU as Lambda does for its memory"),
        Option("--isolate", help: "Run it as Lambda's user, in Lambda's folders, on a read-only root file system"),
        Option(
            "--isolate-if-possible",
            help: "Like --isolate; where this machine does not allow it, run without it and say so"
        ),
        Option(
            "--root",
            value: "bare|host|DIR",
            type: .folder,
            help: "Root for --isolate: what provided.al2023 has, this machine's or a folder",
            default: "bare; host for a program"
        ),
    ]

    /// The bootstrap for programs: SwiftPM builds it beside this program.
    static func shimPath() throws -> String { try Paths.companion("shim") }

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
        if let seconds = arguments.number("--timeout") {
            function.timeout = .fromMilliseconds(seconds * 1000)
        }
        function.memory = arguments.int("--memory") ?? function.memory
        function.handler = arguments.value("--handler") ?? function.handler
        function.logFormat = arguments.choice("--log-format", LogFormat.self) ?? .text
        for file in arguments.values("--env-file") {
            let text = String(decoding: try Input.file(file), as: UTF8.self)
            function.environment.merge(try Variables.parseFile(text, name: file)) { $1 }
        }
        for variable in arguments.assignments("--env") { function.environment[variable.name] = variable.value }
        function.layers = arguments.values("--layer").map { Paths.absolute($0) }
        function.limitsCPU = arguments.flag("--cpu-share")
        function.isolation = try isolation(arguments, target)
        function.shared = try passedOn(arguments)
        if let text = arguments.value("--wrap") {
            function.wrapper = try wrapper(text)
            // Whoever debugs takes their time.
            function.timeout = .seconds(7 * 86400)
            function.initLimit = .seconds(7 * 86400)
        }
        try settle(&function)
        return function
    }

    /// Variables of the shell that functions get.
    private static func passedOn(_ arguments: Arguments) throws -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        var passed: [String: String] = [:]
        for name in arguments.values("--pass-env") {
            let found = own.filter { name.hasSuffix("*") ? $0.key.hasPrefix(name.dropLast()) : $0.key == name }
            guard !found.isEmpty || name.hasSuffix("*") else {
                throw UsageError(
                    "'\(name)' is not set in this shell",
                    hint: "--pass-env passes on variables of this shell"
                )
            }
            for (name, value) in found where !Variables.reserved.contains(name) { passed[name] = value }
        }
        return passed
    }

    /// The words of a command, as a shell would part them; the first one leads to a program.
    private static func wrapper(_ text: String) throws -> [String] {
        guard var words = CommandWords.split(text), let first = words.first else {
            throw UsageError(
                "'\(text)' is not a command for --wrap",
                hint: "a quote is not closed, or there is nothing"
            )
        }
        do throws(ToolError) {
            words[0] = first.contains("/") ? Paths.absolute(first) : try Toolbox.path(of: Tool(first))
        } catch {
            throw UsageError("'\(first)' is not a program", hint: "--wrap 'COMMAND ARGUMENTS' looks for it in PATH")
        }
        guard Files.isExecutable(words[0]) else {
            throw UsageError("'\(first)' is not a program", hint: "it does not exist, or is not executable")
        }
        return words
    }

    private static func isolation(_ arguments: Arguments, _ target: Target) throws -> Isolation {
        if case .image(let path) = target {
            for option in ["--root", "--layer"] where !arguments.values(option).isEmpty {
                throw UsageError("\(option) is not for an image", hint: "'\(path)' brings everything that it has")
            }
            try Isolator.check(.namespaces(root: .image))
            return .namespaces(root: .image)
        }
        let always = arguments.flag("--isolate")
        guard always || arguments.flag("--isolate-if-possible") else {
            guard arguments.value("--root") == nil else {
                throw UsageError("--root needs --isolate")
            }
            return .none
        }
        let root: Root
        switch (arguments.value("--root"), target) {
        case ("bare", _): root = .bare
        case ("host", _): root = .machine
        case (let path?, _): root = .folder(Paths.absolute(path))
        // A program has this machine's libraries, until it is packed.
        case (nil, .program): root = .machine
        case (nil, _): root = .bare
        }
        let isolation = Isolation.namespaces(root: root)
        do throws(SimError) {
            try Isolator.check(isolation)
        } catch {
            guard !always, case .cannotIsolate(let reasons) = error else { throw error }
            Console(program: "shim-sim").report(
                "not isolated, so what this machine has and Lambda lacks does not show: "
                    + reasons.joined(separator: "; ")
            )
            return .none
        }
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
