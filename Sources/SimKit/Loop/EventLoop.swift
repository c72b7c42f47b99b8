import Platform

/// One thread that waits for every descriptor and every timer of a simulator at once.
///
/// Everything in SimKit runs in handlers of one loop, on the thread that called ``run()``: so there is nothing to lock,
/// and events happen in one order. No handler may block. Values of this type must not leave their thread; another thread
/// reaches the loop through a descriptor that the loop watches.
package final class EventLoop {
    /// A descriptor that is watched; the descriptor itself belongs to somebody else.
    package final class Watch {
        fileprivate let descriptor: Int32
        /// What is waited for; the peer's end and errors are reported in any case.
        package var events: PollEvents
        fileprivate var handler: ((PollEvents) -> Void)?

        fileprivate init(_ descriptor: Int32, _ events: PollEvents, _ handler: @escaping (PollEvents) -> Void) {
            self.descriptor = descriptor
            self.events = events
            self.handler = handler
        }

        /// Stops watching; must come before the descriptor is closed.
        package func cancel() { handler = nil }
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

    private var watches: [Watch] = []
    /// Ordered, the next one last.
    private var timers: [Timer] = []
    private var maximumTimers = 64
    private var soon: [() -> Void] = []
    private var isStopped = false

    /// A loop that watches nothing.
    package init() {}

    /// Calls the handler whenever the descriptor is ready, until the watch is cancelled.
    package func watch(
        _ descriptor: Int32,
        _ events: PollEvents,
        _ handler: @escaping (PollEvents) -> Void
    ) -> Watch {
        let watch = Watch(descriptor, events, handler)
        watches.append(watch)
        return watch
    }

    /// Calls the action once, when so much time has passed.
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
    /// - Throws: ``SystemError`` of `poll`, which only a bug or a lack of memory brings about.
    package func run() throws(SystemError) {
        isStopped = false
        while !isStopped { try turn() }
    }

    private func turn() throws(SystemError) {
        runSoon()
        if isStopped { return }
        watches.removeAll { $0.handler == nil }
        while let last = timers.last, last.action == nil { timers.removeLast() }
        let asked = watches
        let timeout = timers.last.map { max(.zero, ContinuousClock.Instant.now.duration(to: $0.due)) }
        let seen = try poll(asked.map { PollRequest($0.descriptor, $0.events) }, timeout: timeout)
        for (watch, events) in zip(asked, seen) where !events.isEmpty {
            // A handler of this turn may have cancelled the watch.
            watch.handler?(events)
            runSoon()
        }
        let now = ContinuousClock.Instant.now
        while let timer = timers.last, timer.action == nil || timer.due <= now {
            timers.removeLast()
            let action = timer.action
            timer.action = nil
            action?()
            runSoon()
        }
    }

    private func runSoon() {
        while !soon.isEmpty {
            let actions = soon
            soon = []
            for action in actions { action() }
        }
    }
}
