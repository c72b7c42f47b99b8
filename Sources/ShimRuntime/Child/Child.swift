import Foundation
import Platform

/// One process that is about to run, runs or has run, and its three pipes.
///
/// Everything that does not depend on the event is done when this is made, while nobody waits. Foundation's Process
/// leaks unless it is handled just so; docs/design.md has the measurements.
final class Child {
    private let process = Foundation.Process()
    private let input = Pipe()
    private let output = Pipe()
    private let errors = Pipe()

    /// The process id and the id of its group, once it was started.
    private(set) var pid: Int32 = 0

    init(program: Program) throws(SystemError) {
        process.executableURL = URL(fileURLWithPath: program.executable)
        process.arguments = program.arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        for end in [standardInput, standardOutput, standardError] {
            // Pipe cannot fail by itself: its ends are -1 where no descriptor was left.
            guard end >= 0 else { throw SystemError(call: "pipe", errno: EMFILE) }
            try Descriptor.setNonBlocking(end)
        }
    }

    /// Our end of the program's standard input.
    var standardInput: Int32 { input.fileHandleForWriting.fileDescriptor }
    /// Our end of the program's standard output.
    var standardOutput: Int32 { output.fileHandleForReading.fileDescriptor }
    /// Our end of the program's standard error.
    var standardError: Int32 { errors.fileHandleForReading.fileDescriptor }

    /// Starts the process as the leader of a new group, in the current folder.
    ///
    /// - Throws: ``StartFailure``; the pipes are closed then.
    func start(environment: [String: String]) throws(StartFailure) {
        process.environment = environment
        do {
            try process.run()
        } catch {
            close()
            throw StartFailure(error)
        }
        pid = process.processIdentifier
        // Process closes the child's ends; where it did, this does nothing.
        Self.close(input.fileHandleForReading)
        Self.close(output.fileHandleForWriting)
        Self.close(errors.fileHandleForWriting)
    }

    func closeInput() { Self.close(input.fileHandleForWriting) }
    func closeOutput() { Self.close(output.fileHandleForReading) }

    /// Closes every end that is open: left to `deinit` they stay open, because Process leaks.
    func close() {
        for pipe in [input, output, errors] {
            Self.close(pipe.fileHandleForReading)
            Self.close(pipe.fileHandleForWriting)
        }
    }

    /// How the process ended, as Process knows it; `nil` while Process has not seen the end.
    var end: ProcessEnd? {
        if process.isRunning { return nil }
        return process.terminationReason == .exit
            ? .exited(status: process.terminationStatus) : .signalled(process.terminationStatus)
    }

    /// Frees what Process keeps of a finished child.
    ///
    /// Only the end of `waitUntilExit()` breaks a cycle inside Process; called once the process is no longer running
    /// it returns at once, and called before it would turn a run loop in steps of 50 ms.
    ///
    /// - Returns: Whether it was free to go.
    func release() -> Bool {
        if process.isRunning { return false }
        process.waitUntilExit()
        return true
    }

    private static func close(_ handle: FileHandle) {
        // It fails only for a handle that is closed already.
        try? handle.close()
    }
}
