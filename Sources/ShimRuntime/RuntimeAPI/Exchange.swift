import HTTPWire

/// One request to the Runtime API on its way, and what its answer means.
final class Exchange {
    /// What is asked.
    enum Kind: Equatable {
        /// `GET /next`: it may be asked once more on another connection.
        case next
        /// A POST: it is never sent twice, since the server may have taken it.
        case post
        /// A POST whose body is still being made; its connection is given up after the reply, as Lambda asks for.
        case stream
    }

    let kind: Kind
    /// What messages call it, `POST /init/error`.
    let operation: String
    private(set) var head: [UInt8]
    private(set) var body: [UInt8]
    /// How many bytes of both have been sent.
    private(set) var sent = 0
    /// Whether the server has taken nothing yet.
    private(set) var isUntouched = true
    /// Whether no more will be added.
    private(set) var isWhole: Bool

    init(_ kind: Kind, operation: String, head: [UInt8], body: [UInt8] = []) {
        self.kind = kind
        self.operation = operation
        self.head = head
        self.body = body
        isWhole = kind != .stream
    }

    /// Whether something waits for the server to take it.
    var isBlocked: Bool { sent < head.count + body.count }

    /// Adds to a body that is still being made.
    func add(_ bytes: [UInt8]) {
        if isBlocked {
            body += bytes
        } else {
            // What has been sent is not kept.
            (head, sent) = ([], 0)
            body.removeAll(keepingCapacity: true)
            body += bytes
        }
    }

    /// Ends a body that was still being made.
    func finish(_ last: [UInt8]) {
        add(last)
        isWhole = true
    }

    /// The server has taken some more.
    func advance(_ count: Int) {
        sent += count
        isUntouched = false
    }

    /// Everything is to be sent again.
    func rewind() { (sent, isUntouched) = (0, true) }

    /// The rest will not be read.
    func drop() { sent = head.count + body.count }
}
