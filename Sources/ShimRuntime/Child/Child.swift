import Foundation
import Glibc
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

    private var inputIsOpen = true
    private var outputIsOpen = true
    private var errorsAreOpen = true

    /// The process id and the id of its group, once it was started.
    private(set) var pid: Int32 = 0
    /// The pidfd, or -1: it was not opened, or there is none.
    private(set) var endDescriptor: Int32 = -1

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
            Descriptor.fillStandardStreams()
            throw StartFailure(error)
        }
        pid = process.processIdentifier
        // Foundation does not look at what socketpair says: without a pair it takes number 0 for both ends, closes it, and
        // never learns how this process ends.
        guard Descriptor.isOpen(0) else {
            Descriptor.fillStandardStreams()
            ProcessControl.signalGroup(pid, SIGKILL)
            ProcessControl.waitForEnd(of: pid, atMost: .seconds(1))
            _ = try? ProcessControl.reap(pid)
            close()
            throw StartFailure.noDescriptor
        }
    }

    /// Opens the descriptor that becomes readable when the process ends; ``close()`` closes it.
    ///
    /// There may be none: the process may be reaped already (ESRCH), or the kernel or a sandbox does not have the call.
    func openEndDescriptor() {
        guard endDescriptor < 0 else { return }
        do throws(SystemError) {
            endDescriptor = try ProcessControl.endDescriptor(of: pid).take()
        } catch {
            endDescriptor = -1
        }
    }

    /// Closes our end of the program's standard input, once.
    func closeInput() { close(&inputIsOpen, input.fileHandleForWriting) }
    /// Closes our end of the program's standard output, once.
    func closeOutput() { close(&outputIsOpen, output.fileHandleForReading) }

    /// Closes every end that is still open: left to `deinit` they stay open, because Process leaks.
    func close() {
        closeInput()
        closeOutput()
        close(&errorsAreOpen, errors.fileHandleForReading)
        if endDescriptor >= 0 {
            // An owner that goes out of scope at once closes it.
            _ = Descriptor(owning: endDescriptor)
            endDescriptor = -1
        }
        // The ends of a child that was started are closed by Process. To close a handle twice makes an error object,
        // which costs more than the system call.
        guard pid == 0 else { return }
        for handle in [input.fileHandleForReading, output.fileHandleForWriting, errors.fileHandleForWriting] {
            try? handle.close()
        }
    }

    private func close(_ isOpen: inout Bool, _ handle: FileHandle) {
        guard isOpen else { return }
        isOpen = false
        // close(2) on a pipe has no error that anybody could do something about.
        try? handle.close()
    }

    /// How the process ended, as Process knows it; `nil` while Process has not seen the end.
    var end: ProcessEnd? {
        if process.isRunning { return nil }
        // Its thread has written the status without a barrier: on arm64 an older value, 0, could still be seen here.
        ProcessControl.synchronizeWithThreads()
        return process.terminationReason == .exit
            ? .exited(status: process.terminationStatus) : .signalled(process.terminationStatus)
    }

    /// Tells Foundation's threads, once, not to interrupt; the first child makes Foundation start them.
    ///
    /// They wake at each child's start and at its end, on the processor where the answer is being made.
    private static let threadsYield: Void = ProcessControl.makeOtherThreadsYield()

    /// Frees what Process keeps of a finished child.
    ///
    /// Only the end of `waitUntilExit()` breaks a cycle inside Process; called once the process is no longer running
    /// it returns at once, and called before it would turn a run loop in steps of 50 ms.
    ///
    /// - Returns: Whether it was free to go.
    func release() -> Bool {
        if process.isRunning { return false }
        process.waitUntilExit()
        Self.threadsYield
        return true
    }
}
