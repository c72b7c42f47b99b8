import LambdaWire
import HTTPWire
import Platform

/// The Runtime API as a runtime sees it: one request at a time on one kept-alive connection.
///
/// It reconnects where a server closes after each answer, and gives up where the server is gone. `/next` waits without
/// a limit: the sandbox may be frozen for hours between request and answer.
final class RuntimeAPIClient {
    private let address: RuntimeAPIAddress
    private let userAgent: String
    private let prefix: String
    /// Waits for the server, until what is asked for is seen on the socket.
    private let wait: (PollRequest) throws -> Void
    private var connection: ServerConnection?
    private var isFresh = false
    private var pending: Request?
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    /// The last answer's body; an event is moved out of it, and its room comes back by ``reuse(_:)``.
    private var body: [UInt8] = []

    /// A response of Lambda has at most this many bytes: 6 MiB and 100 B.
    static let maximumPayload = LambdaLimit.payload

    private struct Request {
        let operation: String
        let head: [UInt8]
        let body: [UInt8]
        /// Whether all of it is here, so that it can be sent once more.
        var isWhole = true
    }

    init(address: RuntimeAPIAddress, userAgent: String, wait: @escaping (PollRequest) throws -> Void) {
        self.address = address
        self.userAgent = userAgent
        self.wait = wait
        prefix = address.basePath + "/2018-06-01/runtime/"
    }

    deinit { buffer.deallocate() }

    /// Waits for the next event.
    ///
    /// - Throws: ``ShimError`` where the loop must end; ``Refused`` where only this event is unusable.
    func next() throws -> Invocation {
        try send("GET", "invocation/next", body: [])
        let head: HTTPResponseHead
        do {
            head = try receive()
        } catch ServerConnection.Failure.unacceptable(.bodyTooLarge(let limit), let head?) {
            connection = nil
            throw Refused(requestID: try requestID(head), reason: .tooLarge(limit: limit))
        }
        let received = ContinuousClock.now
        guard head.status == 200 else { throw unexpected("GET /next", head.status) }
        let id = try requestID(head)
        var variables: [String: String] = [:]
        for (header, variable) in Invocation.headers {
            guard let value = head.fields[header], !value.isEmpty else { continue }
            let bytes = value.utf8.count
            guard bytes + variable.utf8.count + 1 <= RefusedEvent.longestVariable else {
                throw Refused(requestID: id, reason: .headerTooLarge(name: header, bytes: bytes))
            }
            variables[variable] = value
        }
        defer { body = [] }
        return Invocation(
            requestID: id,
            deadline: Self.deadline(head.fields[LambdaHeader.deadline], received: received),
            variables: variables,
            event: body
        )
    }

    /// Takes the room of an event back, for the next one.
    func reuse(_ event: [UInt8]) { body = event }

    /// Gives the body that was sent last away, for its room; after its reply nobody needs it.
    func takeSent() -> [UInt8] {
        defer { pending = nil }
        return pending?.body ?? []
    }

    /// An event that the loop answers with an error.
    struct Refused: Error {
        let requestID: String
        let reason: RefusedEvent
    }

    /// Sends the response; ``finishReply()`` takes the server's word on it.
    func sendResponse(_ response: [UInt8], for id: String) throws {
        try send(
            "POST",
            "invocation/\(id)/response",
            fields: ["Content-Type": "application/json"],
            body: response
        )
    }

    /// Begins a response that is sent piece by piece; ``finishReply()`` takes the server's word on it.
    ///
    /// - Returns: The connection that the pieces go to. It is given up after the reply, as Lambda asks for.
    func beginStream(for id: String, contentType: String) throws -> ServerConnection {
        // It could not be sent once more, as a whole response is where the server has closed a kept connection.
        if connection?.isOver == true { connection = nil }
        let fields: HTTPFields = [
            "Content-Type": contentType,
            LambdaHeader.responseMode: "streaming",
            "Transfer-Encoding": "chunked",
            "Trailer": "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
        ]
        let path = "invocation/\(id)/response"
        let request = Request(
            operation: "POST /\(path)",
            head: head("POST", path, fields).serialized(),
            body: [],
            isWhole: false
        )
        pending = request
        return try transmit(request)
    }

    /// Waits until the server takes more of a response that is sent piece by piece.
    func waitForRoom(on stream: ServerConnection) throws { try wait(PollRequest(stream.socket.raw, .writable)) }

    /// Sends the error of one invocation; ``finishReply()`` takes the server's word on it.
    func sendError(_ report: ErrorReport, for id: String) throws {
        try send("POST", "invocation/\(id)/error", fields: Self.errorFields(report), body: report.json())
    }

    /// Reports that the runtime could not start.
    func reportInitError(_ report: ErrorReport) throws -> Reply {
        try send("POST", "init/error", fields: Self.errorFields(report), body: report.json())
        return try finishReply()
    }

    /// What the server said to a response or an error.
    enum Reply: Equatable {
        case accepted
        /// A 4xx: this invocation is lost, the loop goes on.
        case rejected(status: Int, body: String)
    }

    /// Receives the answer to what was sent last.
    func finishReply() throws -> Reply {
        guard let operation = pending?.operation else { preconditionFailure("a request was sent before") }
        let head = try receive()
        switch head.status {
        case 200..<300: return .accepted
        case 400..<500: return .rejected(status: head.status, body: bodyText)
        default: throw unexpected(operation, head.status)
        }
    }

    private func send(_ method: String, _ path: String, fields: HTTPFields = [:], body: [UInt8]) throws {
        var head = head(method, path, fields)
        if method == "POST" { head.fields.add("Content-Length", "\(body.count)") }
        let request = Request(operation: "\(method) /\(path)", head: head.serialized(), body: body)
        pending = request
        try transmit(request)
    }

    private func head(_ method: String, _ path: String, _ fields: HTTPFields) -> HTTPRequestHead {
        var all: HTTPFields = ["Host": address.authority, "User-Agent": userAgent]
        for (name, value) in fields.entries { all.add(name, value) }
        return HTTPRequestHead(method: method, target: prefix + path, fields: all)
    }

    /// Writes the request.
    ///
    /// That it could not be written is found out by ``receive()``: an answer may wait all the same (413 before the
    /// body was taken), and a kept connection may have gone stale.
    ///
    /// - Returns: The connection that it went to.
    @discardableResult
    private func transmit(_ request: Request) throws -> ServerConnection {
        let used = try connected()
        try? used.send(request.head, request.body)
        return used
    }

    /// Receives the answer to the pending request.
    private func receive() throws -> HTTPResponseHead {
        while true {
            let used = try connected()
            try wait(PollRequest(used.socket.raw, .readable))
            do throws(ServerConnection.Failure) {
                let head = try used.receive(into: &body, using: buffer)
                isFresh = false
                if !head.keepsAlive || used.hasExcess || pending?.isWhole == false { connection = nil }
                return head
            } catch {
                let stale = !isFresh
                connection = nil
                switch error {
                case .closedBeforeAnswer(let cause):
                    // The server closed a kept connection while it was idle: the request never reached it.
                    guard stale, let pending, pending.isWhole else { throw gone(cause) }
                    try transmit(pending)
                case .broken(let cause): throw gone(cause)
                // Of an event; the answer to a POST is never large.
                case .unacceptable(.bodyTooLarge, _) where pending?.operation.hasPrefix("GET") == true: throw error
                case .unacceptable(let why, _):
                    throw ShimError.protocolViolation(operation: pending?.operation ?? "", why: "\(why)")
                }
            }
        }
    }

    private func connected() throws -> ServerConnection {
        if let connection { return connection }
        do throws(SystemError) {
            let new = try ServerConnection(
                to: address.socket,
                limits: HTTPLimits(head: LambdaLimit.head, body: Self.maximumPayload)
            )
            connection = new
            isFresh = true
            return new
        } catch {
            throw gone("\(error)")
        }
    }

    private func requestID(_ head: HTTPResponseHead) throws -> String {
        guard let id = head.fields[LambdaHeader.requestID], !id.isEmpty else {
            throw ShimError.protocolViolation(operation: "GET /next", why: "no Lambda-Runtime-Aws-Request-Id header")
        }
        // It becomes part of a request line.
        guard id.utf8.count <= 256, id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x3F }) else {
            throw ShimError.protocolViolation(operation: "GET /next", why: "malformed request id")
        }
        return id
    }

    /// A deadline that is missing, malformed or already over when the event comes is none: on Lambda that does not
    /// happen, and some emulators send a constant.
    private static func deadline(_ text: String?, received: ContinuousClock.Instant) -> Invocation.Deadline? {
        // What is negative could not be subtracted from.
        guard let text, let milliseconds = Int64(text), milliseconds > 0 else { return nil }
        let remaining = milliseconds - WallClock.millisecondsSinceEpoch()
        guard remaining > 0, remaining < 1_000_000_000_000 else { return nil }
        return Invocation.Deadline(instant: received.advanced(by: .milliseconds(remaining)), received: received)
    }

    private static func errorFields(_ report: ErrorReport) -> HTTPFields {
        ["Content-Type": "application/json", LambdaHeader.errorType: report.errorType]
    }

    private func unexpected(_ operation: String, _ status: Int) -> ShimError {
        .unexpectedStatus(operation: operation, status: status, body: bodyText)
    }

    private func gone(_ cause: String) -> ShimError { .runtimeAPIGone(address: address.description, cause: cause) }

    private var bodyText: String {
        String(decoding: body.prefix(500), as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
