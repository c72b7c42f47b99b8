import Glibc

/// One thread that waits for all its descriptors and timers at once.
///
/// Everything happens in handlers, on the thread that called ``run()``: so there is nothing to lock, and events happen in
/// one order. No handler may block. Values of this type must not leave their thread; another thread reaches the loop
/// through a descriptor that the loop watches.
package final class EventLoop {
    /// A descriptor that is watched; it is owned by the caller.
    package final class Watch {
        let descriptor: Int32
        /// What is waited for; the peer's end and errors are reported in any case.
        package var events: PollEvents {
            didSet { if events != oldValue { kernel?.change(self) } }
        }
        /// Whether nothing is reported for now, not even that the peer is gone.
        package var isPaused = false {
            didSet { if isPaused != oldValue { kernel?.change(self) } }
        }
        /// The list that it is in, its number there, and whether the kernel has still to hear of a change.
        var kernel: KernelWatches?
        var number: Int?
        var isChanged = false
        fileprivate var handler: ((PollEvents) -> Void)?

        fileprivate init(_ descriptor: Int32, _ events: PollEvents, _ handler: @escaping (PollEvents) -> Void) {
            self.descriptor = descriptor
            self.events = events
            self.handler = handler
        }

        /// Stops watching; must come before the descriptor is closed.
        package func cancel() {
            handler = nil
            kernel?.remove(self)
        }
    }

    /// Something to do later, once.
    package final class Timer {
        fileprivate let due: ContinuousClock.Instant
        fileprivate var action: (() -> Void)?

        fileprivate init(_ due: ContinuousClock.Instant, _ action: @escaping () -> Void) {
            self.due = due
            self.action = action
        }

        /// Calls it off; does nothing after it has run.
        package func cancel() { action = nil }
    }

    /// From this many descriptors on, the kernel keeps a list of them.
    ///
    /// It is given up when half of them are gone: a few are cheaper to ask for each time than to tell the kernel of every change.
    private static let many = 64

    private var watches: [Watch] = []
    private var kernel: KernelWatches?
    /// Ordered, the next one last.
    private var timers: [Timer] = []
    private var maximumTimers = 64
    private var soon: [() -> Void] = []
    private var isStopped = false
    /// What `poll` is asked and what it saw, or what is in the kernel's list and was seen, in the order of `asked`; their room is used again in each turn.
    private var entries: [pollfd] = []
    private var asked: [Watch] = []

    /// A loop that watches nothing.
    package init() {}

    // Watches and the list hold each other.
    deinit { kernel?.removeAll(watches) }

    /// Calls the handler whenever the descriptor is ready, until the watch is cancelled.
    package func watch(
        _ descriptor: Int32,
        _ events: PollEvents,
        _ handler: @escaping (PollEvents) -> Void
    ) -> Watch {
        let watch = Watch(descriptor, events, handler)
        watches.append(watch)
        if let kernel { add(watch, to: kernel) }
        return watch
    }

    /// Calls the action once, after some time.
    @discardableResult
    package func after(_ delay: Duration, _ action: @escaping () -> Void) -> Timer {
        let timer = Timer(.now.advanced(by: delay), action)
        // Most timers are limits that are called off: without this, thousands of them would be kept until they are due.
        if timers.count > maximumTimers {
            timers.removeAll { $0.action == nil }
            maximumTimers = max(64, 2 * timers.count)
        }
        var low = 0
        var high = timers.count
        while low < high {
            let middle = (low + high) / 2
            if timers[middle].due > timer.due { low = middle + 1 } else { high = middle }
        }
        timers.insert(timer, at: low)
        return timer
    }

    /// Calls the action when the handler that runs now has returned: nobody is called back in the middle of a change.
    package func later(_ action: @escaping () -> Void) { soon.append(action) }

    /// Makes ``run()`` return.
    package func stop() { isStopped = true }

    /// Handles events until ``stop()``.
    ///
    /// - Throws: ``SystemError`` of `poll`, which only a bug or a lack of memory brings about; `EBADF` where a descriptor
    ///   that is watched was closed, which would be reported for ever.
    package func run() throws(SystemError) {
        isStopped = false
        while !isStopped { try turn() }
    }

    private func turn() throws(SystemError) {
        runSoon()
        if isStopped { return }
        removeEnded()
        while let last = timers.last, last.action == nil { timers.removeLast() }
        try wait(timeout: timers.last.map { max(.zero, ContinuousClock.Instant.now.duration(to: $0.due)) })
        for (index, watch) in asked.enumerated() where entries[index].revents != 0 {
            // A handler of this turn may have cancelled the watch.
            watch.handler?(PollEvents(rawValue: entries[index].revents))
            runSoon()
            if entries[index].revents & Int16(POLLNVAL) != 0, watch.handler != nil {
                throw SystemError(call: "poll", errno: EBADF)
            }
        }
        guard !timers.isEmpty else { return }
        let now = ContinuousClock.Instant.now
        while let timer = timers.last, timer.action == nil || timer.due <= now {
            timers.removeLast()
            let action = timer.action
            timer.action = nil
            action?()
            runSoon()
        }
    }

    private func wait(timeout: Duration?) throws(SystemError) {
        entries.removeAll(keepingCapacity: true)
        asked.removeAll(keepingCapacity: true)
        if let kernel {
            return try kernel.wait(timeout: timeout) { watch, seen in
                asked.append(watch)
                entries.append(pollfd(fd: watch.descriptor, events: 0, revents: seen))
            }
        }
        for watch in watches where !watch.isPaused {
            asked.append(watch)
            entries.append(pollfd(fd: watch.descriptor, events: watch.events.rawValue, revents: 0))
        }
        try poll(&entries, timeout: timeout)
    }

    private func add(_ watch: Watch, to kernel: KernelWatches) {
        watch.kernel = kernel
        kernel.change(watch)
    }

    private func removeEnded() {
        if let kernel {
            guard kernel.hasEnded else { return }
            kernel.hasEnded = false
            watches.removeAll { $0.handler == nil }
            if watches.count < Self.many / 2 {
                kernel.removeAll(watches)
                self.kernel = nil
            }
            return
        }
        if watches.contains(where: { $0.handler == nil }) { watches.removeAll { $0.handler == nil } }
        // Without a list everything goes on as before, only slower.
        guard watches.count > Self.many, let kernel = try? KernelWatches() else { return }
        self.kernel = kernel
        for watch in watches { add(watch, to: kernel) }
    }

    private func runSoon() {
        while !soon.isEmpty {
            let actions = soon
            soon = []
            for action in actions { action() }
        }
    }
}
