import HTTPWire
import Testing

@Suite struct HTTPParserTests {
    /// What a parser makes of bytes, fed in pieces of one size.
    private struct Parsed<Head: HTTPHead & Equatable>: Equatable {
        var heads: [Head] = []
        var bodies: [[UInt8]] = []
        var trailers: [HTTPFields] = []
    }

    private func parse<Head: HTTPHead & Equatable>(
        _ type: Head.Type,
        _ bytes: [UInt8],
        pieces: Int = .max,
        limits: HTTPLimits = HTTPLimits()
    ) throws(HTTPError) -> Parsed<Head> {
        var parser = HTTPParser<Head>(limits: limits)
        var parsed = Parsed<Head>()
        func take(_ part: HTTPPart<Head>) {
            switch part {
            case .head(let head, _):
                parsed.heads.append(head)
                parsed.bodies.append([])
            case .body(let piece): parsed.bodies[parsed.bodies.count - 1].append(contentsOf: piece)
            case .end(let trailers): parsed.trailers.append(trailers)
            }
        }
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + min(pieces, bytes.count))
            let piece = Array(bytes[start..<end])
            try piece.withUnsafeBytes { buffer in
                Result { () throws(HTTPError) in
                    var input = buffer[...]
                    while true {
                        let (consumed, part) = try parser.parse(UnsafeRawBufferPointer(rebasing: input))
                        input = input.dropFirst(consumed)
                        if let part { take(part) } else if input.isEmpty { return }
                    }
                }
            }.get()
            start = end
        }
        if let part = try parser.finish() { take(part) }
        return parsed
    }

    static let response = Array(
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nlambda-RUNTIME-aws-request-id:  id \t\r\n\r\nhello"
            + "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.0 202 Accepted thing\nTransfer-Encoding: chunked\n\n5;ext=\"1\"\r\nwor\r\n\r\n1\r\n!\r\n0\r\nTrailer-One: é\r\n\r\n"
            + "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 \r\n\r\nuntil the end").utf8
    )

    @Test(arguments: [1, 2, 3, 5, 7, 64, .max])
    func sameWhateverThePieces(size: Int) throws {
        let parsed = try parse(HTTPResponseHead.self, Self.response, pieces: size)
        #expect(parsed.heads.map(\.status) == [200, 100, 202, 204, 200])
        #expect(parsed.heads[0].fields["Lambda-Runtime-Aws-Request-Id"] == "id")
        #expect(parsed.heads[0].keepsAlive)
        #expect(!parsed.heads[2].keepsAlive, "HTTP/1.0 without keep-alive")
        #expect(
            parsed.bodies.map { String(decoding: $0, as: UTF8.self) } == ["hello", "", "wor\r\n!", "", "until the end"]
        )
        #expect(parsed.trailers[2]["trailer-one"] == "é")
    }

    @Test func truncatedAtEveryByteIsNeverAWholeMessage() throws {
        let whole = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n".utf8)
        for length in 1..<whole.count {
            #expect(throws: HTTPError.truncated, "\(length)") {
                try parse(HTTPResponseHead.self, Array(whole.prefix(length)))
            }
        }
        #expect(try parse(HTTPResponseHead.self, whole).bodies == [Array("abc".utf8)])
    }

    @Test(arguments: [
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            HTTPError.badLength("both Transfer-Encoding and Content-Length")
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            .badLength("two different values of Content-Length")
        ),
        ("POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", .badLength("Content-Length '+1'")),
        ("POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", .badLength("Content-Length '1, 1'")),
        (
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            .badLength("Content-Length '99999999999999999999'")
        ),
        ("POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", .badLength("Content-Length ''")),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            .badLength("Transfer-Encoding 'gzip, chunked'")
        ),
        ("POST / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n", .badLength("Transfer-Encoding ''")),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n", .badChunk("its size is malformed")),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .badChunk("its size is malformed")),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", .badChunk("its size is malformed")),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", .badChunk("bytes after its end")),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            .badChunk("its size is malformed")
        ),
        ("GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", .badField(" folded")),
        ("GET / HTTP/1.1\r\nA : b\r\n\r\n", .badField("A : b")),
        ("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", .badField("A: b?c")),
        ("GET / HTTP/1.1\r\nA: \0\r\n\r\n", .badField("A: ?")),
        ("GET / HTTP/1.1\r\n: b\r\n\r\n", .badField(": b")),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", .badField("no colon")),
        ("GET /a b HTTP/1.1\r\n\r\n", .badStartLine("GET /a b HTTP/1.1")),
        ("GET  HTTP/1.1\r\n\r\n", .badStartLine("GET  HTTP/1.1")),
        ("G(T / HTTP/1.1\r\n\r\n", .badStartLine("G(T / HTTP/1.1")),
        ("GET / HTTP/2.0\r\n\r\n", .unsupportedVersion("HTTP/2.0")),
        ("GET / http/1.1\r\n\r\n", .unsupportedVersion("http/1.1")),
    ])
    func smugglingAndNonsenseAreRefused(text: String, error: HTTPError) {
        for size in [1, .max] {
            #expect(throws: error) { try parse(HTTPRequestHead.self, Array(text.utf8), pieces: size) }
        }
    }

    @Test func boundsHold() throws {
        let limits = HTTPLimits(startLine: 40, head: 100, body: 10)
        let long = String(repeating: "a", count: 100)
        for (text, error) in [
            ("GET /\(long) HTTP/1.1\r\n\r\n", HTTPError.startLineTooLong(limit: 40)),
            ("GET / HTTP/1.1\r\nA: \(long)\r\n\r\n", .headTooLarge(limit: 100)),
            ("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n", .bodyTooLarge(limit: 10)),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\n", .bodyTooLarge(limit: 10)),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;\(String(repeating: "x", count: 5000))\r\n",
                .badChunk("its size line is too long")
            ),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: \(long)\r\n\r\n", .headTooLarge(limit: 100)),
        ] {
            for size in [1, .max] {
                #expect(throws: error) {
                    try parse(HTTPRequestHead.self, Array(text.utf8), pieces: size, limits: limits)
                }
            }
        }
        #expect(throws: HTTPError.bodyTooLarge(limit: 10)) {
            try parse(HTTPResponseHead.self, Array("HTTP/1.1 200 OK\r\n\r\n\(long)".utf8), limits: limits)
        }
    }

    @Test func headComesBeforeTheRefusalOfItsBody() throws {
        var parser = HTTPParser<HTTPRequestHead>(limits: HTTPLimits(body: 1))
        let bytes = Array("POST /here HTTP/1.1\r\nContent-Length: 2\r\n\r\n".utf8)
        try bytes.withUnsafeBytes { buffer in
            guard case .head(let head, _)? = try parser.parse(buffer).part else {
                Issue.record("no head")
                return
            }
            #expect(head.target == "/here")
        }
    }

    @Test func aMebibyteOfHeadersByteByByteIsNotSlow() throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: \(String(repeating: "v", count: 1 << 20))\r\n\r\n"
        let parsed = try parse(HTTPResponseHead.self, Array(text.utf8), pieces: 1)
        #expect(parsed.heads[0].fields["x"]?.utf8.count == 1 << 20)
    }

    /// Whatever the bytes: an error or a message, never a crash, and never more body than there were bytes.
    @Test func mutatedBytesNeverCrash() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        let request = Array(
            "POST /2018-06-01/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n4\r\nabcd\r\n0\r\nT: v\r\n\r\n"
                .utf8
        )
        for _ in 0..<20_000 {
            let bytes = random.mutate(request)
            let pieces = Int(random.next() % 20) + 1
            if let parsed = try? parse(HTTPRequestHead.self, bytes, pieces: pieces, limits: HTTPLimits(body: 1000)) {
                #expect(parsed.bodies.joined().count <= bytes.count, "seed \(seed)")
            }
            _ = try? parse(HTTPResponseHead.self, random.mutate(Self.response), pieces: pieces)
        }
    }

    @Test func writtenHeadsAreReadBack() throws {
        let head = HTTPRequestHead(method: "POST", target: "/a?b", fields: ["A": "1", "a": "2", "Evil": "x\r\nB: y"])
        let parsed = try parse(HTTPRequestHead.self, head.serialized())
        #expect(parsed.heads[0].fields.all("A") == ["1", "2"])
        #expect(parsed.heads[0].fields["B"] == nil, "a line end in a value makes no field")
        #expect(HTTPWriter.chunk(Array("hello world".utf8)) == Array("b\r\nhello world\r\n".utf8))
        #expect(HTTPWriter.chunk([]) == [])
        #expect(HTTPWriter.lastChunk() == Array("0\r\n\r\n".utf8))
    }
}
