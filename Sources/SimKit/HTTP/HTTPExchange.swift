import HTTPWire
import Platform

/// One request and its answer.
///
/// The handler decides, when it gets the exchange, what to do with the body: ``collect(limit:_:)`` or ``stream(_:)``; a
/// body that nobody takes is read past. It answers whenever it likes, also before the body has come.
package final class HTTPExchange {
    /// What happens to a request's body that is taken as it comes.
    package enum BodyPart {
        /// Some bytes; valid only during the call.
        case bytes(UnsafeRawBufferPointer)
        /// The body is complete.
        case end(trailers: HTTPFields)
        /// The connection ended, or broke the rules, in the middle of the body.
        case cut
    }

    /// The request line and the header fields.
    package let head: HTTPRequestHead
    /// How the body's end is found.
    package let framing: HTTPBodyFraming
    /// Called when the client closes its side or is gone altogether.
    package var onClientEnd: (() -> Void)?
    /// Called when all that was written has been taken by the client.
    package var onDrained: (() -> Void)?

    /// Fields that every answer gets, in the place of its own of these names.
    package var addedFields = HTTPFields()

    private weak var connection: HTTPConnection?
    private var takeBody: ((BodyPart) -> Void)?
    /// Whether the answer has begun: its status can no longer change.
    package private(set) var hasBegun = false
    /// Whether the answer is complete.
    package private(set) var isFinished = false
    private var isChunked = false
    /// Whether the answer has a body at all: one to HEAD has none, nor has 204 or 304 (RFC 9110 6.4.1).
    private var hasBody = true

    init(_ head: HTTPRequestHead, framing: HTTPBodyFraming, connection: HTTPConnection) {
        self.head = head
        self.framing = framing
        self.connection = connection
    }

    // MARK: - The request

    /// Keeps the whole body, up to a limit, and says when it is complete.
    ///
    /// - Parameters:
    ///   - limit: How many bytes may be kept. What comes beyond them is counted and thrown away.
    ///   - done: Gets the body and its true size; the body is empty where it was larger. `nil` where it was cut off.
    package func collect(limit: Int, _ done: @escaping ((bytes: [UInt8], size: Int)?) -> Void) {
        var bytes: [UInt8] = []
        var size = 0
        if case .length(let count) = framing, count <= limit { bytes.reserveCapacity(count) }
        stream { part in
            switch part {
            case .bytes(let piece):
                size += piece.count
                if size <= limit { bytes.append(contentsOf: piece) } else { bytes = [] }
            case .end:
                let whole = bytes
                bytes = []
                done((whole, size))
            case .cut: done(nil)
            }
        }
    }

    /// Takes the body piece by piece.
    package func stream(_ take: @escaping (BodyPart) -> Void) { takeBody = take }

    /// Stops or goes on taking the body: what the client sends meanwhile stays in the network.
    package func pauseBody(_ paused: Bool) { connection?.pause(paused) }

    func received(_ bytes: UnsafeRawBufferPointer) { takeBody?(.bytes(bytes)) }

    func receivedEnd(_ trailers: HTTPFields) {
        let take = takeBody
        takeBody = nil
        take?(.end(trailers: trailers))
    }

    func requestCut() {
        let take = takeBody
        takeBody = nil
        take?(.cut)
    }

    func connectionClosed() {
        requestCut()
        let tell = onClientEnd
        onClientEnd = nil
        onDrained = nil
        isFinished = true
        tell?()
    }

    func outputMoved() { if pendingOutput == 0 { onDrained?() } }

    // MARK: - The answer

    /// Bytes of the answer that the client has not taken yet.
    package var pendingOutput: Int { connection?.pendingOutput ?? 0 }

    /// Answers with a whole body.
    package func respond(_ status: Int, _ fields: HTTPFields = [:], _ body: [UInt8] = []) {
        guard !hasBegun, !isFinished else { return }
        hasBegun = true
        var fields = fields
        if Self.mayHaveBody(status) { fields.set("Content-Length", String(body.count)) }
        let sendsBody = Self.mayHaveBody(status) && head.method != "HEAD"
        var bytes = serializedHead(status, fields, room: sendsBody ? body.count : 0)
        if sendsBody { bytes += body }
        connection?.send(bytes)
        finish()
    }

    /// Begins an answer whose body is written in pieces.
    package func begin(_ status: Int, _ fields: HTTPFields) {
        guard !hasBegun, !isFinished else { return }
        hasBegun = true
        var fields = fields
        hasBody = Self.mayHaveBody(status) && head.method != "HEAD"
        // HTTP/1.0 knows no chunks: the end of the connection ends the body.
        isChunked = head.minorVersion >= 1 && Self.mayHaveBody(status)
        if !Self.mayHaveBody(status) {
            // What follows the head would be taken for the next answer.
        } else if isChunked {
            fields.set("Transfer-Encoding", "chunked")
        } else {
            connection?.closeAfterAnswer()
        }
        connection?.send(serializedHead(status, fields))
    }

    /// Writes some bytes of the body.
    package func write(_ bytes: some Collection<UInt8>) {
        guard hasBegun, !isFinished, !bytes.isEmpty, hasBody else { return }
        connection?.send(isChunked ? HTTPWriter.chunk(bytes) : Array(bytes))
    }

    /// Ends an answer that ``begin(_:_:)`` has begun.
    package func end() {
        guard hasBegun, !isFinished else { return }
        if isChunked, hasBody { connection?.send(HTTPWriter.lastChunk()) }
        finish()
    }

    /// Drops the connection in the middle of the answer, which is how HTTP says that it is incomplete.
    package func abort() {
        isFinished = true
        connection?.close()
    }

    private static func mayHaveBody(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }

    private func finish() {
        isFinished = true
        onClientEnd = nil
        onDrained = nil
        connection?.answerIsComplete()
    }

    private func serializedHead(_ status: Int, _ fields: HTTPFields, room: Int = 0) -> [UInt8] {
        var fields = fields
        for (name, value) in addedFields.entries { fields.set(name, value) }
        if let connection { fields.add("Date", connection.date) }
        if connection?.mustClose == true {
            fields.set("Connection", "close")
        } else if head.minorVersion == 0 {
            fields.set("Connection", "keep-alive")
        }
        return HTTPResponseHead(status: status, fields: fields).serialized(room: room)
    }
}
