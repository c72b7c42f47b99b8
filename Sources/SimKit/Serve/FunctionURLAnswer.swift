import HTTPWire

/// The HTTP response that a function URL makes of a function's answer.
final class FunctionURLAnswer: Caller {
    /// A prelude is a few headers; anything longer is not one.
    private static let preludeLimit = 1 << 20
    private static let highWater = 1 << 20

    private let exchange: HTTPExchange
    private let invocation: Invocation
    private let streams: Bool
    private var contentType = ""
    private var kept: [UInt8] = []
    /// Whether the head of a streamed answer is out.
    private var hasBegun = false

    init(_ exchange: HTTPExchange, _ invocation: Invocation, streams: Bool) {
        self.exchange = exchange
        self.invocation = invocation
        self.streams = streams
    }

    func hear(_ delivery: Invocation.Delivery) {
        switch delivery {
        case .began(let type):
            contentType = type
            if streams, !hasPrelude { begin(200, ["Content-Type": type]) }
        case .bytes(let bytes): add(bytes)
        case .ended(let error): finish(failed: error != nil)
        case .failed: if hasBegun { exchange.abort() } else { badGateway() }
        case .reported: break
        }
    }

    private var hasPrelude: Bool { contentType == "application/vnd.awslambda.http-integration-response" }

    private func add(_ bytes: UnsafeRawBufferPointer) {
        if hasBegun { return write(Array(bytes)) }
        kept.append(contentsOf: bytes)
        guard streams || hasPrelude else { return }
        guard let end = Self.preludeEnd(kept) else {
            if kept.count > Self.preludeLimit { badGateway() }
            return
        }
        guard let head = HTTPIntegration.prelude(Array(kept[..<end])) else { return badGateway() }
        let rest = Array(kept[(end + 8)...])
        kept = []
        begin(head.status, head.fields)
        write(rest)
    }

    private func finish(failed: Bool) {
        // What went wrong in the middle of a stream is in the log; the caller gets what there is, complete for HTTP.
        if hasBegun { return exchange.end() }
        // A stream that ended within its prelude has not begun.
        guard !failed, !hasPrelude, let answer = HTTPIntegration.interpret(kept) else { return badGateway() }
        var fields = answer.fields
        addIDs(to: &fields)
        exchange.respond(answer.status, fields, answer.body)
    }

    private func begin(_ status: Int, _ fields: HTTPFields) {
        hasBegun = true
        var fields = fields
        addIDs(to: &fields)
        exchange.begin(status, fields)
    }

    private func addIDs(to fields: inout HTTPFields) {
        fields.add("x-amzn-RequestId", invocation.id)
        fields.add("X-Amzn-Trace-Id", InvokeAnswer.answeredTrace(invocation.context.traceID))
    }

    private func write(_ bytes: [UInt8]) {
        exchange.write(bytes)
        guard exchange.pendingOutput > Self.highWater else { return }
        invocation.pauseSource(true)
        exchange.onDrained = { [weak exchange, weak invocation] in
            exchange?.onDrained = nil
            invocation?.pauseSource(false)
        }
    }

    private func badGateway() {
        kept = []
        FunctionURL.text(exchange, 502, "Internal Server Error")
    }

    /// Where the eight NUL bytes begin that end a prelude.
    static func preludeEnd(_ bytes: [UInt8]) -> Int? {
        guard let first = bytes.firstIndex(of: 0), bytes.count >= first + 8 else { return nil }
        return bytes[first..<(first + 8)].allSatisfy { $0 == 0 } ? first : nil
    }
}
