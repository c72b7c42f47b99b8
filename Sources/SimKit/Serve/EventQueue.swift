import Foundation
import Platform

/// What becomes of the events of a function that are queued.
package struct EventSettings: Sendable, Equatable {
    /// Where an event goes that failed for the last time.
    package enum Destination: Sendable, Equatable {
        /// A file, one JSON record per line.
        case file(String)
        /// Another function of this simulator.
        case function(String)
    }

    /// How long after each failure the event is tried again; as many retries as there are delays.
    package var retryDelays: [Duration] = [.seconds(60), .seconds(120)]
    /// Where a failed event goes.
    package var onFailure: Destination?
    /// Where the answer to an event goes.
    package var onSuccess: Destination?
    /// How long an event is kept that finds no environment.
    package var maximumAge: Duration = .seconds(6 * 3600)

    /// Lambda's own settings.
    package init() {}
}

/// Events whose caller does not wait: each is tried until it succeeds or its retries are used up.
final class EventQueue {
    /// The most events that are kept; one more is refused.
    static let capacity = 10_000

    private final class Entry {
        let id: String
        /// The function, and the version or alias: what an alias leads to is looked up for each try.
        let reference: FunctionReference
        let event: [UInt8]
        let context: CallerContext
        let arrived = ContinuousClock.Instant.now
        /// What its function last said should become of it.
        var events: EventSettings?
        var attempts = 0
        var throttles = 0
        /// What the last try came to.
        var outcome: Outcome?

        init(id: String, reference: FunctionReference, event: [UInt8], context: CallerContext) {
            self.id = id
            self.reference = reference
            self.event = event
            self.context = context
        }
    }

    /// One try of an event.
    private final class Attempt: Caller {
        private weak var queue: EventQueue?
        private let entry: Entry
        private let target: CallTarget
        private var answer: [UInt8] = []

        init(_ queue: EventQueue, _ entry: Entry, _ target: CallTarget) {
            self.queue = queue
            self.entry = entry
            self.target = target
        }

        func hear(_ delivery: Invocation.Delivery) {
            switch delivery {
            case .bytes(let bytes): answer.append(contentsOf: bytes)
            case .failed(let failure): answer = failure.payload
            case .reported(let report): queue?.finish(entry, target, report, answer)
            case .began, .ended: break
            }
        }
    }

    private let loop: EventLoop
    private let find: (FunctionReference) throws(ServiceError) -> CallTarget
    private let note: (String) -> Void
    /// How many events are queued or in progress.
    private(set) var count = 0
    private var isStopped = false

    /// A queue.
    ///
    /// - Parameters:
    ///   - loop: The loop that everything runs on.
    ///   - find: Finds what a reference leads to.
    ///   - note: Says what becomes of events that are lost.
    init(
        loop: EventLoop,
        _ find: @escaping (FunctionReference) throws(ServiceError) -> CallTarget,
        note: @escaping (String) -> Void
    ) {
        self.loop = loop
        self.find = find
        self.note = note
    }

    /// Queues an event.
    ///
    /// - Throws: ``ServiceError/tooManyRequests`` where the queue is full.
    func add(id: String, to target: CallTarget, _ event: [UInt8], _ context: CallerContext) throws(ServiceError) {
        guard count < Self.capacity else { throw .tooManyRequests }
        count += 1
        let entry = Entry(id: id, reference: target.reference, event: event, context: context)
        loop.later { [weak self] in self?.attempt(entry) }
    }

    /// Tries nothing more.
    func stop() { isStopped = true }

    private func attempt(_ entry: Entry) {
        guard !isStopped else { return }
        let target: CallTarget
        do throws(ServiceError) {
            target = try find(entry.reference)
        } catch {
            return cannotFind(entry, error)
        }
        guard !target.isBlocked else {
            return end(entry, target.events.onFailure, condition: "ZeroReservedConcurrency", nil)
        }
        var context = entry.context
        context.version = target.executedVersion
        let invocation = Invocation(id: entry.id, event: entry.event, context: context)
        invocation.caller = Attempt(self, entry, target)
        do throws(ServiceError) {
            try target.invoke(invocation)
            entry.attempts += 1
        } catch {
            waitForRoom(entry, target.events)
        }
    }

    /// The function has been deleted since, or can take no call now.
    private func cannotFind(_ entry: Entry, _ error: ServiceError) {
        if case .functionNotFound(let arn) = error {
            count -= 1
            note("the event \(entry.id) is lost: there is no function \(arn) any more")
        } else {
            waitForRoom(entry, entry.events ?? EventSettings())
        }
    }

    /// Lambda comes back after 1 s, 2 s, and so on up to 5 min, while the event is young enough.
    private func waitForRoom(_ entry: Entry, _ events: EventSettings) {
        entry.events = events
        guard entry.arrived.duration(to: .now) < events.maximumAge else {
            return end(entry, events.onFailure, condition: "EventAgeExceeded", entry.outcome)
        }
        let delay = min(300, 1 << min(entry.throttles, 9))
        entry.throttles += 1
        loop.after(.seconds(delay)) { [weak self] in self?.attempt(entry) }
    }

    private func finish(_ entry: Entry, _ target: CallTarget, _ report: InvocationReport, _ answer: [UInt8]) {
        let outcome = Outcome(version: target.executedVersion, isError: report.status != .success, payload: answer)
        guard outcome.isError else { return end(entry, target.events.onSuccess, condition: "Success", outcome) }
        entry.outcome = outcome
        let delays = target.events.retryDelays
        guard entry.attempts > delays.count else {
            loop.after(delays[entry.attempts - 1]) { [weak self] in self?.attempt(entry) }
            return
        }
        end(entry, target.events.onFailure, condition: "RetriesExhausted", outcome)
    }

    /// What a try came to.
    private struct Outcome {
        let version: String
        let isError: Bool
        let payload: [UInt8]
    }

    private func end(
        _ entry: Entry,
        _ destination: EventSettings.Destination?,
        condition: String,
        _ outcome: Outcome?
    ) {
        count -= 1
        guard let destination else { return }
        let record = Self.record(entry, condition: condition, outcome)
        switch destination {
        case .file(let path): append(record.line, to: path)
        case .function(let text):
            do throws(ServiceError) {
                let target = try find(try FunctionReference(encoded: text, qualifier: nil))
                var context = entry.context
                context.arn = target.arn
                try add(id: Identifiers.uuid(), to: target, Array(record.text.utf8), context)
            } catch {
                note("the record of the event \(entry.id) does not reach '\(text)': \(error.name)")
            }
        }
    }

    private static func record(_ entry: Entry, condition: String, _ outcome: Outcome?) -> JSONValue {
        let context = JSONValue.object([
            ("requestId", .string(entry.id)),
            ("functionArn", .string(entry.context.qualifiedARN)),
            ("condition", .string(condition)), ("approximateInvokeCount", .int(entry.attempts)),
        ])
        let response = outcome.map { outcome in
            JSONValue.members(
                ("statusCode", 200),
                ("executedVersion", .string(outcome.version)),
                ("functionError", outcome.isError ? "Unhandled" : nil)
            )
        }
        return .members(
            ("version", "1.0"),
            ("timestamp", .string(Timestamp.now.iso8601)),
            ("requestContext", context),
            ("requestPayload", .verbatim(String(decoding: entry.event, as: UTF8.self))),
            ("responseContext", response),
            ("responsePayload", outcome.map { payload($0.payload) })
        )
    }

    /// As JSON where it is, else as a text.
    private static func payload(_ answer: [UInt8]) -> JSONValue {
        let text = String(decoding: answer, as: UTF8.self)
        return (try? JSONCheck.check(answer)) == nil ? .string(text) : .verbatim(text)
    }

    private func append(_ line: [UInt8], to path: String) {
        do throws(SystemError) {
            try Files.append(line, to: path)
        } catch {
            note("cannot write the failed event to '\(path)': \(error)")
        }
    }
}
