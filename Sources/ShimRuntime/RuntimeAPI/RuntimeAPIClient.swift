import Glibc
import HTTPWire
import LambdaWire
import Platform

/// The Runtime API as one lane sees it: one request at a time on one kept-alive connection; nothing here blocks.
///
/// It reconnects where a server closes after each answer, and gives up where the server is gone. `/next` waits without
/// a limit: the sandbox may be frozen for hours between request and answer.
final class RuntimeAPIClient {
    /// What a request came to.
    enum Outcome {
        /// The next event.
        case event(Invocation)
        /// An event that the lane answers with an error.
        case refused(requestID: String, RefusedEvent)
        /// The server has taken an answer.
        case accepted
        /// A 4xx: this invocation is lost, the lane goes on.
        case rejected(status: Int, body: String)
        /// The lane must end.
        case failed(ShimError)
    }

    /// What the connection is used for.
    private enum State {
        /// Nothing was asked.
        case idle
        /// The request goes out, as the server takes it.
        case sending(Exchange)
        /// Everything is out, or no more is taken: the answer is waited for.
        case awaiting(Exchange)

        var exchange: Exchange? {
            switch self {
            case .idle: nil
            case .sending(let exchange), .awaiting(let exchange): exchange
            }
        }
    }

    private let address: RuntimeAPIAddress
    private let loop: EventLoop
    private let buffer: UnsafeMutableRawBufferPointer
    private let prefix: String
    private let common: HTTPFields

    private var state = State.idle
    private var connection: ServerConnection?
    private var watch: EventLoop.Watch?
    private var retry: EventLoop.Timer?
    private var done: (Outcome) -> Void = { _ in }
    private var onStreamChange: (SystemError?) -> Void = { _ in }
    /// Why a stream that is still being made will not have an answer.
    private var streamFailure: ShimError?
    /// The last answer's body; an event shares its storage, which is used again once the event is let go.
    private var body: [UInt8] = []

    /// How often, and after what time, a send is repeated that failed for lack of memory.
    private static let retries = (count: 100, after: Duration.milliseconds(10))
    private var retriesLeft = retries.count

    /// - Parameters:
    ///   - address: Where the Runtime API is.
    ///   - userAgent: What it is told, `shim/1.0`.
    ///   - loop: Carries the connection.
    ///   - buffer: Room for one read, which all lanes share.
    init(address: RuntimeAPIAddress, userAgent: String, loop: EventLoop, buffer: UnsafeMutableRawBufferPointer) {
        self.address = address
        self.loop = loop
        self.buffer = buffer
        prefix = address.basePath + "/2018-06-01/runtime/"
        common = ["Host": address.authority, "User-Agent": userAgent]
    }

    // MARK: - What is asked

    /// Asks for the next event.
    func next(_ done: @escaping (Outcome) -> Void) {
        begin(Exchange(.next, operation: "GET /invocation/next", head: head("GET", "invocation/next")), done)
    }

    /// Sends the answer to an event, or the end of it where it is streamed.
    func send(_ answer: Answer, for id: String, _ done: @escaping (Outcome) -> Void) {
        switch answer {
        case .response(let bytes):
            post("invocation/\(id)/response", ["Content-Type": "application/json"], bytes, done)
        case .error(let report): post("invocation/\(id)/error", Self.errorFields(report), report.json(), done)
        case .endOfStream(let report):
            guard let exchange = state.exchange else { preconditionFailure("a stream was begun before") }
            self.done = done
            if let streamFailure {
                self.streamFailure = nil
                return finish(.failed(streamFailure))
            }
            exchange.finish(HTTPWriter.lastChunk(trailers: report?.trailers ?? [:]))
            // A server that takes no more has an answer to read, or is gone: the reply tells.
            if case .sending = state { transmit() } else { awaitAnswer(exchange) }
        }
    }

    /// Reports that the runtime could not start.
    func sendInitError(_ report: ErrorReport, _ done: @escaping (Outcome) -> Void) {
        post("init/error", Self.errorFields(report), report.json(), done)
    }

    /// Begins a response that is sent piece by piece.
    ///
    /// - Parameters:
    ///   - id: The invocation.
    ///   - contentType: What the response is.
    ///   - onChange: Called when the stream is no longer blocked, or with the reason why it takes no more.
    func beginStream(for id: String, contentType: String, onChange: @escaping (SystemError?) -> Void) {
        let fields: HTTPFields = [
            "Content-Type": contentType, LambdaHeader.responseMode: LambdaHeader.streaming,
            "Transfer-Encoding": "chunked", "Trailer": "\(LambdaHeader.errorType), \(LambdaHeader.errorBody)",
        ]
        let path = "invocation/\(id)/response"
        onStreamChange = onChange
        begin(Exchange(.stream, operation: "POST /\(path)", head: head("POST", path, fields))) { _ in }
    }

    /// Sends one piece of a response that was begun, as far as the server takes it now.
    func stream(_ bytes: [UInt8]) {
        guard case .sending(let exchange) = state else { return }
        exchange.add(bytes)
        transmit()
    }

    /// Whether a piece waits for the server to take it.
    var streamIsBlocked: Bool {
        if case .sending(let exchange) = state { return exchange.isBlocked }
        return false
    }

    /// Gives the connection up: whatever was asked is not answered any more.
    func close() {
        drop()
        retry?.cancel()
        state = .idle
    }

    private func post(_ path: String, _ fields: HTTPFields, _ body: [UInt8], _ done: @escaping (Outcome) -> Void) {
        var fields = fields
        fields.add("Content-Length", "\(body.count)")
        begin(Exchange(.post, operation: "POST /\(path)", head: head("POST", path, fields), body: body), done)
    }

    private func head(_ method: String, _ path: String, _ fields: HTTPFields = [:]) -> [UInt8] {
        var all = common
        for (name, value) in fields.entries { all.add(name, value) }
        return HTTPRequestHead(method: method, target: prefix + path, fields: all).serialized()
    }

    private static func errorFields(_ report: ErrorReport) -> HTTPFields {
        ["Content-Type": "application/json", LambdaHeader.errorType: report.errorType]
    }

    // MARK: - On the wire

    private func begin(_ exchange: Exchange, _ done: @escaping (Outcome) -> Void) {
        guard case .idle = state else { preconditionFailure("one request at a time") }
        self.done = done
        state = .sending(exchange)
        retriesLeft = Self.retries.count
        // What has been sent cannot be sent again, so a kept connection that the server has closed is not used.
        if exchange.kind != .next, connection?.isOver == true { drop() }
        transmit()
    }

    /// Sends what the server takes now.
    private func transmit() {
        guard case .sending(let exchange) = state else { return }
        do throws(SystemError) {
            let connection = try connected()
            while exchange.isBlocked {
                let count = try connection.send(from: exchange.sent, of: exchange.head, exchange.body)
                guard let count else { return waitForRoom(exchange) }
                exchange.advance(count)
            }
            sent(exchange)
        } catch {
            sendFailed(exchange, error)
        }
    }

    private func connected() throws(SystemError) -> ServerConnection {
        if let connection { return connection }
        let limits = HTTPLimits(head: LambdaLimit.head, body: LambdaLimit.payload)
        let new = try ServerConnection(to: address.socket, limits: limits)
        connection = new
        watch = loop.watch(new.socket.raw, .readable) { [weak self] seen in self?.happened(seen) }
        return new
    }

    private func drop() {
        watch?.cancel()
        (watch, connection) = (nil, nil)
    }

    private func waitForRoom(_ exchange: Exchange) {
        watch?.isPaused = false
        // A server may refuse in the middle of a body (413): its answer is taken then. One that has only begun to take a
        // stream has nothing to say; the program's end is waited for.
        watch?.events = exchange.isWhole ? [.readable, .writable] : .writable
    }

    private func sent(_ exchange: Exchange) {
        if exchange.isWhole { return awaitAnswer(exchange) }
        // Nothing to wait for until the program writes on.
        let wasBlocked = watch?.events == .writable
        watch?.isPaused = true
        watch?.events = .readable
        if wasBlocked { onStreamChange(nil) }
    }

    private func awaitAnswer(_ exchange: Exchange) {
        state = .awaiting(exchange)
        watch?.isPaused = false
        watch?.events = .readable
    }

    private func sendFailed(_ exchange: Exchange, _ error: SystemError) {
        switch error.errno {
        case _ where error.call == "connect" || error.call == "socket": giveUp(exchange, error)
        case ENOBUFS, ENOMEM:
            // The connection is alive: waiting for an answer to what was not sent would never end.
            guard retriesLeft > 0 else { return giveUp(exchange, error) }
            retriesLeft -= 1
            watch?.isPaused = true
            retry = loop.after(Self.retries.after) { [weak self] in self?.transmit() }
        case _ where exchange.isUntouched && connection?.isKept == true:
            // The server has closed it, and the system took nothing of the request.
            drop()
            transmit()
        default:
            // There may still be an answer to read: 413 before the body was taken.
            if exchange.isWhole { return awaitAnswer(exchange) }
            exchange.drop()
            state = .awaiting(exchange)
            watch?.isPaused = true
            onStreamChange(error)
        }
    }

    private func happened(_ seen: PollEvents) {
        switch state {
        case .idle: break
        case .awaiting: receive()
        case .sending(let exchange):
            if exchange.isWhole, !seen.isDisjoint(with: [.readable, .hangUp]), !exchange.isUntouched { receive() }
            transmit()
        }
    }

    private func receive() {
        guard let connection, let exchange = state.exchange else { return }
        do throws(ServerConnection.Failure) {
            guard let head = try connection.receive(into: &body, using: buffer) else { return }
            // What was not sent of a request that has its answer would be taken for the next one.
            let isUsable = head.keepsAlive && !connection.hasExcess && exchange.kind != .stream && !exchange.isBlocked
            if isUsable { watch?.isPaused = true } else { drop() }
            finish(outcome(of: exchange, head))
        } catch {
            let wasKept = connection.isKept
            drop()
            switch error {
            case .closedBeforeAnswer where wasKept && exchange.kind == .next:
                // The server closed a kept connection while it was idle: the request never reached it.
                exchange.rewind()
                state = .sending(exchange)
                transmit()
            case .closedBeforeAnswer(let cause), .broken(let cause): fail(gone(cause))
            case .unacceptable(.bodyTooLarge(let limit), let head?) where exchange.kind == .next:
                finish(refused(head, .tooLarge(limit: limit)))
            case .unacceptable(let why, _):
                fail(.protocolViolation(operation: exchange.operation, why: "\(why)"))
            }
        }
    }

    private func finish(_ outcome: Outcome) {
        state = .idle
        let done = done
        self.done = { _ in }
        done(outcome)
    }

    private func giveUp(_ exchange: Exchange, _ error: SystemError) {
        guard !exchange.isWhole else { return fail(gone("\(error)")) }
        drop()
        // Who makes the stream hears of it now; the lane at the stream's end.
        exchange.drop()
        state = .awaiting(exchange)
        streamFailure = gone("\(error)")
        onStreamChange(error)
    }

    private func fail(_ error: ShimError) {
        drop()
        finish(.failed(error))
    }

    private func gone(_ cause: String) -> ShimError { .runtimeAPIGone(address: address.description, cause: cause) }

    // MARK: - What an answer means

    private func outcome(of exchange: Exchange, _ head: HTTPResponseHead) -> Outcome {
        switch exchange.kind {
        case .next: event(head)
        case .post, .stream:
            switch head.status {
            case 200..<300: .accepted
            case 400..<500: .rejected(status: head.status, body: bodyText)
            default:
                .failed(.unexpectedStatus(operation: exchange.operation, status: head.status, body: bodyText))
            }
        }
    }

    private func event(_ head: HTTPResponseHead) -> Outcome {
        let received = ContinuousClock.now
        guard head.status == 200 else {
            return .failed(.unexpectedStatus(operation: "GET /next", status: head.status, body: bodyText))
        }
        do throws(ShimError) {
            let id = try requestID(head)
            var variables: [String: String] = [:]
            for (header, variable) in Invocation.headers {
                guard let value = head.fields[header], !value.isEmpty else { continue }
                let bytes = value.utf8.count
                guard bytes + variable.utf8.count + 1 <= RefusedEvent.longestVariable else {
                    return .refused(requestID: id, .headerTooLarge(name: header, bytes: bytes))
                }
                variables[variable] = value
            }
            return .event(
                Invocation(
                    requestID: id,
                    deadline: Self.deadline(head.fields[LambdaHeader.deadline], received: received),
                    variables: variables,
                    event: body
                )
            )
        } catch {
            return .failed(error)
        }
    }

    private func refused(_ head: HTTPResponseHead, _ reason: RefusedEvent) -> Outcome {
        do throws(ShimError) {
            return .refused(requestID: try requestID(head), reason)
        } catch {
            return .failed(error)
        }
    }

    private func requestID(_ head: HTTPResponseHead) throws(ShimError) -> String {
        guard let id = head.fields[LambdaHeader.requestID], !id.isEmpty else {
            throw .protocolViolation(operation: "GET /next", why: "no Lambda-Runtime-Aws-Request-Id header")
        }
        // It becomes part of a request line.
        guard id.utf8.count <= 256, id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x3F }) else {
            throw .protocolViolation(operation: "GET /next", why: "malformed request id")
        }
        return id
    }

    /// A deadline that is missing, malformed or already over when the event comes is ignored: on Lambda that does not
    /// happen, and some emulators send a constant.
    private static func deadline(_ text: String?, received: ContinuousClock.Instant) -> Invocation.Deadline? {
        // Negative values would overflow.
        guard let text, let milliseconds = Int64(text), milliseconds > 0 else { return nil }
        let remaining = milliseconds - WallClock.millisecondsSinceEpoch()
        guard remaining > 0, remaining < 1_000_000_000_000 else { return nil }
        return Invocation.Deadline(instant: received.advanced(by: .milliseconds(remaining)), received: received)
    }

    private var bodyText: String {
        String(decoding: body.prefix(500), as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
