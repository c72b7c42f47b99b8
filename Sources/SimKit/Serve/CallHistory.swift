/// What the page shows of the past: calls, the last logs and events, and the last lines of all logs.
package final class CallHistory {
    /// Calls that are remembered.
    static let calls = 10_000
    /// Calls whose log and event are remembered, too.
    static let details = 200
    /// Pieces of logs that are remembered; most have one line.
    static let pieces = 2_000
    /// Bytes of an event, and of a log, that are remembered.
    private static let longest = 64 << 10

    /// A call that is over.
    struct Call {
        let number: Int
        let function: String
        var report: InvocationReport
    }

    /// Whole lines of a log, as they came; `function` is `nil` for the simulator's own.
    struct Piece {
        let number: Int
        let function: String?
        let bytes: [UInt8]
    }

    /// Oldest first.
    private(set) var recent: [Call] = []
    /// Oldest first.
    private(set) var log: [Piece] = []
    private var nextCall = 1
    private var nextPiece = 1

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
        // Trimmed in larger steps, so that it costs little.
        if recent.count > Self.calls + 1000 { recent.removeFirst(recent.count - Self.calls) }
    }

    /// Remembers lines of a log; they are split only when somebody looks.
    package func add(lines bytes: [UInt8], of function: String?) {
        log.append(Piece(number: nextPiece, function: function, bytes: bytes))
        nextPiece += 1
        if log.count > Self.pieces + 500 { log.removeFirst(log.count - Self.pieces) }
    }

    /// The calls after a number, at most so many as are remembered.
    func calls(after number: Int) -> ArraySlice<Call> {
        recent.suffix(min(Self.calls, max(0, nextCall - 1 - number)))
    }

    /// The pieces after a number, at most so many as are remembered.
    func pieces(after number: Int) -> ArraySlice<Piece> {
        log.suffix(min(Self.pieces, max(0, nextPiece - 1 - number)))
    }

    /// The call of a request id.
    func call(_ requestID: String) -> Call? { recent.last { $0.report.requestID == requestID } }
}
