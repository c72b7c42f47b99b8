import HTTPWire
import Platform

/// One connection to the Runtime API, non-blocking: bytes go out as the server takes them, an answer comes in as it comes.
final class ServerConnection {
    /// What went wrong, and whether it is safe to try once more on a new connection.
    enum Failure: Error {
        /// The connection ended or broke before the first byte of an answer.
        case closedBeforeAnswer(cause: String)
        /// The connection ended or broke in the middle of an answer.
        case broken(cause: String)
        /// The answer is not HTTP that we accept, or is beyond a bound. The head is there if it came.
        case unacceptable(HTTPError, HTTPResponseHead?)
    }

    let socket: Descriptor
    /// Whether an answer came on it before: only then may the server have closed it while it was idle.
    private(set) var isKept = false
    /// Whether more came than the answer: what would come next belongs to no request.
    private(set) var hasExcess = false

    private let limits: HTTPLimits
    private var parser: HTTPParser<HTTPResponseHead>
    private var isConnected = false
    /// Of the answer that is coming in.
    private var head: HTTPResponseHead?
    private var anyByte = false

    init(to address: SocketAddress, limits: HTTPLimits) throws(SystemError) {
        socket = try Socket.startConnecting(to: address)
        self.limits = limits
        parser = HTTPParser(limits: limits)
    }

    /// Sends what the server takes now of a head and a body.
    ///
    /// - Parameters:
    ///   - start: How many bytes of both together are gone already.
    ///   - head: The first bytes.
    ///   - body: What follows them.
    /// - Returns: The number of bytes, `nil` where it takes nothing now.
    /// - Throws: ``SystemError``, of `connect` where it was never connected.
    func send(from start: Int, of head: [UInt8], _ body: [UInt8]) throws(SystemError) -> Int? {
        guard try connected() else { return nil }
        let result = head.withUnsafeBytes { head in
            body.withUnsafeBytes { body in
                Result { () throws(SystemError) in try Socket.sendNow(head, body, from: start, to: socket.raw) }
            }
        }
        return try result.get()
    }

    /// Whether the connection is made.
    ///
    /// - Throws: ``SystemError`` of `connect`.
    private func connected() throws(SystemError) -> Bool {
        if isConnected { return true }
        guard try !poll([PollRequest(socket.raw, .writable)], timeout: .zero)[0].isEmpty else { return false }
        if let problem = Socket.pendingError(socket.raw) { throw SystemError(call: "connect", errno: problem) }
        isConnected = true
        return true
    }

    /// Whether the server has closed the connection while no answer was due; bytes would be just as bad.
    var isOver: Bool {
        guard isKept else { return false }
        guard let seen = try? poll([PollRequest(socket.raw, .readable)], timeout: .zero) else { return true }
        return !seen[0].isEmpty
    }

    /// Takes what has come of one answer; interim ones (100 Continue) are skipped.
    ///
    /// - Parameters:
    ///   - body: Gets the body. What it held before an answer's first byte is dropped, its room is used again.
    ///   - buffer: Room for what one read gets.
    /// - Returns: The head of the final answer once it is complete, `nil` before.
    /// - Throws: ``Failure``; the connection cannot be used any more.
    func receive(
        into body: inout [UInt8],
        using buffer: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> HTTPResponseHead? {
        while true {
            let count: Int
            do throws(SystemError) {
                guard let read = try Socket.receive(socket.raw, into: buffer) else { return nil }
                count = read
            } catch {
                throw anyByte ? .broken(cause: "\(error)") : .closedBeforeAnswer(cause: "\(error)")
            }
            if count == 0, !anyByte { throw .closedBeforeAnswer(cause: "it closed the connection") }
            if !anyByte { body.removeAll(keepingCapacity: true) }
            anyByte = true
            do throws(HTTPError) {
                if count == 0 {
                    if case .end? = try parser.finish(), let head { return finished(head, excess: false) }
                    throw .truncated
                }
                let input = UnsafeRawBufferPointer(rebasing: buffer.prefix(count))
                if let final = try take(input, into: &body) { return final }
            } catch {
                if error == .truncated { throw .broken(cause: "\(error)") }
                throw .unacceptable(error, head)
            }
        }
    }

    private func finished(_ final: HTTPResponseHead, excess: Bool) -> HTTPResponseHead {
        hasExcess = excess
        isKept = true
        (head, anyByte) = (nil, false)
        return final
    }

    /// Takes what one read got; returns the head once the final answer is complete.
    private func take(
        _ bytes: UnsafeRawBufferPointer,
        into body: inout [UInt8]
    ) throws(HTTPError) -> HTTPResponseHead? {
        var input = bytes
        while true {
            let (consumed, part) = try parser.parse(input)
            input = UnsafeRawBufferPointer(rebasing: input.dropFirst(consumed))
            switch part {
            case .head(let new, let framing):
                head = new
                // A length beyond the bound is refused by the parser's next step; no room is made for it.
                if case .length(let length) = framing, length <= limits.body { body.reserveCapacity(length) }
            case .body(let bytes): body.append(contentsOf: bytes)
            case .end:
                if let final = head, final.status >= 200 { return finished(final, excess: !input.isEmpty) }
                head = nil
            case nil:
                if input.isEmpty { return nil }
            }
        }
    }
}
