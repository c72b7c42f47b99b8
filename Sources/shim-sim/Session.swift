import Foundation
import Platform
import SimKit

/// What surrounds every simulation: the temporary folder, signals, escaped processes.
enum Session {
    /// Runs the body and removes what it left, whatever happens; a signal that has interrupted it ends this program.
    static func with<R>(_ body: (SimulatorContext) throws -> R) throws -> R {
        try ProcessControl.becomeSubreaper()
        // With `nohup` it goes on when the terminal is gone.
        let hangUp = Signals.isIgnored(Signal.hangUp) ? [] : [Signal.hangUp]
        let signals = try Signals.readable([Signal.interrupt, Signal.quit, Signal.terminate] + hangUp)
        let workspace = try Workspace(temporaryFolder: ProcessInfo.processInfo.environment["TMPDIR"] ?? "")
        // Without one, the next start of a simulator removes what a killed one has left.
        let guardian = try? Guardian(folder: workspace.path)
        let context = SimulatorContext(
            loop: EventLoop(),
            workspace: workspace,
            orphans: Orphans(isSubreaper: true, guardian: guardian),
            signals: signals
        )
        let result = Result { try body(context) }
        context.orphans.killAll()
        let removal = Result { try workspace.removeAll() }
        context.orphans.dismissGuardian()
        if case .failure(SimError.interrupted) = result, let signal = Signals.next(from: signals) {
            Signals.dieBy(signal)
        }
        let value = try result.get()
        try removal.get()
        return value
    }
}
