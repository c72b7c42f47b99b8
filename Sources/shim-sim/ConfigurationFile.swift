import CommandLineKit
import Foundation
import FunctionFile
import Platform
import SimKit
import ToolKit

/// The file that `--config` names.
enum ConfigurationFile {
    private struct Content: Decodable {
        let functions: [String: Function]
    }

    private struct Function: Decodable {
        var target: String
        var arguments: [String]?
        var handler: String?
        var timeout: Double?
        var memory: Int?
        var environment: [String: String]?
        var concurrency: Int?
        var logFormat: LogFormat?
        var layers: [String]?
        var retryDelays: [Double]?
        var onFailure: String?
        var urlPort: Int?
        var urlStream: Bool?
    }

    private static let members: Set<String> = [
        "target", "arguments", "handler", "timeout", "memory", "environment", "concurrency", "logFormat", "layers",
        "retryDelays", "onFailure", "urlPort", "urlStream",
    ]

    /// Reads the functions; relative paths are taken from the file's folder.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - arguments: The options of the command line, which hold where the file says nothing.
    ///   - apply: Applies those that are not the file's.
    /// - Returns: The functions, by name.
    /// - Throws: ``SimError/badConfiguration(file:problem:)``, among others.
    static func read(
        _ file: String,
        _ arguments: Arguments,
        _ apply: (inout FunctionConfiguration) throws -> Void
    ) throws -> [FunctionConfiguration] {
        let bytes = try Input.file(file)
        if FunctionFile.isOne(bytes) { return [try DescriptionFile.read(bytes, file, arguments, apply)] }
        let content = try decode(bytes, file)
        let folder = Paths.parent(Paths.absolute(file))
        return try content.functions.sorted { $0.key < $1.key }.map { name, entry in
            let path =
                entry.target.hasPrefix("/")
                    || !entry.target.contains("/") && Files.status(folder + "/" + entry.target) == nil
                ? entry.target : folder + "/" + entry.target
            let target = try FunctionOptions.target(path, arguments: entry.arguments ?? [])
            var function = try FunctionOptions.function(name, target, arguments)
            try apply(&function)
            try overlay(entry, on: &function, folder: folder, file: file)
            return function
        }
    }

    private static func overlay(
        _ entry: Function,
        on function: inout FunctionConfiguration,
        folder: String,
        file: String
    ) throws {
        func bad(_ problem: String) -> SimError {
            .badConfiguration(file: file, problem: "\(function.name): \(problem)")
        }
        if let seconds = entry.timeout {
            guard (0.1...900).contains(seconds) else { throw bad("timeout must be 0.1 to 900") }
            function.timeout = .fromMilliseconds(seconds * 1000)
        }
        if let memory = entry.memory {
            guard (128...10240).contains(memory) else { throw bad("memory must be 128 to 10240") }
            function.memory = memory
        }
        if let concurrency = entry.concurrency {
            guard (1...1000).contains(concurrency) else { throw bad("concurrency must be 1 to 1000") }
            function.concurrency = concurrency
        }
        if let delays = entry.retryDelays {
            guard delays.count <= 2, delays.allSatisfy({ (0...86400).contains($0) }) else {
                throw bad("retryDelays must be at most two numbers of seconds")
            }
            function.events.retryDelays = delays.map { .fromMilliseconds($0 * 1000) }
        }
        function.handler = entry.handler ?? function.handler
        function.logFormat = entry.logFormat ?? function.logFormat
        if let layers = entry.layers { function.layers = layers.map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 } }
        if let destination = entry.onFailure { function.events.onFailure = ServeOptions.destination(destination) }
        if let port = entry.urlPort {
            guard let port = UInt16(exactly: port) else { throw bad("urlPort must be 0 to 65535") }
            function.urlPort = port
        }
        function.urlStreams = entry.urlStream ?? function.urlStreams
        function.environment.merge(entry.environment ?? [:]) { $1 }
        try FunctionOptions.settle(&function)
    }

    private static func decode(_ bytes: [UInt8], _ file: String) throws -> Content {
        do throws(JSONCheck.Problem) {
            try JSONCheck.check(bytes)
        } catch {
            throw SimError.badConfiguration(file: file, problem: error.description)
        }
        // A member nobody knows is a mistake, which a decoder would pass over.
        let object = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) as? [String: Any]
        for member in object?.keys.sorted() ?? [] where member != "functions" {
            throw SimError.badConfiguration(file: file, problem: "unknown member '\(member)'")
        }
        for (name, value) in object?["functions"] as? [String: [String: Any]] ?? [:] {
            for member in value.keys.sorted() where !members.contains(member) {
                throw SimError.badConfiguration(file: file, problem: "\(name): unknown member '\(member)'")
            }
        }
        do {
            let content = try JSONDecoder().decode(Content.self, from: Data(bytes))
            guard !content.functions.isEmpty else {
                throw SimError.badConfiguration(file: file, problem: "functions is empty")
            }
            return content
        } catch let error as DecodingError {
            throw SimError.badConfiguration(file: file, problem: describe(error))
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "\((context.codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: ".")) is missing"
        // What a number is too large for, the decoder does not say.
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "a number is too large, or not whole where it must be"
        case .typeMismatch(_, let context) where context.codingPath.isEmpty: "it is not an object with 'functions'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has the wrong type or value"
        @unknown default: "\(error)"
        }
    }
}
