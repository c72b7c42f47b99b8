import Platform

/// Why the shim stops a program before it ends by itself.
enum StopReason: Equatable {
    /// The deadline came near.
    case deadline
    /// Nobody can take its output.
    case refusedOutput(OutputRefusal)
    /// The shim itself was told to end by this signal.
    case shutdown(Int32)
    /// It broke the rules of a worker, or is no longer needed.
    case replaced
}

/// How far the ending of a program has come: a value that is given what happens and says what to do.
///
/// ```
/// running → asked (SIGTERM) → killed (SIGKILL) → abandoned
/// ```
/// SIGKILL does not end a process that hangs in the kernel or is frozen, hence the last state: the answer does not wait for
/// such a process for ever.
enum Stopping: Equatable {
    /// Nobody wants it to end.
    case running
    /// It was asked to end by SIGTERM.
    case asked(StopReason, killAt: ContinuousClock.Instant, patience: Duration)
    /// It was killed by SIGKILL.
    case killed(StopReason, giveUpAt: ContinuousClock.Instant)
    /// It is still there.
    case abandoned(StopReason)

    /// How long a program has between two steps.
    struct Grace: Equatable {
        /// From SIGTERM to SIGKILL.
        let term: Duration
        /// From SIGKILL until it is no longer waited for.
        let kill: Duration

        /// Where the deadline is not the reason: 300 ms, as Lambda gives a runtime at the end of an environment.
        static let standard = Grace(term: .milliseconds(300), kill: .milliseconds(500))
        /// Where the shim itself has to end.
        static let shutdown = Grace(term: .milliseconds(300), kill: .milliseconds(100))
    }

    /// What is to be done now.
    enum Action: Equatable {
        /// Send SIGTERM.
        case ask
        /// Send SIGKILL.
        case kill
        /// Wait no longer.
        case abandon
    }

    /// Why it is stopped, if it is.
    var reason: StopReason? {
        switch self {
        case .running: nil
        case .asked(let reason, _, _), .killed(let reason, _), .abandoned(let reason): reason
        }
    }

    /// When ``advance(_:)`` has something to do.
    var due: ContinuousClock.Instant? {
        switch self {
        case .running, .abandoned: nil
        case .asked(_, let killAt, _): killAt
        case .killed(_, let giveUpAt): giveUpAt
        }
    }

    /// Somebody wants the program to end.
    ///
    /// The first reason stays, but for a signal to the shim, which counts more: the shim must end, too. A second reason
    /// never gives the program more time.
    ///
    /// - Returns: What is to be done now.
    mutating func ask(_ reason: StopReason, _ grace: Grace, now: ContinuousClock.Instant) -> Action? {
        let isShutdown = if case .shutdown = reason { true } else { false }
        switch self {
        case .running: self = .asked(reason, killAt: now.advanced(by: grace.term), patience: grace.kill)
        case .asked(let first, let killAt, let patience):
            self = .asked(
                isShutdown ? reason : first,
                killAt: min(killAt, now.advanced(by: grace.term)),
                patience: min(patience, grace.kill)
            )
        case .killed(let first, let giveUpAt):
            self = .killed(isShutdown ? reason : first, giveUpAt: min(giveUpAt, now.advanced(by: grace.kill)))
            return nil
        case .abandoned(let first):
            self = .abandoned(isShutdown ? reason : first)
            return nil
        }
        return .ask
    }

    /// Time has passed.
    ///
    /// - Returns: What is to be done now, if anything.
    mutating func advance(_ now: ContinuousClock.Instant) -> Action? {
        switch self {
        case .asked(let reason, let killAt, let patience) where now >= killAt:
            self = .killed(reason, giveUpAt: now.advanced(by: patience))
            return .kill
        case .killed(let reason, let giveUpAt) where now >= giveUpAt:
            self = .abandoned(reason)
            return .abandon
        default: return nil
        }
    }
}
