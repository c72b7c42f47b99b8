import Platform

/// Where log lines go: one per process, for the shim's own lines and for what all programs write.
///
/// Nothing here waits. What the log takes now is written at once; the rest waits in memory, in order, and goes out as the
/// log takes it. Whoever reads a program's stderr does not read on meanwhile, so that what waits stays small; what is
/// beyond the bound is dropped, because a log that nobody reads must not hold up answers nor fill the memory.
final class LogOutput {
    /// A pipe takes one page without blocking when poll says that it is writable, however slow its reader is.
    static let piece = 4096
    /// What may wait: what the pipes of a program hold when it ends, and some lines of the shim.
    private static let capacity = (1 << 20) + (256 << 10)

    private let descriptor: Int32?
    private var unwritten: [UInt8] = []
    private var loop: EventLoop?
    private var watch: EventLoop.Watch?
    private var waiting: [() -> Void] = []

    /// Writes to a descriptor that somebody else owns; `nil` drops everything.
    init(descriptor: Int32?) { self.descriptor = descriptor }

    /// From now on, what waits goes out by this loop.
    func attach(to loop: EventLoop) { self.loop = loop }

    /// Whether something waits for room.
    var isBlocked: Bool { !unwritten.isEmpty }

    /// Writes bytes, whole lines of one writer, as the log takes them.
    func write(_ bytes: some Collection<UInt8>) {
        guard descriptor != nil, unwritten.count + bytes.count <= Self.capacity else { return }
        unwritten.append(contentsOf: bytes)
        flush()
    }

    /// Calls back when nothing waits any more, or at the limit; at once where nothing waits.
    func whenWritten(until limit: ContinuousClock.Instant, _ done: @escaping () -> Void) {
        guard isBlocked, let loop else { return done() }
        var isDone = false
        let once = {
            if isDone { return }
            isDone = true
            done()
        }
        let timer = loop.after(ContinuousClock.now.duration(to: limit), once)
        waiting.append {
            timer.cancel()
            once()
        }
    }

    /// Calls back once, when something that waited has been written.
    func whenRoom(_ done: @escaping () -> Void) { waiting.append(done) }

    /// Writes what waits, blocking, until the limit; for the end of the process.
    func close(until limit: ContinuousClock.Instant) {
        while isBlocked, let descriptor {
            let remaining = max(.zero, ContinuousClock.now.duration(to: limit))
            let seen = (try? poll([PollRequest(descriptor, .writable)], timeout: remaining)) ?? []
            if seen.first?.isEmpty != false, remaining == .zero { return }
            flush()
        }
    }

    private func flush() {
        guard let descriptor else { return }
        var done = 0
        do throws(SystemError) {
            while done < unwritten.count, try !poll([PollRequest(descriptor, .writable)], timeout: .zero)[0].isEmpty {
                done +=
                    try unwritten.withUnsafeBytes { all in
                        let piece = UnsafeRawBufferPointer(rebasing: all.dropFirst(done).prefix(Self.piece))
                        return Result { () throws(SystemError) in try Descriptor.write(descriptor, piece) }
                    }.get() ?? 0
            }
        } catch {
            // A log that is gone takes everything: no invocation fails for that.
            done = unwritten.count
        }
        if done == unwritten.count { unwritten.removeAll(keepingCapacity: true) } else { unwritten.removeFirst(done) }
        if isBlocked { return wait() }
        watch?.cancel()
        watch = nil
        let called = waiting
        waiting = []
        for done in called { done() }
    }

    private func wait() {
        guard watch == nil, let loop, let descriptor else { return }
        watch = loop.watch(descriptor, .writable) { [weak self] _ in self?.flush() }
    }
}
