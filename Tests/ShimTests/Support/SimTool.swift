import Foundation
import Testing

/// Starts the built `shim-sim` and other people's clients, with output through files so that no amount of it can block.
enum SimTool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Result {
        /// The exit status, or 128 and the signal.
        let status: Int32
        let output: Data
        let log: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The folder that SwiftPM builds to: the tests' own executable lies in it.
    static var products: URL {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(fileURLWithPath: own).deletingLastPathComponent()
        }
    }

    /// A built program.
    static func product(_ name: String) throws -> String {
        let path = try products.appendingPathComponent(name).path
        guard access(path, X_OK) == 0 else { throw Failure(description: "\(path) is not built") }
        return path
    }

    /// A program of the system, or a failure that says how to get it.
    static func tool(_ name: String, from package: String? = nil) throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
        throw Failure(description: "\(name) is missing: install \(package ?? name)")
    }

    /// Runs a program to its end.
    static func start(
        _ executable: String,
        _ arguments: [String],
        in folder: URL,
        environment: [String: String] = [:],
        input: Data = Data()
    ) throws -> Running {
        try Running(executable, arguments, in: folder, environment: environment, input: input)
    }

    /// Runs `shim-sim` to its end.
    static func sim(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: Data = Data()
    ) async throws -> Result {
        try await withFolder { folder in
            try await start(product("shim-sim"), arguments, in: folder, environment: environment, input: input).result()
        }
    }

    /// A new folder that is gone afterwards.
    static func withFolder<R>(_ body: (URL) async throws -> R) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sim-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }

    /// Writes an executable script.
    @discardableResult
    static func script(_ text: String, at folder: URL, named name: String = "bootstrap") throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return file.path
    }

    /// Waits until something holds, or fails after a time that no healthy machine needs.
    static func eventually(
        _ what: String,
        within seconds: Double = 30,
        _ condition: () throws -> Bool
    ) async throws {
        let deadline = Date().addingTimeInterval(seconds)
        while try !condition() {
            guard Date() < deadline else { throw Failure(description: "after \(seconds) s still not: \(what)") }
            try await Task.sleep(nanoseconds: 5_000_000)
        }
    }
}

extension SimTool {
    /// A program that runs.
    final class Running {
        let process = Process()
        private let folder: URL
        private let names: [URL]

        init(
            _ executable: String,
            _ arguments: [String],
            in folder: URL,
            environment: [String: String],
            input: Data
        ) throws {
            self.folder = folder
            let tag = UUID().uuidString
            names = ["in", "out", "err"].map { folder.appendingPathComponent(".\($0)-\(tag)") }
            try input.write(to: names[0])
            for name in names.dropFirst() { try Data().write(to: name) }
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = arguments
            process.currentDirectoryURL = folder
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            let handles = [
                try FileHandle(forReadingFrom: names[0]), try FileHandle(forWritingTo: names[1]),
                try FileHandle(forWritingTo: names[2]),
            ]
            process.standardInput = handles[0]
            process.standardOutput = handles[1]
            process.standardError = handles[2]
            try process.run()
            for handle in handles { try handle.close() }
        }

        /// What it has written to standard error.
        var log: String { (try? String(decoding: Data(contentsOf: names[2]), as: UTF8.self)) ?? "" }

        /// What it has written to standard output.
        var output: Data { (try? Data(contentsOf: names[1])) ?? Data() }

        /// Waits for its end, without holding a thread.
        func result(within seconds: Double = 120) async throws -> Result {
            defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
            try await eventually("\(process.executableURL?.lastPathComponent ?? "") ends", within: seconds) {
                !process.isRunning
            }
            let status = process.terminationStatus
            return Result(
                status: process.terminationReason == .exit ? status : 128 + status,
                output: output,
                log: log
            )
        }
    }
}
