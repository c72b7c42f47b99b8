import Glibc
import Platform

/// A program's process under the loop: how it is stopped, and how its end is seen.
///
/// The end is seen by a pidfd, or by asking every 5 ms where there is none; never by the end of its pipes, which a
/// grandchild may hold for ever.
final class RunningProcess {
    /// The process has ended; ``findEnd(until:_:)`` says how.
    var onEnd: () -> Void = {}
    /// SIGKILL did not end it in time: nobody waits for it any longer.
    var onAbandoned: () -> Void = {}

    private(set) var stopping = Stopping.running
    private let child: Child
    private let loop: EventLoop
    private var endWatch: EventLoop.Watch?
    private var timer: EventLoop.Timer?
    private var question: EventLoop.Timer?
    private var isWatched = true

    /// How often a process without a pidfd is looked at.
    private static let interval: Duration = .milliseconds(5)

    /// Takes a child that was started.
    init(_ child: Child, loop: EventLoop) {
        self.child = child
        self.loop = loop
    }

    /// Begins to wait for the end.
    func watch() {
        child.openEndDescriptor()
        if child.endDescriptor >= 0 {
            endWatch = loop.watch(child.endDescriptor, .readable) { [weak self] _ in self?.ended() }
        } else {
            ask()
        }
    }

    /// Stops reporting on it.
    func forget() {
        isWatched = false
        endWatch?.cancel()
        timer?.cancel()
        question?.cancel()
        (endWatch, timer, question) = (nil, nil, nil)
    }

    private func ask() {
        question = loop.after(Self.interval) { [weak self] in
            guard let self, isWatched else { return }
            if hasEnded { ended() } else { ask() }
        }
    }

    private func ended() {
        guard isWatched else { return }
        forget()
        onEnd()
    }

    /// Whether the process has ended, looked up now.
    private var hasEnded: Bool {
        do throws(SystemError) {
            return try ProcessControl.peekEnd(of: child.pid) != nil
        } catch {
            return true
        }
    }

    /// Asks the program to end, and sees to it.
    ///
    /// One that has ended already keeps its result: the reason came too late.
    func stop(_ reason: StopReason, _ grace: Stopping.Grace) {
        guard isWatched else { return }
        if hasEnded { return ended() }
        perform(stopping.ask(reason, grace, now: .now))
        schedule()
    }

    private func schedule() {
        timer?.cancel()
        timer = stopping.due.map { due in
            loop.after(ContinuousClock.now.duration(to: due)) { [weak self] in
                guard let self, isWatched else { return }
                perform(stopping.advance(.now))
                if isWatched { schedule() }
            }
        }
    }

    private func perform(_ action: Stopping.Action?) {
        switch action {
        case .ask:
            signal(SIGTERM)
            // A stopped or frozen process does not see SIGTERM before it goes on.
            signal(SIGCONT)
        case .kill: signal(SIGKILL)
        case .abandon:
            forget()
            onAbandoned()
        case nil: break
        }
    }

    /// Sends a signal to the program's group, and to the program where it has left that for another (`setpgid`).
    func signal(_ signal: Int32) {
        ProcessControl.signalGroup(child.pid, signal)
        if getpgid(child.pid) != child.pid { ProcessControl.signal(child.pid, signal) }
    }

    // MARK: - How it ended

    /// Calls back with how the process ended, or with `nil` where that is not known before the limit.
    ///
    /// Usually at once; a moment later where Process is between the reaping and the telling, or where a process of its
    /// group traces it and has not asked how it ended: the system tells nobody else before.
    func findEnd(until limit: ContinuousClock.Instant?, _ done: @escaping (ProcessEnd?) -> Void) {
        if let end = knownEnd { return done(end) }
        for _ in 0..<100 {
            if let end = child.end { return done(end) }
            ProcessControl.yield()
        }
        ProcessControl.signalGroup(child.pid, SIGKILL)
        askForEnd(until: limit, done)
    }

    private func askForEnd(until limit: ContinuousClock.Instant?, _ done: @escaping (ProcessEnd?) -> Void) {
        if let end = knownEnd { return done(end) }
        if let limit, ContinuousClock.now >= limit { return done(nil) }
        loop.after(.milliseconds(1)) { [self] in askForEnd(until: limit, done) }
    }

    /// How the process ended, as the system says, or Process where it has reaped it.
    private var knownEnd: ProcessEnd? {
        do throws(SystemError) {
            return try ProcessControl.peekEnd(of: child.pid)
        } catch {
            // ECHILD: Process has reaped it and will know in a moment.
            return child.end
        }
    }
}
