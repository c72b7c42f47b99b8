import HTTPWire
import Platform

/// One connection to the Runtime API: a request goes out, its answer comes in; blocking.
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
    private let limits: HTTPLimits
    private var parser: HTTPParser<HTTPResponseHead>
    /// Whether more came than the answer: what would come next belongs to no request.
    private(set) var hasExcess = false
    /// Of the answer that is coming in.
    private var head: HTTPResponseHead?

    init(to address: SocketAddress, limits: HTTPLimits) throws(SystemError) {
        socket = try Socket.connect(to: address)
        self.limits = limits
        parser = HTTPParser(limits: limits)
    }

    func send(_ head: [UInt8], _ body: [UInt8]) throws(Failure) {
        do {
            try head.withUnsafeBytes { head in
                try body.withUnsafeBytes { body in try Socket.send(head, body, to: socket) }
            }
        } catch {
            // A server may refuse in the middle of a body (413) and close: its answer may be there to read.
            throw .closedBeforeAnswer(cause: "\(error)")
        }
    }

    /// Sends what the server takes now.
    ///
    /// - Returns: The number of bytes, `nil` where it takes nothing now.
    func sendNow(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int? {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(SystemError) in try Socket.sendNow(bytes, to: socket.raw) }
        }
        return try result.get()
    }

    /// Whether the server has closed the connection while nobody waited for anything; bytes would be as bad.
    var isOver: Bool {
        guard let seen = try? poll([PollRequest(socket.raw, .readable)], timeout: .zero) else { return true }
        return !seen[0].isEmpty
    }

    /// Receives one answer; interim ones (100 Continue) are skipped.
    ///
    /// - Parameters:
    ///   - body: Gets the body; what it held is dropped, its room is used again.
    ///   - buffer: Room for what one read gets.
    /// - Returns: The head of the final answer.
    /// - Throws: ``Failure``; the connection is of no more use then.
    func receive(
        into body: inout [UInt8],
        using buffer: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> HTTPResponseHead {
        body.removeAll(keepingCapacity: true)
        head = nil
        var anyByte = false
        while true {
            let count: Int
            do throws(SystemError) {
                count = try socket.read(into: buffer) ?? 0
            } catch {
                throw anyByte ? .broken(cause: "\(error)") : .closedBeforeAnswer(cause: "\(error)")
            }
            if count == 0, !anyByte { throw .closedBeforeAnswer(cause: "it closed the connection") }
            anyByte = true
            do throws(HTTPError) {
                if count == 0 {
                    if case .end? = try parser.finish(), let head { return head }
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
                if let final = head, final.status >= 200 {
                    hasExcess = !input.isEmpty
                    return final
                }
                head = nil
            case nil:
                if input.isEmpty { return nil }
            }
        }
    }
}
