import Foundation
import Platform

/// A short program of the system that the packer uses, and where Debian has it.
package struct Tool: Sendable {
    let name: String
    let package: String

    static let zip = Tool(name: "zip", package: "zip")
    static let unzip = Tool(name: "unzip", package: "unzip")
    static let strip = Tool(name: "strip", package: "binutils")
    static let strace = Tool(name: "strace", package: "strace")
    static let tar = Tool(name: "tar", package: "tar")
    static let gzip = Tool(name: "gzip", package: "gzip")
    static let find = Tool(name: "find", package: "findutils")
    static let sha256sum = Tool(name: "sha256sum", package: "coreutils")
    static let unshare = Tool(name: "unshare", package: "util-linux")

    /// A program that is named by its path.
    static func at(_ path: String) -> Tool { Tool(name: path, package: path) }
}

/// What a tool left behind.
package struct ToolResult: Sendable {
    /// How it ended.
    package let end: ProcessEnd
    /// Its standard output.
    package let output: Data
    /// Its standard error.
    package let errors: String

    /// Whether it ended with status 0.
    package var succeeded: Bool { end == .exited(status: 0) }

    /// How it ended, in words.
    package var status: String {
        switch end {
        case .exited(let status): "status \(status)"
        case .signalled(let number): ProcessControl.name(ofSignal: number)
        }
    }

    /// Standard output as text.
    package var text: String { String(decoding: output, as: UTF8.self) }
}

/// Runs the system's tools, one at a time.
///
/// Output goes through files in a folder of our own, so that no amount of it can block a tool; a signal that asks us to
/// stop also stops the tool, with all it started.
package struct Toolbox: Sendable {
    /// A folder for what tools print, which the owner of the toolbox removes.
    let scratch: String
    /// Where signals arrive as bytes (``Platform/Signals/readable(_:)``), if anybody listens.
    let interrupts: Int32?

    /// Makes a toolbox.
    package init(scratch: String, interrupts: Int32?) {
        self.scratch = scratch
        self.interrupts = interrupts
    }

    /// Variables that change what tools or the loader do, and have no place in a build.
    private static let unwanted: Set = [
        "LD_PRELOAD", "LD_AUDIT", "LD_DEBUG", "LD_DEBUG_OUTPUT", "LD_TRACE_LOADED_OBJECTS", "LD_BIND_NOW", "ZIPOPT",
        "ZIP",
        "UNZIP", "TAR_OPTIONS", "GZIP", "POSIXLY_CORRECT",
    ]

    /// The environment of tools: this process's own, in the C locale and in UTC.
    package static func environment() -> [String: String] {
        var result = ProcessInfo.processInfo.environment.filter { !unwanted.contains($0.key) }
        result["LC_ALL"] = "C"
        result["TZ"] = "UTC"
        return result
    }

    /// Stops the work where a signal has asked for it.
    package func checkInterrupt() throws {
        if let interrupts, let signal = Signals.next(from: interrupts) { throw PackError.interrupted(signal: signal) }
    }

    /// Where a tool is.
    ///
    /// - Throws: ``PackError/missingTool(name:package:)`` with the package to install.
    package func path(of tool: Tool) throws -> String {
        if tool.name.contains("/") { return tool.name }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let folders: [Substring] = path.split(separator: ":") + ["/usr/sbin", "/sbin"]
        for folder in folders {
            let candidate = "\(folder)/\(tool.name)"
            if Files.status(candidate)?.isRegular == true, Files.isExecutable(candidate) { return candidate }
        }
        throw PackError.missingTool(name: tool.name, package: tool.package)
    }

    /// Runs a tool to its end, whatever that is.
    ///
    /// - Parameters:
    ///   - tool: What to run.
    ///   - arguments: Its arguments.
    ///   - input: Its standard input.
    ///   - directory: Its working directory; ours where `nil`.
    ///   - environment: Its whole environment; ``environment()`` where `nil`.
    /// - Returns: How it ended and what it said.
    /// - Throws: ``PackError`` for a tool that is missing or cannot start, and when a signal asks to stop.
    package func result(
        _ tool: Tool,
        _ arguments: [String],
        input: Data = Data(),
        directory: String? = nil,
        environment: [String: String]? = nil
    ) throws -> ToolResult {
        try checkInterrupt()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path(of: tool))
        process.arguments = arguments
        process.environment = environment ?? Self.environment()
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        let names = ["stdin", "stdout", "stderr"].map { "\(scratch)/\($0)-\(UUID().uuidString)" }
        defer { for name in names { try? Files.removeTree(name) } }
        try Disk.write(input, to: names[0])
        for name in names.dropFirst() { try Disk.write(Data(), to: name) }
        let files = [
            FileHandle(forReadingAtPath: names[0]), FileHandle(forWritingAtPath: names[1]),
            FileHandle(forWritingAtPath: names[2]),
        ]
        defer { for file in files { try? file?.close() } }
        (process.standardInput, process.standardOutput, process.standardError) = (files[0], files[1], files[2])
        do {
            try process.run()
        } catch {
            throw PackError.toolFailed(name: tool.name, status: "it cannot start", detail: Disk.cause(error))
        }
        let end = try wait(for: process)
        return ToolResult(
            end: end,
            output: try Disk.read(names[1]),
            errors: String(decoding: try Disk.read(names[2]), as: UTF8.self)
        )
    }

    /// Runs a tool that must succeed.
    ///
    /// - Returns: Its standard output.
    @discardableResult
    package func run(
        _ tool: Tool,
        _ arguments: [String],
        input: Data = Data(),
        directory: String? = nil
    ) throws -> ToolResult {
        let result = try result(tool, arguments, input: input, directory: directory)
        guard result.succeeded else { throw failure(of: tool, result) }
        return result
    }

    /// The error for a tool that did not succeed, with the first line it said.
    func failure(of tool: Tool, _ result: ToolResult) -> PackError {
        let lines = (result.errors + "\n" + result.text).split(separator: "\n")
        let first = lines.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
        let detail = first.trimmingCharacters(in: .whitespaces)
        return .toolFailed(name: tool.name, status: result.status, detail: detail)
    }

    /// Waits for the end through a pidfd: `waitUntilExit` alone would turn a run loop in steps of 50 ms.
    private func wait(for process: Process) throws -> ProcessEnd {
        let pid = process.processIdentifier
        do {
            let descriptor = try ProcessControl.endDescriptor(of: pid)
            while true {
                let seen = try Platform.poll(
                    [PollRequest(descriptor.raw, .readable), PollRequest(interrupts ?? -1, .readable)],
                    timeout: nil
                )
                if !seen[0].isEmpty { break }
                if let interrupts, !seen[1].isEmpty, let signal = Signals.next(from: interrupts) {
                    // The child leads its own group: with it goes what it started, after a moment to clean up.
                    ProcessControl.signalGroup(pid, 15)
                    _ = try Platform.poll([PollRequest(descriptor.raw, .readable)], timeout: .seconds(2))
                    ProcessControl.signalGroup(pid, 9)
                    process.waitUntilExit()
                    throw PackError.interrupted(signal: signal)
                }
            }
            if let end = try ProcessControl.peekEnd(of: pid) {
                ProcessControl.signalGroup(pid, 9)
                process.waitUntilExit()
                return end
            }
        } catch let error as SystemError where error.call == "pidfd_open" || error.call == "waitid" {
            // Foundation was faster and has reaped the child: its status is there.
        }
        process.waitUntilExit()
        return process.terminationReason == .exit
            ? .exited(status: process.terminationStatus) : .signalled(process.terminationStatus)
    }
}
