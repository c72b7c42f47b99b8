/// What the page shows of the past: calls, the last logs and events, and the last lines of all logs.
package final class CallHistory {
    /// Calls that are remembered.
    static let calls = 10_000
    /// Calls whose log and event are remembered, too.
    static let details = 200
    /// Lines of logs that are remembered.
    static let lines = 2_000
    /// Bytes of an event, and of a log, that are remembered.
    private static let longest = 64 << 10

    /// A call that is over.
    struct Call {
        let number: Int
        let function: String
        var report: InvocationReport
    }

    /// A line of a log; `function` is `nil` for the simulator's own.
    struct Line {
        let number: Int
        let function: String?
        let text: String
    }

    /// Oldest first.
    private(set) var recent: [Call] = []
    /// Oldest first.
    private(set) var log: [Line] = []
    private var nextCall = 1
    private var nextLine = 1

    /// Nothing has happened.
    package init() {}

    /// Remembers a call.
    func add(_ report: InvocationReport, of function: String) {
        var report = report
        if report.event.count > Self.longest { report.event = [] }
        recent.append(Call(number: nextCall, function: function, report: report))
        nextCall += 1
        if recent.count > Self.details {
            let index = recent.count - Self.details - 1
            recent[index].report.log = []
            recent[index].report.event = []
        }
        // In larger steps, so that it costs nothing.
        if recent.count > Self.calls + 1000 { recent.removeFirst(recent.count - Self.calls) }
    }

    /// Remembers lines of a log.
    package func add(lines bytes: [UInt8], of function: String?) {
        for line in bytes.split(separator: 0x0A) {
            log.append(
                Line(
                    number: nextLine,
                    function: function,
                    text: String(decoding: line.prefix(2000), as: UTF8.self)
                )
            )
            nextLine += 1
        }
        if log.count > Self.lines + 500 { log.removeFirst(log.count - Self.lines) }
    }

    /// The calls after a number, at most so many as are remembered.
    func calls(after number: Int) -> ArraySlice<Call> {
        recent.suffix(min(Self.calls, max(0, nextCall - 1 - number)))
    }

    /// The lines after a number, at most so many as are remembered.
    func lines(after number: Int) -> ArraySlice<Line> {
        log.suffix(min(Self.lines, max(0, nextLine - 1 - number)))
    }

    /// The call of a request id.
    func call(_ requestID: String) -> Call? { recent.last { $0.report.requestID == requestID } }
}
