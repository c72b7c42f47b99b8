import Foundation
import Platform

/// Runs the system's tools and waits for them.
///
/// What they print is kept in memory that is a file to them, so that no amount of it can block a tool and nothing of it
/// is left on the disk; a signal that asks us to stop also stops the tools, with all they started.
package struct Toolbox: Sendable {
    /// A folder for files that tools exchange, which the owner of the toolbox removes; empty where none is needed.
    package let scratch: String
    /// Where signals arrive as bytes (``Platform/Signals/readable(_:)``), if anybody listens.
    package let interrupts: Int32?

    /// How many tools run at once at most.
    private let width: Int
    /// How long a tool that is stopped has to clean up.
    private static let patience = Duration.seconds(2)

    /// Makes a toolbox.
    package init(scratch: String = "", interrupts: Int32?, width: Int = 8) {
        self.scratch = scratch
        self.interrupts = interrupts
        self.width = width
    }

    /// Variables that change what tools or the loader do, and have no place here.
    private static let unwanted: Set = [
        "LD_PRELOAD", "LD_AUDIT", "LD_DEBUG", "LD_DEBUG_OUTPUT", "LD_TRACE_LOADED_OBJECTS", "LD_BIND_NOW", "ZIPOPT",
        "ZIP", "UNZIP", "TAR_OPTIONS", "GZIP", "POSIXLY_CORRECT",
    ]

    /// The environment of tools: this process's own, in the C locale and in UTC.
    package static func environment() -> [String: String] {
        var result = ProcessInfo.processInfo.environment.filter { !unwanted.contains($0.key) }
        result["LC_ALL"] = "C"
        result["TZ"] = "UTC"
        return result
    }

    /// Stops the work where a signal has asked for it.
    ///
    /// - Throws: ``Platform/Interruption``; the signal is still to be read.
    package func checkInterrupt() throws {
        guard let interrupts else { return }
        if try !Platform.poll([PollRequest(interrupts, .readable)], timeout: .zero)[0].isEmpty { throw Interruption() }
    }

    /// Where a tool is, looked for in PATH and in the folders for administrators.
    ///
    /// - Throws: ``ToolError/missingTool(name:package:)`` with the package to install.
    package static func path(of tool: Tool) throws(ToolError) -> String {
        if tool.name.contains("/") { return tool.name }
        if let path = find(tool.name, in: searchPath + ["/usr/sbin", "/sbin"]) { return path }
        throw ToolError.missingTool(name: tool.name, package: tool.package)
    }

    /// A program as a user names it: a file, or else a command in PATH.
    ///
    /// - Parameter name: What was typed.
    /// - Returns: The command's path, or the name as it is, for a file and for what is neither.
    package static func program(_ name: String) -> String {
        guard !name.contains("/"), Files.status(name) == nil else { return name }
        return find(name, in: searchPath) ?? name
    }

    private static var searchPath: [Substring] {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    }

    private static func find(_ name: String, in folders: [Substring]) -> String? {
        folders.lazy.map { "\($0)/\(name)" }.first { candidate in
            Files.status(candidate)?.isRegular == true && Files.isExecutable(candidate)
        }
    }

    /// Where a tool is; see the static method of the same name.
    package func path(of tool: Tool) throws(ToolError) -> String { try Self.path(of: tool) }

    /// Runs a tool to its end, whatever that is.
    ///
    /// - Parameters:
    ///   - tool: What to run.
    ///   - arguments: Its arguments.
    ///   - input: Its standard input.
    ///   - directory: Its working directory; ours where `nil`.
    ///   - environment: Its whole environment; ``environment()`` where `nil`.
    /// - Returns: How it ended and what it said.
    /// - Throws: ``ToolError`` for a tool that is missing or cannot start; ``Platform/Interruption``.
    package func result(
        _ tool: Tool,
        _ arguments: [String],
        input: Data = Data(),
        directory: String? = nil,
        environment: [String: String]? = nil
    ) throws -> ToolResult {
        var run = ToolRun(tool, arguments)
        run.input = input
        run.directory = directory
        run.environment = environment
        return try results([run])[0]
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
    package func failure(of tool: Tool, _ result: ToolResult) -> ToolError {
        .toolFailed(name: tool.name, status: result.status, detail: result.firstLine ?? "")
    }

    /// Runs tools side by side, each to its end, whatever that is.
    ///
    /// - Parameters:
    ///   - runs: The tools.
    ///   - work: What to do here while they run; it is done once as many of them as may run at once have been started.
    /// - Returns: What each left, in the order of `runs`.
    /// - Throws: ``ToolError`` where one is missing or cannot start, ``Platform/Interruption``, or what `work` throws; then
    ///   none runs any more.
    package func results(_ runs: [ToolRun], meanwhile work: () throws -> Void = {}) throws -> [ToolResult] {
        try checkInterrupt()
        var results = [ToolResult?](repeating: nil, count: runs.count)
        var next = 0
        var running: [(index: Int, process: ToolProcess)] = []
        func start() throws {
            while next < runs.count, running.count < width {
                running.append((next, try ToolProcess(runs[next], path: try path(of: runs[next].tool))))
                next += 1
            }
        }
        do {
            try start()
            try work()
            while next < runs.count || !running.isEmpty {
                try start()
                let ends = running.map { PollRequest($0.process.end, .readable) }
                let seen = try Platform.poll(ends + [PollRequest(interrupts ?? -1, .readable)], timeout: nil)
                if seen.last?.isEmpty == false { throw Interruption() }
                for (position, (index, process)) in running.enumerated().reversed() where !seen[position].isEmpty {
                    results[index] = try process.finish()
                    running.remove(at: position)
                }
            }
        } catch {
            ToolProcess.stop(running.map(\.process), patience: Self.patience)
            throw error
        }
        return results.compactMap(\.self)
    }
}
