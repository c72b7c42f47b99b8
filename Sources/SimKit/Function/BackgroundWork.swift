import Foundation
import Platform
import Synchronization

/// Work that blocks for long, on a thread of its own; its outcome is delivered on the loop.
final class BackgroundWork<Value: Sendable> {
    /// What the thread and the loop share.
    private final class Shared: Sendable {
        let value = Mutex<Value?>(nil)
        /// The thread's end of the pipe that tells it to stop; closed when neither needs it.
        let interrupts: Descriptor

        init(interrupts: consuming Descriptor) { self.interrupts = interrupts }
    }

    private let shared: Shared
    private let done: (Value) -> Void
    private var finished: Descriptor?
    private var stopper: Descriptor?
    private var watch: EventLoop.Watch?

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - loop: The loop that hears of the end.
    ///   - work: What to do; the descriptor that it gets is readable once nobody wants it any more.
    ///   - done: Called once, on the loop, after ``cancel()`` too; never where this was let go of before.
    /// - Throws: ``SystemError`` where no pipe can be made.
    init(
        loop: EventLoop,
        _ work: @escaping @Sendable (_ interrupts: Int32) -> Value,
        done: @escaping (Value) -> Void
    ) throws(SystemError) {
        self.done = done
        let (stopReader, stopWriter) = try Descriptor.pipe().giveAway()
        shared = Shared(interrupts: Descriptor(owning: stopReader))
        stopper = Descriptor(owning: stopWriter)
        let (reader, writer) = try Descriptor.pipe().giveAway()
        finished = Descriptor(owning: reader)
        watch = loop.watch(reader, .readable) { [weak self] _ in self?.finish() }
        let shared = shared
        Thread.detachNewThread {
            // Its end closes the pipe, which is what the loop waits for.
            let end = Descriptor(owning: writer)
            let value = work(shared.interrupts.raw)
            shared.value.withLock { $0 = value }
            _ = consume end
        }
    }

    deinit { watch?.cancel() }

    /// Asks the work to stop.
    func cancel() { stopper = nil }

    private func finish() {
        watch?.cancel()
        watch = nil
        finished = nil
        if let value = shared.value.withLock({ $0 }) { done(value) }
    }
}
