import Platform

/// What everything in one simulator shares.
package final class SimulatorContext {
    /// The loop that everything runs on.
    package let loop: EventLoop
    /// Where everything lies.
    package let workspace: Workspace
    /// Who finds escaped processes.
    package let orphans: Orphans

    /// Puts a simulator's parts together.
    package init(loop: EventLoop, workspace: Workspace, orphans: Orphans) {
        self.loop = loop
        self.workspace = workspace
        self.orphans = orphans
    }
}
