import Glibc
import Synchronization

/// Signals as bytes on a pipe, and a harmless SIGPIPE.
///
/// A handler that is a function is reset by `exec`, so no child inherits it; an ignored signal or a blocked mask would
/// be inherited, and Foundation's Process resets neither. So nothing here ignores or blocks.
package enum Signals {
    /// The end that handlers write to; set once, before the first handler is installed.
    private static let writeEnd = Atomic<Int32>(-1)
    /// The end that is read; set with the other one.
    private static let readEnd = Atomic<Int32>(-1)
    private static let anyArrived = Atomic(false)

    /// Whether one of the signals that were made readable has arrived, read or not.
    package static var haveArrived: Bool { anyArrived.load(ordering: .sequentiallyConsistent) }

    /// Whether whoever started this program wants a signal to be without effect, as `nohup` does.
    package static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        // SIG_IGN is a cast of 1 to a function, which Swift cannot compare.
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// Turns a write to a closed pipe into `EPIPE` instead of the end of this program.
    package static func makePipeErrorsHarmless() { setAction(SIGPIPE) { _ in } }

    /// Lets every signal through again.
    ///
    /// A blocked mask is inherited: whoever started this program from a thread of its own may have left one.
    package static func unblockAll() {
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }

    /// Gives every signal its default action.
    ///
    /// Ignored ones are inherited, from a shell's `trap '' CHLD` for one: with SIGCHLD ignored the system throws a child's
    /// exit status away, and every failure would look like a success.
    package static func restoreDefaults() {
        // 64 is the last one of Linux; those that cannot be set, SIGKILL for one, answer EINVAL.
        for number in 1...Int32(64) { setAction(number, SIG_DFL) }
    }

    /// Makes the signals readable: each one that arrives becomes one byte, its number.
    ///
    /// May be called once per process; the descriptor is never closed.
    ///
    /// - Returns: The descriptor to poll and read, non-blocking.
    package static func readable(_ signals: [Int32]) throws(SystemError) -> Int32 {
        let ends = try Descriptor.pipe()
        try ends.reader.setNonBlocking()
        try ends.writer.setNonBlocking()
        let (reader, writer) = ends.giveAway()
        let (installed, _) = writeEnd.compareExchange(expected: -1, desired: writer, ordering: .sequentiallyConsistent)
        precondition(installed, "signals are made readable once")
        readEnd.store(reader, ordering: .sequentiallyConsistent)
        // Initialised here: a handler must not be the first to use it.
        anyArrived.store(false, ordering: .sequentiallyConsistent)
        for signal in signals {
            setAction(signal) { number in
                // Only async-signal-safe calls, and errno stays as it was.
                let saved = errno
                Signals.anyArrived.store(true, ordering: .sequentiallyConsistent)
                var byte = UInt8(truncatingIfNeeded: number)
                _ = Glibc.write(Signals.writeEnd.load(ordering: .relaxed), &byte, 1)
                errno = saved
            }
        }
        return reader
    }

    /// Reads one signal that arrived, if one did.
    package static func next(from descriptor: Int32) -> Int32? {
        var byte: UInt8 = 0
        return Glibc.read(descriptor, &byte, 1) == 1 ? Int32(byte) : nil
    }

    /// Ends this program by a signal's default action, so that whoever waits sees what ended it.
    package static func dieBy(_ number: Int32) -> Never {
        setAction(number, SIG_DFL)
        kill(getpid(), number)
        // A signal whose default is to do nothing, or one that comes late.
        exit(128 + number)
    }

    /// Ends this program by the first signal that is still to be read, or as if by SIGTERM where none is.
    package static func dieByFirst() -> Never {
        dieBy(next(from: readEnd.load(ordering: .sequentiallyConsistent)) ?? SIGTERM)
    }

    private static func setAction(_ signal: Int32, _ handler: (@convention(c) (Int32) -> Void)?) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }
}

/// A signal has asked this program to stop; it is still to be read where ``Signals/readable(_:)`` says.
package struct Interruption: Error, Equatable, Sendable, CustomStringConvertible {
    /// Says that a signal has come.
    package init() {}

    package var description: String { "interrupted by a signal" }
}

extension Descriptor.PipeEnds {
    /// Both numbers; the caller closes them from now on.
    package consuming func giveAway() -> (reader: Int32, writer: Int32) {
        (reader.take(), writer.take())
    }
}
