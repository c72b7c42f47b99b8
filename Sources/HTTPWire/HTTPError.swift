/// Why bytes are not an HTTP/1.1 message that we accept.
package enum HTTPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The first line is not one.
    case badStartLine(String)
    /// A line of the head is not a field, or is folded over two lines.
    case badField(String)
    /// The version is not HTTP/1.0 or HTTP/1.1.
    case unsupportedVersion(String)
    /// The length of the body cannot be told, or could be told in two ways.
    case badLength(String)
    /// The size of a chunk, or what follows a chunk, is malformed.
    case badChunk(String)
    /// The request line is longer than the bound.
    case startLineTooLong(limit: Int)
    /// The head, or the trailer, has more bytes than the bound.
    case headTooLarge(limit: Int)
    /// The body has more bytes than the bound.
    case bodyTooLarge(limit: Int)
    /// The connection ended in the middle of a message.
    case truncated

    package var description: String {
        switch self {
        case .badStartLine(let line): "malformed first line '\(line)'"
        case .badField(let line): "malformed header line '\(line)'"
        case .unsupportedVersion(let version): "unsupported protocol version '\(version)'"
        case .badLength(let why): "ambiguous or malformed length of the body: \(why)"
        case .badChunk(let why): "malformed chunk: \(why)"
        case .startLineTooLong(let limit): "the first line is longer than \(limit) bytes"
        case .headTooLarge(let limit): "the headers are larger than \(limit) bytes"
        case .bodyTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .truncated: "the connection ended in the middle of a message"
        }
    }
}

/// Bounds on what one message may make us keep.
package struct HTTPLimits: Sendable, Equatable {
    /// Bytes of the first line.
    package var startLine: Int
    /// Bytes of the whole head, and of the trailer.
    package var head: Int
    /// Bytes of the body after chunks are taken apart.
    package var body: Int

    /// Creates bounds.
    package init(startLine: Int = 64 << 10, head: Int = 2 << 20, body: Int = 8 << 20) {
        self.startLine = startLine
        self.head = head
        self.body = body
    }
}
