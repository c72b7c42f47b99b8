import Foundation
import Platform

/// A tool that runs: it leads a group of its own, and its input and output are files in memory.
final class ToolProcess {
    private let pid: pid_t
    private let endDescriptor: Descriptor
    private let output: Descriptor
    private let errors: Descriptor
    private var isOver = false

    /// Starts a tool.
    init(_ run: ToolRun, path: String) throws {
        do throws(SystemError) {
            let input = try Descriptor.memory("input")
            output = try Descriptor.memory("output")
            errors = try Descriptor.memory("errors")
            let raw = input.raw
            try run.input.withUnsafeBytes { bytes in
                Result { () throws(SystemError) in try writeAll(bytes, to: raw) }
            }.get()
            var child = ChildSpec(
                executable: path,
                arguments: [run.tool.name] + run.arguments,
                environment: run.environment ?? Toolbox.environment(),
                directory: run.directory ?? Files.workingDirectory
            )
            // Opened again by the child, and so read from the beginning.
            child.input = "/proc/self/fd/\(input.raw)"
            pid = try ProcessControl.spawn(child, output: output.raw, error: errors.raw, isAwaited: true)
            endDescriptor = try ProcessControl.endDescriptor(of: pid)
        } catch {
            throw ToolError.toolFailed(
                name: run.tool.name,
                status: "it cannot start",
                detail: SystemError.text(error.errno)
            )
        }
    }

    /// Becomes readable when the tool has ended.
    var end: Int32 { endDescriptor.raw }

    /// Takes what a tool that has ended left, and ends what it left running.
    func finish() throws -> ToolResult {
        // Before it is reaped: until then its group's number cannot be reused.
        ProcessControl.signalGroup(pid, Signal.kill)
        isOver = true
        let end = try ProcessControl.reap(pid) ?? .signalled(Signal.kill)
        return ToolResult(
            end: end,
            output: Data(try content(of: output)),
            errors: String(decoding: try content(of: errors), as: UTF8.self)
        )
    }

    /// Ends tools that nobody waits for any more, after a moment to clean up.
    static func stop(_ processes: [ToolProcess], patience: Duration) {
        let left = processes.filter { !$0.isOver }
        for process in left { ProcessControl.signalGroup(process.pid, Signal.terminate) }
        let deadline = ContinuousClock.Instant.now.advanced(by: patience)
        for process in left {
            ProcessControl.waitForEnd(
                of: process.pid,
                atMost: max(.zero, ContinuousClock.Instant.now.duration(to: deadline))
            )
            ProcessControl.signalGroup(process.pid, Signal.kill)
            ProcessControl.waitForEnd(of: process.pid, atMost: .seconds(1))
            _ = try? ProcessControl.reap(process.pid)
            process.isOver = true
        }
    }

    private func content(of file: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        try Files.rewind(file.raw)
        return try Files.read(file.raw, atMost: .max)
    }
}
