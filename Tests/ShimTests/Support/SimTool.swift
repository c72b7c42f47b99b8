import Foundation
import Platform
import Synchronization
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

    /// A program that starts while a script is being written has the script open for a moment, and whoever executes it then
    /// is told that the text file is busy.
    static let writing = Mutex(())

    /// Writes an executable script.
    @discardableResult
    static func script(_ text: String, at folder: URL, named name: String = "bootstrap") throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent(name)
        try writing.withLock { _ in try Data(text.utf8).write(to: file) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return file.path
    }

    /// Waits until something holds, or fails after a time that no healthy machine needs.
    static func eventually(
        _ what: String,
        within seconds: Double = 30,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = Date().addingTimeInterval(seconds)
        while try await !condition() {
            guard Date() < deadline else { throw Failure(description: "after \(seconds) s still not: \(what)") }
            try await Task.sleep(nanoseconds: 5_000_000)
        }
    }
}

extension SimTool {
    /// A program that runs.
    ///
    /// Started by `posix_spawn` and awaited by `waitpid`: Foundation's Process learns of an end through a run loop, and with
    /// many children at once it may never do.
    final class Running {
        let pid: ProcessID
        private let name: String
        private let files: [URL]
        private var end: ProcessEnd?

        init(
            _ executable: String,
            _ arguments: [String],
            in folder: URL,
            environment: [String: String],
            input: Data
        ) throws {
            name = executable.split(separator: "/").last.map(String.init) ?? executable
            let tag = UUID().uuidString
            files = ["in", "out", "err"].map { folder.appendingPathComponent(".\($0)-\(tag)") }
            try input.write(to: files[0])
            let output = try Descriptor.open(files[1].path, O_WRONLY | O_CREAT | O_APPEND)
            let errors = try Descriptor.open(files[2].path, O_WRONLY | O_CREAT | O_APPEND)
            var child = ChildSpec(
                executable: executable,
                arguments: [executable] + arguments,
                environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
                directory: folder.path
            )
            child.input = files[0].path
            let (spec, outputNumber, errorNumber) = (child, output.raw, errors.raw)
            pid = try SimTool.writing.withLock { _ in
                try ProcessControl.spawn(spec, output: outputNumber, error: errorNumber)
            }
        }

        deinit {
            guard isRunning else { return }
            ProcessControl.signalGroup(pid, SIGKILL)
            ProcessControl.waitForEnd(of: pid, atMost: .seconds(5))
            _ = isRunning
        }

        /// Whether it has not ended.
        var isRunning: Bool {
            if end == nil { end = (try? ProcessControl.reap(pid)) ?? nil }
            return end == nil
        }

        /// What it has written to standard error.
        var log: String { (try? String(decoding: Data(contentsOf: files[2]), as: UTF8.self)) ?? "" }

        /// What it has written to standard output.
        var output: Data { (try? Data(contentsOf: files[1])) ?? Data() }

        /// Sends a signal.
        func signal(_ number: Int32) { ProcessControl.signal(pid, number) }

        /// Waits for its end, without holding a thread.
        func result(within seconds: Double = 60) async throws -> Result {
            try await eventually("\(name) ends", within: seconds) { !isRunning }
            guard let end else { throw Failure(description: "\(name) has no end") }
            let status =
                switch end {
                case .exited(let status): status
                case .signalled(let signal): 128 + signal
                }
            return Result(status: status, output: output, log: log)
        }
    }
}
