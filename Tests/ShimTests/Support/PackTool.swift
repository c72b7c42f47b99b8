import Foundation

/// Runs the tools that tests compare with; output goes through files, so no amount of it can block.
enum PackTool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Result {
        let status: Int32
        let output: Data
        let errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The path of a tool, or a failure that names the Debian package it comes from.
    static func path(_ tool: String, package: String? = nil) throws -> String {
        if tool.contains("/") { return tool }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let folders: [Substring] = path.split(separator: ":") + ["/usr/sbin", "/sbin"]
        for folder in folders where access("\(folder)/\(tool)", X_OK) == 0 { return "\(folder)/\(tool)" }
        throw Failure(description: "\(tool) is missing: apt-get install \(package ?? tool)")
    }

    /// Runs a tool to its end.
    static func result(
        _ tool: String,
        _ arguments: [String],
        package: String? = nil,
        environment: [String: String]? = nil,
        directory: String? = nil,
        input: Data = Data()
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pack-tool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
        try input.write(to: names[0])
        for name in names.dropFirst() { try Data().write(to: name) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path(tool, package: package))
        process.arguments = arguments
        if let environment { process.environment = environment }
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        let handles = [
            try FileHandle(forReadingFrom: names[0]),
            try FileHandle(forWritingTo: names[1]),
            try FileHandle(forWritingTo: names[2]),
        ]
        process.standardInput = handles[0]
        process.standardOutput = handles[1]
        process.standardError = handles[2]
        try process.run()
        process.waitUntilExit()
        for handle in handles { try handle.close() }
        let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Result(
            status: status,
            output: try Data(contentsOf: names[1]),
            errors: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self)
        )
    }

    /// The standard output of a tool that must succeed.
    @discardableResult
    static func run(
        _ tool: String,
        _ arguments: [String],
        package: String? = nil,
        directory: String? = nil
    ) throws -> String {
        let result = try result(tool, arguments, package: package, directory: directory)
        guard result.status == 0 else {
            let line = ([tool] + arguments).joined(separator: " ")
            throw Failure(description: "\(line): status \(result.status): \(result.errors)")
        }
        return result.text
    }
}
