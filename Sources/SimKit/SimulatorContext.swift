import Platform

/// What everything in one simulator shares.
package final class SimulatorContext {
    /// The loop that everything runs on.
    package let loop: EventLoop
    /// Where everything lies.
    package let workspace: Workspace
    /// Who finds escaped processes.
    package let orphans: Orphans
    /// Where the signals that end the simulator are read: a descriptor of ``Signals/readable(_:)``.
    package let signals: Int32
    /// What the page shows of the past.
    package let history = CallHistory()
    /// Where functions find Lambda's own API, so that they can call each other; `nil` where they are not told.
    package var endpoint: String?

    /// Ends this program by a signal, at once: nothing is finished, and nothing is left.
    package func leaveAtOnce(by signal: Int32) -> Never {
        orphans.killEverything()
        // There is nobody left to tell.
        try? workspace.removeAll()
        orphans.dismissGuardian()
        Signals.dieBy(signal)
    }

    /// Puts a simulator's parts together.
    package init(loop: EventLoop, workspace: Workspace, orphans: Orphans, signals: Int32) {
        self.loop = loop
        self.workspace = workspace
        self.orphans = orphans
        self.signals = signals
    }
}
