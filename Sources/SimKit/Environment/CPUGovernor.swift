import Platform

/// Gives processes a share of the CPU by stopping them for the rest of each period.
///
/// Control groups would be exact, but need rights that a user seldom has; stopping needs none.
final class CPUGovernor {
    private static let period = Duration.milliseconds(50)

    private let share: Double
    private let loop: EventLoop
    private var timer: EventLoop.Timer?
    private var freeze: (Bool) -> Void = { _ in }

    /// - Parameters:
    ///   - share: The part of one CPU; from 1 on nothing is held back.
    ///   - loop: The loop whose timers are used.
    init(share: Double, loop: EventLoop) {
        self.share = share
        self.loop = loop
    }

    /// Begins; the closure stops or continues all processes.
    func start(_ freeze: @escaping (Bool) -> Void) {
        guard share < 1, timer == nil else { return }
        self.freeze = freeze
        run()
    }

    /// Ends, with the processes running.
    func stop() {
        guard timer != nil else { return }
        timer?.cancel()
        timer = nil
        freeze(false)
        freeze = { _ in }
    }

    private func run() {
        timer = loop.after(Self.period * share) { [weak self] in
            guard let self else { return }
            freeze(true)
            timer = loop.after(Self.period * (1 - share)) { [weak self] in
                self?.freeze(false)
                self?.run()
            }
        }
    }
}
