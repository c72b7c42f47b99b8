import Foundation

/// Starts the built `shim-sim` and other people's clients.
enum SimTool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts a program in a folder, with variables added to those of the tests.
    static func start(
        _ executable: String,
        _ arguments: [String],
        in folder: URL,
        environment: [String: String] = [:],
        input: Data = Data()
    ) throws -> TestProcess {
        try TestProcess(
            executable,
            arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            input: Array(input),
            folder: folder.path
        )
    }

    /// Runs `shim-sim` to its end.
    static func sim(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: Data = Data()
    ) async throws -> TestProcess.Result {
        try await withFolder { folder in
            let sim = try Executables.path("shim-sim")
            return try await start(sim, arguments, in: folder, environment: environment, input: input).result()
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
        try TestProcess.writing.withLock { _ in try Data(text.utf8).write(to: file) }
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
