/// When the program of one event is asked to end, and everything that hangs on that: the one deadline of an invocation.
///
/// ```
/// received ……………… stopAt ……… killAt …… giveUpAt …… the deadline
///                   SIGTERM   SIGKILL  answer anyway
/// ```
struct TimeLimit: Equatable {
    /// When the program gets SIGTERM.
    let stopAt: ContinuousClock.Instant
    /// How long before the deadline that is.
    let margin: Duration

    /// A limit without a deadline.
    init(stopAt: ContinuousClock.Instant, margin: Duration) {
        self.stopAt = stopAt
        self.margin = margin
    }

    /// - Parameters:
    ///   - deadline: When Lambda stops waiting.
    ///   - margin: What the user set; a quarter of the time there was is the most.
    init(_ deadline: Invocation.Deadline, margin: Duration) {
        self.margin = min(margin, deadline.received.duration(to: deadline.instant) / 4)
        stopAt = deadline.instant.advanced(by: .zero - self.margin)
    }

    /// Half of the margin to end by itself, then a quarter until nobody waits any longer; the rest is for the report.
    var grace: Stopping.Grace { Stopping.Grace(term: margin / 2, kill: margin / 4) }

    /// When the program is killed.
    var killAt: ContinuousClock.Instant { stopAt.advanced(by: margin / 2) }
}
