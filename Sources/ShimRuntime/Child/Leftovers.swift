import Glibc
import Platform

/// Processes that outlived their invocation, and Process objects that wait to be freed.
///
/// A program's process group is killed when the program ends, but a daemon leaves the group (`setsid`). The shim is a
/// subreaper, so such a process becomes its child: it is found here and killed before the next event, instead of being
/// frozen into the next invocation.
final class Leftovers {
    /// Children that have ended and that Process may not have reaped yet.
    private var finished: [Child] = []
    /// Of these, how many have their pipes closed.
    private var closed = 0
    /// What the bootstrap script started before it became the shim: it is the user's, and stays.
    private let inherited: Set<pid_t>

    /// How long to go on killing what escaped: a fork bomb does not hold up the next event for ever.
    private static let persistence: Duration = .seconds(1)

    init() { inherited = Set(Self.children) }

    /// Takes over a child that has ended; its pipes are closed when nobody waits, by ``clear()``.
    func add(_ child: Child) { finished.append(child) }

    /// Frees what is finished, and ends what escaped; cheap where nothing did: one or two system calls.
    ///
    /// What Process has not got round to reaping is freed the next time: it may miss an end altogether, and is told of
    /// one by a socket that an escaped process holds, too.
    func clear() {
        for child in finished.dropFirst(closed) {
            ProcessControl.signalGroup(child.pid, SIGKILL)
            child.close()
        }
        finished.removeAll { $0.release() }
        closed = finished.count
        guard hasAnyChild else { return }
        // Killing one may hand its own children to us, hence the rounds.
        let start = ContinuousClock.now
        var living = escaped
        while !living.isEmpty, start.duration(to: .now) < Self.persistence {
            // All at once: one that is spared for a moment starts others.
            for pid in living { ProcessControl.signal(pid, SIGKILL) }
            // SIGKILL ends it soon; a process that hangs in the kernel is left to the next time.
            let reaped = living.filter { (try? ProcessControl.reap($0)) != nil }
            if reaped.isEmpty { _ = try? poll([], timeout: .milliseconds(1)) }
            living = escaped
        }
    }

    /// Reaps what Process has not got round to, for there is no next time: its zombies would outlive the shim.
    func reap() {
        for child in finished { _ = try? ProcessControl.reap(child.pid) }
    }

    /// Whether a process is left to wait for, be it ours and not yet reaped.
    private var hasAnyChild: Bool {
        var info = siginfo_t()
        // ECHILD: no child at all, which is the usual case.
        return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0
    }

    /// Children that neither we nor the bootstrap script started.
    private var escaped: [pid_t] {
        let ours = inherited.union(finished.map(\.pid))
        // The kernel's list may lack one while another is reaped, which a thread of Process may do just now.
        for _ in 0..<2 {
            let found = Self.children.filter { !ours.contains($0) }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// All children: processes are started by, and orphans given to, the main thread.
    private static var children: [pid_t] {
        let own = getpid()
        guard let bytes = try? Files.read("/proc/\(own)/task/\(own)/children", atMost: 1 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
    }
}
