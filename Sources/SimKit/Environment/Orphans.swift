import Platform

/// Finds processes that have left their group and their parent.
///
/// A process can leave its group (`setsid`) and lose its parent (a double fork). The simulator's program makes itself the
/// one that such processes are given to (PR_SET_CHILD_SUBREAPER), so they turn up as its children; the variables they
/// were started with say which environment they came from.
package final class Orphans {
    private let isSubreaper: Bool
    private var known: Set<ProcessID> = []
    private let guardian: Guardian?

    /// - Parameters:
    ///   - isSubreaper: Whether this process has called ``ProcessControl/becomeSubreaper()``; without it, nothing can be
    ///     found, and children of others in this process must not be touched.
    ///   - guardian: Who ends what is known here if this process is killed.
    package init(isSubreaper: Bool, guardian: Guardian? = nil) {
        self.isSubreaper = isSubreaper
        self.guardian = guardian
    }

    func add(_ pid: ProcessID) {
        known.insert(pid)
        guardian?.tell(known)
    }

    func remove(_ pid: ProcessID) {
        known.remove(pid)
        guardian?.tell(known)
    }

    /// Nothing is left that would have to be ended if this process were killed.
    package func dismissGuardian() { guardian?.dismiss() }

    /// Kills the processes that have escaped from the environment with this Runtime API address.
    func kill(api: String) { sweep(sparesAwaited: true) { $0.contains(Substring("AWS_LAMBDA_RUNTIME_API=" + api)) } }

    /// Kills all that have escaped.
    package func killAll() { sweep(sparesAwaited: false) { _ in true } }

    /// Kills every process that was started, with its group, and all that have escaped.
    package func killEverything() {
        for pid in known { ProcessControl.signalGroup(pid, Signal.kill) }
        for pid in known { ProcessControl.waitForEnd(of: pid, atMost: .milliseconds(500)) }
        killAll()
    }

    /// Reaps those that have ended.
    package func reap() { sweep(sparesAwaited: true) { _ in false } }

    private func sweep(sparesAwaited: Bool, _ shouldDie: ([Substring]) -> Bool) {
        guard isSubreaper else { return }
        // What is killed leaves children behind, which are then ours: as many turns as there are generations.
        for _ in 0..<20 {
            var killed = false
            for pid in ProcessTree.children(of: ProcessControl.ownID)
            where !known.contains(pid) && pid != guardian?.pid && !(sparesAwaited && ProcessControl.isAwaited(pid)) {
                if !ProcessTree.isZombie(pid), shouldDie(ProcessTree.environment(of: pid)) {
                    ProcessControl.signal(pid, Signal.kill)
                    ProcessControl.waitForEnd(of: pid, atMost: .seconds(1))
                    killed = true
                }
                // Not ours to know how it ended; one that runs on stays.
                _ = try? ProcessControl.reap(pid)
            }
            if !killed { return }
        }
    }
}
