import Glibc
import Platform

/// All processes of the shim: those that run, those that have ended and that Process may not have reaped yet, and those that
/// escaped from a program.
///
/// A program's process group is killed when the program ends, but a daemon leaves the group (`setsid`). The shim is a
/// subreaper, so such a process becomes its child: it is found here and killed before the next event, instead of being
/// frozen into the next invocation. Where several lanes run programs at once, what escaped is told apart by a variable
/// of its environment that names the child it comes from; a process without it is spared as long as a program runs that
/// may have started it.
final class Reaper {
    /// The variable that names a child where there are several lanes.
    static let mark = "_SHIM_CHILD"

    private let loop: EventLoop
    private let hasSeveralLanes: Bool
    /// By process id, and with the number that is in the environment of what they start.
    private var running: [pid_t: Int] = [:]
    /// Children that have ended and that Process may not have reaped yet.
    private var finished: [Child] = []
    /// Of these, how many have their pipes closed.
    private var closed = 0
    private var lastNumber = 0
    /// What the bootstrap script started before it became the shim: it is the user's, and stays.
    private let inherited: Set<pid_t>

    /// How long to go on killing what escaped: a fork bomb does not hold up the next event for ever.
    private static let persistence: Duration = .seconds(1)

    init(loop: EventLoop, hasSeveralLanes: Bool) {
        self.loop = loop
        self.hasSeveralLanes = hasSeveralLanes
        inherited = Set(Self.children)
    }

    /// A number for a child that is about to start, `nil` where there is only one lane.
    func number() -> Int? {
        guard hasSeveralLanes else { return nil }
        lastNumber += 1
        return lastNumber
    }

    /// A child was started.
    func add(_ child: Child, number: Int?) { running[child.pid] = number ?? 0 }

    /// A child has ended, or nobody waits for it any longer; its pipes are closed when nobody waits, by ``tidy(_:)``.
    func end(_ child: Child) {
        guard running.removeValue(forKey: child.pid) != nil else { return }
        finished.append(child)
    }

    /// Frees what is finished, and ends what escaped; cheap where nothing did: one or two system calls.
    ///
    /// What Process has not yet reaped is freed the next time: it may miss an end altogether, and learns of
    /// one by a socket that an escaped process holds, too.
    ///
    /// - Parameter done: Called when nothing is left, or after a second.
    func tidy(_ done: @escaping () -> Void) {
        for child in finished.dropFirst(closed) {
            ProcessControl.signalGroup(child.pid, SIGKILL)
            child.close()
        }
        finished.removeAll { $0.release() }
        closed = finished.count
        let next = { [self] in
            guard hasAnyChild else { return done() }
            endEscaped(until: .now.advanced(by: Self.persistence), done)
        }
        waitForReleases(until: .now.advanced(by: Self.releaseTime), next)
    }

    /// Each one that Process has not reaped keeps a socket: a moment's wait is better than a program that finds none.
    private func waitForReleases(until limit: ContinuousClock.Instant, _ done: @escaping () -> Void) {
        if finished.count <= mostUnreleased || ContinuousClock.now >= limit { return done() }
        loop.after(.milliseconds(1)) { [self] in
            finished.removeAll { $0.release() }
            closed = finished.count
            waitForReleases(until: limit, done)
        }
    }

    /// How many may keep their socket while the next program is started: the fewer descriptors, the fewer of these.
    private let mostUnreleased = max(2, (Descriptor.limit - 28) / 4)
    private static let releaseTime: Duration = .milliseconds(200)

    /// The same, only where a child has ended: what a program that lives on has started is its own.
    func tidyFinished(_ done: @escaping () -> Void) {
        if finished.isEmpty { return done() }
        tidy(done)
    }

    private func endEscaped(until limit: ContinuousClock.Instant, _ done: @escaping () -> Void) {
        // Killing one may hand its own children to us, hence the rounds.
        while true {
            let living = escaped
            if living.isEmpty || ContinuousClock.now >= limit { return done() }
            // All at once: one that is spared for a moment starts others.
            for pid in living { ProcessControl.signal(pid, SIGKILL) }
            // SIGKILL ends it soon; a process that hangs in the kernel is left to the next time.
            let reaped = living.filter { (try? ProcessControl.reap($0)) != nil }
            if reaped.isEmpty { break }
        }
        loop.after(.milliseconds(1)) { [self] in endEscaped(until: limit, done) }
    }

    /// Ends and reaps everything, since there is no next time: zombies would outlive the shim.
    func end() {
        for pid in running.keys { ProcessControl.signalGroup(pid, SIGKILL) }
        for child in finished.dropFirst(closed) { ProcessControl.signalGroup(child.pid, SIGKILL) }
        // Those that we know of, even where /proc tells nothing.
        let known = Set(running.keys).union(finished.map(\.pid))
        let limit = ContinuousClock.now.advanced(by: Self.persistence)
        running = [:]
        while hasAnyChild, ContinuousClock.now < limit {
            let living = known.union(Self.children).subtracting(inherited).filter { kill($0, 0) == 0 }
            if living.isEmpty { break }
            for pid in living { ProcessControl.signal(pid, SIGKILL) }
            if living.allSatisfy({ (try? ProcessControl.reap($0)) ?? nil == nil }) {
                _ = try? poll([], timeout: .milliseconds(1))
            }
        }
    }

    /// Whether a process is left to wait for, be it ours and not yet reaped.
    private var hasAnyChild: Bool {
        if !running.isEmpty { return true }
        var info = siginfo_t()
        // ECHILD: no child at all, which is the usual case.
        return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0
    }

    /// Children that neither we nor the bootstrap script started, and that no running program may have started.
    private var escaped: [pid_t] {
        let ours = inherited.union(finished.map(\.pid)).union(running.keys)
        // The kernel's list may lack one while another is reaped, which a thread of Process may do just now.
        for _ in 0..<2 {
            let found = Self.children.filter { !ours.contains($0) && !isSpared($0) }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// Whether a running program may have started it.
    private func isSpared(_ pid: pid_t) -> Bool {
        guard !running.isEmpty else { return false }
        if let number = Self.mark(of: pid) { return running.values.contains(number) }
        // It has dropped its variables. What is older than every running program was started by none of them.
        guard let start = Self.startTime(of: pid) else { return false }
        return running.keys.contains { Self.startTime(of: $0).map { $0 <= start } ?? true }
    }

    private static func mark(of pid: pid_t) -> Int? {
        guard let bytes = try? Files.read("/proc/\(pid)/environ", atMost: 4 << 20) else { return nil }
        let prefix = Array("\(mark)=".utf8)
        return bytes.split(separator: 0).first { $0.starts(with: prefix) }
            .flatMap { Int(String(decoding: $0.dropFirst(prefix.count), as: UTF8.self)) }
    }

    /// When a process was started, in ticks since the system was (proc(5), field 22).
    private static func startTime(of pid: pid_t) -> Int? {
        guard let bytes = try? Files.read("/proc/\(pid)/stat", atMost: 4096) else { return nil }
        // The name, the second field, may hold anything.
        return String(decoding: bytes, as: UTF8.self).split(separator: ")").last?
            .split(separator: " ").dropFirst(19).first.flatMap { Int($0) }
    }

    /// All children: processes are started by, and orphans given to, the main thread.
    private static var children: [pid_t] {
        let own = getpid()
        guard let bytes = try? Files.read("/proc/\(own)/task/\(own)/children", atMost: 1 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
    }
}
