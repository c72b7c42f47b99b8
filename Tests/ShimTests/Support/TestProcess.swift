import Foundation
import Glibc
import Platform

/// A process that a test starts; its output goes to files, so that no pipe can fill up.
final class TestProcess {
    private let process = Process()
    private let folder: TemporaryFolder

    /// Starts a program; the environment is all it gets, or that of the tests where it is `nil`.
    init(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String]? = nil,
        input: [UInt8] = [],
        folder: String? = nil
    ) throws {
        self.folder = try TemporaryFolder()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        if let environment { process.environment = environment }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = try FileHandle(
            forReadingFrom: URL(fileURLWithPath: try self.folder.write("stdin", input))
        )
        process.standardOutput = try Self.file(self.folder.path + "/stdout")
        process.standardError = try Self.file(self.folder.path + "/stderr")
        // Two threads that start children at the same time can give each other's pipes away.
        try Self.startLock.withLock { try process.run() }
    }

    private static let startLock = NSLock()

    private static func file(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw Executables.Missing("room for '\(path)'")
        }
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    deinit { stop() }

    var pid: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// What it has written to standard output so far.
    var output: [UInt8] { bytes("stdout") }
    var outputText: String { String(decoding: output, as: UTF8.self) }
    /// What it has written to standard error so far.
    var errors: String { String(decoding: bytes("stderr"), as: UTF8.self) }
    var errorBytes: [UInt8] { bytes("stderr") }

    private func bytes(_ name: String) -> [UInt8] {
        (try? Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))).map(Array.init) ?? []
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end.
    ///
    /// - Returns: The exit status, or 128 + the signal that killed it; `nil` where it runs on.
    func wait(_ limit: Duration = .seconds(60)) -> Int32? {
        let end = ContinuousClock.now.advanced(by: limit)
        while process.isRunning {
            if ContinuousClock.now > end { return nil }
            _ = Glibc.poll(nil, 0, 2)
        }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// Kills its process group; it leads one.
    func stop() {
        if process.isRunning {
            kill(-pid, SIGKILL)
            kill(pid, SIGKILL)
            _ = wait(.seconds(5))
        }
    }

    /// Runs a program to its end.
    static func run(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String]? = nil,
        input: [UInt8] = [],
        folder: String? = nil,
        limit: Duration = .seconds(60)
    ) throws -> (status: Int32?, output: String, errors: String) {
        let process = try TestProcess(path, arguments, environment: environment, input: input, folder: folder)
        let status = process.wait(limit)
        return (status, process.outputText, process.errors)
    }
}
