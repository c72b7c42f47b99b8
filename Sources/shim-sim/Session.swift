import Foundation
import Platform
import SimKit

/// What surrounds every simulation: the temporary folder, signals, escaped processes.
enum Session {
    /// Runs the body and removes what it left, whatever happens.
    static func with<R>(_ body: (SimulatorContext, _ signals: Int32) throws -> R) throws -> R {
        try ProcessControl.becomeSubreaper()
        let signals = try Signals.readable([Signal.interrupt, Signal.terminate, Signal.hangUp])
        let workspace = try Workspace(temporaryFolder: ProcessInfo.processInfo.environment["TMPDIR"] ?? "")
        let context = SimulatorContext(loop: EventLoop(), workspace: workspace, orphans: Orphans(isSubreaper: true))
        let result = Result { try body(context, signals) }
        context.orphans.killAll()
        let removal = Result { try workspace.removeAll() }
        let value = try result.get()
        try removal.get()
        return value
    }
}
