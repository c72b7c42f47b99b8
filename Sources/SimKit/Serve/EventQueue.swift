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
    /// How long an event is kept that finds no environment.
    package var maximumAge: Duration = .seconds(6 * 3600)

    /// Lambda's own settings.
    package init() {}
}

/// Events whose caller does not wait: each is tried until it succeeds or its retries are used up.
final class EventQueue {
    /// Events that are kept at most; one more is refused.
    static let capacity = 10_000

    private final class Entry {
        let id: String
        let name: String
        let event: [UInt8]
        let context: CallerContext
        let arrived = ContinuousClock.Instant.now
        var attempts = 0
        var throttles = 0
        /// What the last try came to.
        var answer: [UInt8]?

        init(id: String, name: String, event: [UInt8], context: CallerContext) {
            self.id = id
            self.name = name
            self.event = event
            self.context = context
        }
    }

    /// One try of an event.
    private final class Attempt: Caller {
        private weak var queue: EventQueue?
        private let entry: Entry
        private let service: FunctionService
        private var answer: [UInt8] = []

        init(_ queue: EventQueue, _ entry: Entry, _ service: FunctionService) {
            self.queue = queue
            self.entry = entry
            self.service = service
        }

        func hear(_ delivery: Invocation.Delivery) {
            switch delivery {
            case .bytes(let bytes): answer.append(contentsOf: bytes)
            case .failed(let failure): answer = failure.payload
            case .reported(let report): queue?.finish(entry, service, report, answer)
            case .began, .ended: break
            }
        }
    }

    private let loop: EventLoop
    private let functions: [String: FunctionService]
    private let note: (String) -> Void
    /// How many events are queued or in progress.
    private(set) var count = 0
    private var isStopped = false

    init(_ functions: [String: FunctionService], loop: EventLoop, note: @escaping (String) -> Void) {
        self.functions = functions
        self.loop = loop
        self.note = note
    }

    /// Queues an event.
    ///
    /// - Throws: ``ServiceError/tooManyRequests`` where the queue is full.
    func add(id: String, name: String, _ event: [UInt8], _ context: CallerContext) throws(ServiceError) {
        guard count < Self.capacity else { throw .tooManyRequests }
        count += 1
        let entry = Entry(id: id, name: name, event: event, context: context)
        loop.later { [weak self] in self?.attempt(entry) }
    }

    /// Tries nothing more.
    func stop() { isStopped = true }

    private func attempt(_ entry: Entry) {
        guard !isStopped, let service = functions[entry.name] else { return }
        let invocation = Invocation(id: entry.id, event: entry.event, context: entry.context)
        invocation.caller = Attempt(self, entry, service)
        do throws(ServiceError) {
            try service.invoke(invocation)
            entry.attempts += 1
        } catch {
            waitForRoom(entry, service)
        }
    }

    /// Lambda comes back after 1 s, 2 s, and so on up to 5 min, while the event is young enough.
    private func waitForRoom(_ entry: Entry, _ service: FunctionService) {
        guard entry.arrived.duration(to: .now) < service.function.events.maximumAge else {
            return fail(entry, service, condition: "EventAgeExceeded")
        }
        let delay = min(300, 1 << min(entry.throttles, 9))
        entry.throttles += 1
        loop.after(.seconds(delay)) { [weak self] in self?.attempt(entry) }
    }

    private func finish(
        _ entry: Entry,
        _ service: FunctionService,
        _ report: InvocationReport,
        _ answer: [UInt8]
    ) {
        guard report.status != .success else {
            count -= 1
            return
        }
        entry.answer = answer
        let delays = service.function.events.retryDelays
        guard entry.attempts > delays.count else {
            loop.after(delays[entry.attempts - 1]) { [weak self] in self?.attempt(entry) }
            return
        }
        fail(entry, service, condition: "RetriesExhausted")
    }

    private func fail(_ entry: Entry, _ service: FunctionService, condition: String) {
        count -= 1
        guard let destination = service.function.events.onFailure else { return }
        let record = Self.record(entry, condition: condition)
        switch destination {
        case .file(let path): append(record.line, to: path)
        case .function(let name):
            guard let target = functions[name] else { return }
            do throws(ServiceError) {
                var context = entry.context
                context.arn = target.function.arn
                try add(id: Identifiers.uuid(), name: name, Array(record.text.utf8), context)
            } catch {
                note("the failed event \(entry.id) is lost: the queue is full")
            }
        }
    }

    private static func record(_ entry: Entry, condition: String) -> JSONValue {
        let context = JSONValue.object([
            ("requestId", .string(entry.id)), ("functionArn", .string(entry.context.qualifiedARN)),
            ("condition", .string(condition)), ("approximateInvokeCount", .int(entry.attempts)),
        ])
        let response = JSONValue.object([
            ("statusCode", 200), ("executedVersion", "$LATEST"), ("functionError", "Unhandled"),
        ])
        return .members(
            ("version", "1.0"),
            ("timestamp", .string(Timestamp.now.iso8601)),
            ("requestContext", context),
            ("requestPayload", .verbatim(String(decoding: entry.event, as: UTF8.self))),
            ("responseContext", entry.answer == nil ? nil : response),
            ("responsePayload", entry.answer.map(payload))
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
