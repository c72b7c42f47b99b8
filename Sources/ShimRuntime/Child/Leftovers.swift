import Glibc
import Platform

/// Processes that outlived their invocation, and Process objects that wait to be freed.
///
/// A program's process group is killed when the program ends, but a daemon leaves the group (`setsid`). The shim is a
/// subreaper, so such a process becomes its child: it is found here and killed before the next event, instead of being
/// frozen into the next invocation.
final class Leftovers {
    private var finished: [Child] = []

    /// How long a finished child may take to be reaped by Process before escaped processes are looked for.
    private static let patience: Duration = .milliseconds(5)

    /// Takes over a child that has ended; its pipes are closed when nobody waits, by ``clear()``.
    func add(_ child: Child) { finished.append(child) }

    /// Frees what is finished, and ends what escaped; cheap where nothing did: one or two system calls.
    func clear() {
        for child in finished { child.close() }
        let limit = ContinuousClock.now.advanced(by: Self.patience)
        releaseFinished()
        // Process is told of the end by a socket that descendants hold too: an escaped one keeps it waiting.
        while hasAnyChild, foreignChildren.isEmpty, ContinuousClock.now < limit {
            _ = try? poll([], timeout: .milliseconds(1))
            releaseFinished()
        }
        // Killing one may hand its own children to us, hence the rounds; a fork bomb does not hold us up for ever.
        var rounds = 0
        while hasForeignChild, rounds < 100 {
            endForeignChildren()
            rounds += 1
        }
        if rounds > 0 { releaseFinished() }
    }

    private func releaseFinished() { finished.removeAll { $0.release() } }

    /// Whether there is a child that is none of ours.
    private var hasForeignChild: Bool { hasAnyChild && !foreignChildren.isEmpty }

    /// Whether a process is left to wait for, be it ours and not yet reaped.
    private var hasAnyChild: Bool {
        var info = siginfo_t()
        // ECHILD: no child at all, which is the usual case.
        return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0
    }

    private var foreignChildren: [pid_t] {
        let own = getpid()
        // Processes are started by, and orphans given to, the main thread.
        guard let bytes = try? Files.read("/proc/\(own)/task/\(own)/children", atMost: 1 << 20) else { return [] }
        let ours = Set(finished.map(\.pid))
        return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
            .filter { !ours.contains($0) }
    }

    private func endForeignChildren() {
        for pid in foreignChildren {
            ProcessControl.signal(pid, SIGKILL)
            // SIGKILL ends it soon; a process that hangs in the kernel is left to the next time.
            for _ in 0..<50 {
                if (try? ProcessControl.reap(pid)) != nil { break }
                _ = try? poll([], timeout: .milliseconds(1))
            }
        }
    }
}
