import Platform

/// A process of the function and the group it leads: its output, its end, and what it has left behind.
final class RuntimeProcess {
    let pid: ProcessID
    private let loop: EventLoop
    private let output: (UnsafeRawBufferPointer) -> Void
    private let ended: (ProcessEnd) -> Void
    private var reader: Descriptor?
    private var endDescriptor: Descriptor?
    private var outputWatch: EventLoop.Watch?
    private var endWatch: EventLoop.Watch?
    private(set) var isRunning = true

    /// Starts it.
    ///
    /// - Parameters:
    ///   - child: What to start.
    ///   - loop: The loop that waits for it.
    ///   - output: Gets what it and its descendants write to standard output and error.
    ///   - ended: Called once, after all output.
    /// - Throws: ``SystemError`` with the `errno` of the `exec`.
    init(
        _ child: ChildSpec,
        loop: EventLoop,
        output: @escaping (UnsafeRawBufferPointer) -> Void,
        ended: @escaping (ProcessEnd) -> Void
    ) throws(SystemError) {
        // One pipe for both, so that their lines stay in order.
        let ends = try Descriptor.pipe()
        try ends.reader.setNonBlocking()
        pid = try ProcessControl.spawn(child, output: ends.writer.raw, error: ends.writer.raw, isAwaited: true)
        ProcessControl.limit(pid, files: 1024, lockedMemory: 65536)
        self.loop = loop
        self.output = output
        self.ended = ended
        let (readerNumber, writerNumber) = ends.giveAway()
        _ = Descriptor(owning: writerNumber)
        reader = Descriptor(owning: readerNumber)
        let end: Descriptor
        do throws(SystemError) {
            end = try ProcessControl.endDescriptor(of: pid)
        } catch {
            ProcessControl.signalGroup(pid, Signal.kill)
            ProcessControl.abandon(pid)
            throw error
        }
        endWatch = loop.watch(end.raw, .readable) { [weak self] _ in self?.checkEnd() }
        outputWatch = loop.watch(readerNumber, .readable) { [weak self] _ in self?.readOutput() }
        endDescriptor = consume end
    }

    deinit {
        // A watch that outlives its descriptor would be ready for ever.
        outputWatch?.cancel()
        endWatch?.cancel()
        guard isRunning else { return }
        kill()
        ProcessControl.abandon(pid)
    }

    /// Passes on what has been written up to now.
    func drainOutput() {
        while readOutput() {}
    }

    /// Kills the whole group; the end is reported as any other.
    func kill() { ProcessControl.signalGroup(pid, Signal.kill) }

    /// Asks the whole group to end.
    func terminate() { ProcessControl.signalGroup(pid, Signal.terminate) }

    /// Stops or continues the whole group.
    func freeze(_ frozen: Bool) { ProcessControl.signalGroup(pid, frozen ? Signal.stop : Signal.continue) }

    /// - Returns: Whether there may be more.
    @discardableResult
    private func readOutput() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
            do throws(SystemError) {
                guard let count = try reader?.read(into: buffer) ?? nil else { return false }
                guard count > 0 else {
                    closeOutput()
                    return false
                }
                output(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                return true
            } catch {
                closeOutput()
                return false
            }
        }
    }

    private func closeOutput() {
        outputWatch?.cancel()
        outputWatch = nil
        reader = nil
    }

    private func checkEnd() {
        let end: ProcessEnd
        do throws(SystemError) {
            guard let found = try ProcessControl.reap(pid) else { return }
            end = found
        } catch {
            // Somebody else has reaped it: how it ended is lost, that it ended is not.
            end = .exited(status: 0)
        }
        isRunning = false
        endWatch?.cancel()
        endDescriptor = nil
        // Whatever is left of the group would hold the pipe, and be in the way of the next one. Linux does not give the
        // number to a new process while a group uses it.
        ProcessControl.signalGroup(pid, Signal.kill)
        drainOutput()
        closeOutput()
        ended(end)
    }
}
