/// The head of a message, of whichever direction a parser reads.
package protocol HTTPHead: Sendable {
    /// Parses the first line.
    init(startLine: Substring, fields: HTTPFields) throws(HTTPError)
    /// The header fields.
    var fields: HTTPFields { get }
    /// How the end of the body is found where the fields do not say: what this kind of message means by itself.
    var bodyWithoutLength: HTTPBodyFraming { get }
    /// Whether no body can follow, whatever the fields say.
    var neverHasBody: Bool { get }
}

/// How the end of a body is found (RFC 9112 6.3).
package enum HTTPBodyFraming: Equatable, Sendable {
    /// A known number of bytes.
    case length(Int)
    /// Chunks, until one of size 0.
    case chunked
    /// Everything until the connection ends.
    case untilClose
}

/// One step of a message.
///
/// Body bytes are part of the input and valid only until the parser is used again.
package enum HTTPPart<Head: HTTPHead> {
    /// The head is complete.
    case head(Head, HTTPBodyFraming)
    /// Some bytes of the body, at least one.
    case body(UnsafeRawBufferPointer)
    /// The message is complete. Trailer fields come only with chunks.
    case end(trailers: HTTPFields)
}

/// Takes an HTTP/1.1 message apart, in whatever pieces it comes; no I/O and no copy of the body.
///
/// ```
/// while !input.isEmpty {
///     let (consumed, part) = try parser.parse(input)
///     input = UnsafeRawBufferPointer(rebasing: input.dropFirst(consumed))
///     // use the part
/// }
/// ```
/// After `.end` the parser is ready for the next message, and what is left of the input belongs to that.
///
/// What is refused (RFC 9112): both lengths at once, lengths that differ, a transfer coding other than `chunked`, folded
/// lines, white space before the colon, bare CR, NUL, control characters in names, chunk sizes that are not plain hex.
package struct HTTPParser<Head: HTTPHead> {
    private enum State {
        case head
        case body(remaining: Int)
        case untilClose(received: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailer
        /// The head is out and says that the body is beyond its bound.
        case tooLarge
        case finished
    }

    private let limits: HTTPLimits
    private var state = State.head
    /// Lines that have come only in part: the head, a chunk's size, the trailer.
    private var pending: [UInt8] = []
    /// Where the last line of `pending` begins; kept, so that a head that comes byte by byte is not searched each time.
    private var lineStart = 0
    private var chunkedBytes = 0

    /// Creates a parser for one connection.
    package init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Whether the connection may end here without cutting a message off.
    package var isBetweenMessages: Bool {
        if case .head = state { return pending.isEmpty }
        return false
    }

    /// Takes bytes of the input.
    ///
    /// The input is what has come and was not consumed before; it may be empty, to get an `.end` that is due.
    ///
    /// - Returns: How many bytes are done with, and a part if one is complete. With no part, all bytes are consumed.
    /// - Throws: ``HTTPError``; the connection cannot be used any more.
    package mutating func parse(
        _ input: UnsafeRawBufferPointer
    ) throws(HTTPError) -> (consumed: Int, part: HTTPPart<Head>?) {
        var consumed = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst(consumed))
            switch state {
            case .head:
                if let (lines, used) = wholeHead(in: rest) {
                    return (consumed + used, try finishHead(lines))
                }
                guard let used = try collectHead(rest) else { return (input.count, nil) }
                let bytes = pending
                // A head may be 1 MiB; it is not kept while the next message is waited for.
                pending = []
                let head = try bytes.withUnsafeBytes { lines in
                    Result { () throws(HTTPError) in try finishHead(lines) }
                }.get()
                return (consumed + used, head)
            case .body(let remaining):
                if remaining == 0 { return (consumed, endMessage([:])) }
                if rest.isEmpty { return (consumed, nil) }
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(remaining))
                state = .body(remaining: remaining - piece.count)
                return (consumed + piece.count, .body(piece))
            case .untilClose(let received):
                if rest.isEmpty { return (consumed, nil) }
                guard received + rest.count <= limits.body else { throw .bodyTooLarge(limit: limits.body) }
                state = .untilClose(received: received + rest.count)
                return (consumed + rest.count, .body(rest))
            case .chunkSize:
                guard let used = try collectLine(rest, limit: 4096, .badChunk("its size line is too long")) else {
                    return (input.count, nil)
                }
                consumed += used
                let size = try Self.chunkSize(takeLine())
                guard size <= limits.body - chunkedBytes else { throw .bodyTooLarge(limit: limits.body) }
                chunkedBytes += size
                state = size == 0 ? .trailer : .chunkData(remaining: size)
            case .chunkData(let remaining):
                if rest.isEmpty { return (consumed, nil) }
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(remaining))
                state = piece.count == remaining ? .chunkEnd : .chunkData(remaining: remaining - piece.count)
                return (consumed + piece.count, .body(piece))
            case .chunkEnd:
                guard let used = try collectLine(rest, limit: 2, .badChunk("bytes after its end")) else {
                    return (input.count, nil)
                }
                guard takeLine().isEmpty else { throw .badChunk("bytes after its end") }
                consumed += used
                state = .chunkSize
            case .trailer:
                guard let used = try collectHead(rest, isTrailer: true) else { return (input.count, nil) }
                let trailers = try pending.withUnsafeBytes { lines in
                    Result { () throws(HTTPError) in try Self.fields(in: lines[...]) }
                }.get()
                pending.removeAll(keepingCapacity: false)
                return (consumed + used, endMessage(trailers))
            case .tooLarge: throw .bodyTooLarge(limit: limits.body)
            case .finished:
                preconditionFailure("the connection ended, nothing can follow")
            }
        }
    }

    /// Says that the connection has ended.
    ///
    /// - Returns: The end of a body that only the end of the connection ends; `nil` between two messages.
    /// - Throws: ``HTTPError/truncated`` where a message was cut off.
    package mutating func finish() throws(HTTPError) -> HTTPPart<Head>? {
        switch state {
        case .untilClose:
            state = .finished
            return .end(trailers: [:])
        case .head where pending.isEmpty:
            state = .finished
            return nil
        default:
            throw .truncated
        }
    }

    private mutating func endMessage(_ trailers: HTTPFields) -> HTTPPart<Head> {
        state = .head
        chunkedBytes = 0
        return .end(trailers: trailers)
    }

    /// A head that has come in one piece, as nearly all do: its lines without the empty one, and what it takes of the input.
    ///
    /// - Returns: `nil` for what ``collectHead(_:isTrailer:)`` has to look at: pieces, empty first lines, what is too long.
    private func wholeHead(in input: UnsafeRawBufferPointer) -> (lines: UnsafeRawBufferPointer, used: Int)? {
        guard pending.isEmpty else { return nil }
        var start = 0
        while start < input.count, let end = Self.lineEnd(in: input, from: start) {
            let isEmpty = end == start || end == start + 1 && input[start] == 0x0D
            if isEmpty {
                guard start > 0, end < limits.head else { return nil }
                return (UnsafeRawBufferPointer(rebasing: input[..<start]), end + 1)
            }
            if start == 0, end >= limits.startLine { return nil }
            start = end + 1
        }
        return nil
    }

    private static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        bytes[start...].firstIndex(of: 0x0A)
    }

    private mutating func finishHead(_ bytes: UnsafeRawBufferPointer) throws(HTTPError) -> HTTPPart<Head> {
        let lineEnd = Self.lineEnd(in: bytes, from: 0) ?? bytes.endIndex
        let line = Self.withoutCR(bytes[..<lineEnd])
        guard line.allSatisfy(isTextByte) else { throw .badStartLine(Self.shortened(line)) }
        let head = try Head(
            startLine: String(decoding: line, as: UTF8.self)[...],
            fields: Self.fields(in: bytes[min(lineEnd + 1, bytes.count)...])
        )
        let framing = head.neverHasBody ? .length(0) : try Self.framing(of: head)
        switch framing {
        case .length(let count):
            // The head goes out first: whoever refuses the body must know what it belongs to.
            state = count <= limits.body ? .body(remaining: count) : .tooLarge
        case .chunked: state = .chunkSize
        case .untilClose: state = .untilClose(received: 0)
        }
        return .head(head, framing)
    }

    /// Collects up to and with the empty line; `pending` then holds the lines without it.
    private mutating func collectHead(
        _ input: UnsafeRawBufferPointer,
        isTrailer: Bool = false
    ) throws(HTTPError) -> Int? {
        var index = 0
        while index < input.count {
            let rest = input[index...]
            let stop = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? input.count
            pending.append(contentsOf: input[index..<stop])
            index = stop
            guard pending.count <= limits.head else {
                let firstLineOnly = !isTrailer && lineStart == 0
                throw firstLineOnly ? .startLineTooLong(limit: limits.startLine) : .headTooLarge(limit: limits.head)
            }
            if !isTrailer, lineStart == 0, pending.count > limits.startLine {
                throw .startLineTooLong(limit: limits.startLine)
            }
            guard pending.last == 0x0A else { continue }
            let line = pending[lineStart...].dropLast()
            guard line.isEmpty || line.elementsEqual([0x0D]) else {
                lineStart = pending.count
                continue
            }
            // RFC 9112 2.2: an empty line before the first line is skipped; some clients send one after a body.
            if lineStart == 0, !isTrailer {
                pending.removeAll(keepingCapacity: true)
                continue
            }
            pending.removeSubrange(lineStart...)
            lineStart = 0
            return index
        }
        return nil
    }

    private mutating func collectLine(
        _ input: UnsafeRawBufferPointer,
        limit: Int,
        _ tooLong: HTTPError
    ) throws(HTTPError) -> Int? {
        let stop = input.firstIndex(of: 0x0A).map { $0 + 1 } ?? input.count
        guard pending.count + stop <= limit else { throw tooLong }
        pending.append(contentsOf: input[..<stop])
        return pending.last == 0x0A ? stop : nil
    }

    private mutating func takeLine() -> ArraySlice<UInt8> {
        var line = pending[...].dropLast()
        if line.last == 0x0D { line = line.dropLast() }
        pending = []
        return line
    }
}

extension HTTPParser {
    /// RFC 9112 6.3, without its leniency: what two readers could understand differently is refused.
    private static func framing(of head: Head) throws(HTTPError) -> HTTPBodyFraming {
        let lengths = head.fields.all("Content-Length")
        if head.fields["Transfer-Encoding"] != nil {
            let codings = head.fields.elements("Transfer-Encoding")
            guard lengths.isEmpty else { throw .badLength("both Transfer-Encoding and Content-Length") }
            guard codings.count == 1, HTTPFields.same(codings[0], "chunked") else {
                throw .badLength("Transfer-Encoding '\(codings.joined(separator: ", "))'")
            }
            return .chunked
        }
        guard let first = lengths.first else { return head.bodyWithoutLength }
        guard lengths.allSatisfy({ $0 == first }) else { throw .badLength("two different values of Content-Length") }
        guard !first.isEmpty, first.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let length = Int(first) else {
            throw .badLength("Content-Length '\(first.prefix(40))'")
        }
        return .length(length)
    }

    private static func chunkSize(_ line: ArraySlice<UInt8>) throws(HTTPError) -> Int {
        // Extensions after a semicolon mean nothing to us (RFC 9112 7.1.1).
        let digits = line.prefix { $0 != 0x3B }
        guard !digits.isEmpty, digits.count <= 15 else { throw .badChunk("its size is malformed") }
        var size = 0
        for digit in digits {
            let lower = lowercased(digit)
            switch lower {
            case 0x30...0x39: size = size << 4 | Int(lower - 0x30)
            case 0x61...0x66: size = size << 4 | Int(lower - 0x61 + 10)
            default: throw .badChunk("its size is malformed")
            }
        }
        guard !line.contains(0x0D) else { throw .badChunk("its size is malformed") }
        return size
    }

    /// Works on bytes: a head is parsed for each event, and strings are made only of what is kept.
    private static func fields(in bytes: Slice<UnsafeRawBufferPointer>) throws(HTTPError) -> HTTPFields {
        var fields = HTTPFields()
        var rest = bytes
        while !rest.isEmpty {
            let stop = rest.firstIndex(of: 0x0A) ?? rest.endIndex
            let line = withoutCR(rest[..<stop])
            rest = rest[min(stop + 1, rest.endIndex)...]
            guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex,
                line[..<colon].allSatisfy(isTokenByte)
            else { throw .badField(shortened(line)) }
            var value = line[(colon + 1)...]
            while let first = value.first, first == 0x20 || first == 0x09 { value = value.dropFirst() }
            while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
            // RFC 9110 5.5: only these two are dangerous (a line end was found above). A client context may hold others.
            guard value.allSatisfy({ $0 != 0 && $0 != 0x0D }) else { throw .badField(shortened(line)) }
            fields.add(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        return fields
    }

    private static func withoutCR(_ line: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        line.last == 0x0D ? line.dropLast() : line
    }

    /// The beginning of a line for a message, without control characters.
    private static func shortened(_ line: Slice<UnsafeRawBufferPointer>) -> String {
        String(
            String(decoding: line.prefix(60), as: UTF8.self).unicodeScalars
                .map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) }
        )
    }
}

/// What a first line may hold: no control character but the tab, so neither a bare CR nor a NUL.
func isTextByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

/// RFC 9110 5.6.2: the characters of a field name or a method.
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
    default: false
    }
}
