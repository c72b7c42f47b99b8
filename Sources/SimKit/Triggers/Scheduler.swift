import FunctionFile
import Platform

/// Calls functions at the times of their schedules, as EventBridge does.
package final class Scheduler {
    /// One schedule of a function.
    package struct Entry: Sendable {
        /// The function's name; a version or an alias may follow after a colon.
        package let function: String
        /// When.
        package let schedule: ScheduleExpression

        /// An entry.
        package init(function: String, schedule: ScheduleExpression) {
            self.function = function
            self.schedule = schedule
        }
    }

    private let loop: EventLoop
    private let place: Place
    private let send: (_ function: String, _ event: [UInt8]) -> Void
    private var timers: [Int: EventLoop.Timer] = [:]

    /// Begins.
    ///
    /// - Parameters:
    ///   - entries: The schedules.
    ///   - place: The account and region in the events.
    ///   - loop: The loop that everything runs on.
    ///   - send: Gets the events.
    package init(
        _ entries: [Entry],
        in place: Place,
        loop: EventLoop,
        send: @escaping (_ function: String, _ event: [UInt8]) -> Void
    ) {
        self.loop = loop
        self.place = place
        self.send = send
        for (number, entry) in entries.enumerated() { wait(number, entry, after: .now) }
    }

    /// Calls nothing more.
    package func stop() {
        for timer in timers.values { timer.cancel() }
        timers = [:]
    }

    private func wait(_ number: Int, _ entry: Entry, after time: Timestamp) {
        guard let due = entry.schedule.next(after: time) else { return }
        sleep(number, entry, until: due)
    }

    /// In steps, because the wall clock may be set, and the machine may sleep.
    private func sleep(_ number: Int, _ entry: Entry, until due: Timestamp) {
        let rest = Duration.fromMilliseconds(Double(due.milliseconds - Timestamp.now.milliseconds))
        guard rest > .zero else {
            send(entry.function, Self.event(entry.function, at: due, in: place))
            // What was missed while the machine slept is not made up.
            return wait(number, entry, after: max(due, .now))
        }
        timers[number] = loop.after(min(rest, .seconds(30))) { [weak self] in
            self?.sleep(number, entry, until: due)
        }
    }

    /// The event of EventBridge's schedules.
    static func event(_ function: String, at time: Timestamp, in place: Place) -> [UInt8] {
        let rule = "arn:aws:events:\(place.region):\(place.account):rule/\(function.split(separator: ":")[0])"
        return Array(
            JSONValue.object([
                ("version", "0"), ("id", .string(Identifiers.uuid())), ("detail-type", "Scheduled Event"),
                ("source", "aws.events"), ("account", .string(place.account)),
                ("time", .string(time.iso8601Seconds)), ("region", .string(place.region)),
                ("resources", .array([.string(rule)])), ("detail", .object([])),
            ]).text.utf8
        )
    }
}

private func max(_ left: Timestamp, _ right: Timestamp) -> Timestamp {
    left.milliseconds > right.milliseconds ? left : right
}
