import Foundation
import Platform
import Testing

/// The server's own HTTP: what it refuses, and that whoever is refused disturbs nobody else.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SimHTTPTests {
    private static let path = "/2015-03-31/functions/function/invocations"

    /// Sends bytes and returns all that comes until the server closes, or has sent what was waited for.
    private static func exchange(
        _ port: Int,
        _ bytes: [UInt8],
        until end: String? = nil,
        finish: Bool = false
    ) throws -> String {
        let address = try #require(SocketAddress(host: "127.0.0.1", port: UInt16(port)))
        let socket = try Socket.connect(to: address)
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        do {
            try bytes.withUnsafeBytes { try Socket.send($0, empty, to: socket) }
        } catch let error as SystemError {
            // It may have refused and closed before it had all.
            #expect([104, 32].contains(error.errno))
        }
        if finish { Socket.finishWriting(socket) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let seen = try poll([PollRequest(socket.raw, .readable)], timeout: .seconds(10))
            guard seen.first?.isEmpty == false else { break }
            let count = try? buffer.withUnsafeMutableBytes { try socket.read(into: $0) }
            guard let count = count ?? nil, count > 0 else { break }
            answer += buffer[..<count]
            if let end, String(decoding: answer, as: UTF8.self).contains(end) { break }
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func post(_ headers: String, _ body: String = "") -> [UInt8] {
        Array("POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n\(body)".utf8)
    }

    @Test func smugglingIsRefusedAndOthersAreServed() async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(["cat"], in: folder) { server in
                let cases: [(String, [UInt8], String)] = [
                    (
                        "both lengths", Self.post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                        "400"
                    ),
                    ("two lengths", Self.post("Content-Length: 1\r\nContent-Length: 2\r\n", "1"), "400"),
                    ("negative length", Self.post("Content-Length: -1\r\n"), "400"),
                    ("bad chunk size", Self.post("Transfer-Encoding: chunked\r\n", "0x1\r\n1\r\n0\r\n\r\n"), "400"),
                    ("signed chunk size", Self.post("Transfer-Encoding: chunked\r\n", "+1\r\n1\r\n0\r\n\r\n"), "400"),
                    ("other coding", Self.post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "400"),
                    ("folded line", Self.post("A: b\r\n c\r\n"), "400"),
                    ("bare CR", Self.post("A: b\rC: d\r\n"), "400"),
                    ("space before colon", Self.post("A : b\r\n"), "400"),
                    ("NUL", Self.post("A: b\0\r\n"), "400"),
                    ("no request", Array("hello\r\n\r\n".utf8), "400"),
                    ("other version", Array("GET / HTTP/2.0\r\n\r\n".utf8), "505"),
                    ("long line", Array("GET /\(String(repeating: "x", count: 70_000)) HTTP/1.1\r\n".utf8), "414"),
                    ("large head", Self.post("A: \(String(repeating: "x", count: 1_200_000))\r\n"), "431"),
                ]
                for (name, bytes, status) in cases {
                    let answer = try Self.exchange(server.port, bytes)
                    #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(name): \(answer.prefix(100))")
                    #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(name) has one answer")
                }
                let good = try Self.exchange(server.port, Self.post("Content-Length: 1\r\nConnection: close\r\n", "7"))
                #expect(good.hasSuffix("\r\n\r\n7"))
            }
        }
    }

    @Test func keptAlivePipelinedHalfClosedAndSplitRequestsAreServed() async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(["cat"], in: folder) { server in
                let one = Self.post("Content-Length: 3\r\n", "111")
                let two = Self.post(
                    "Transfer-Encoding: chunked\r\nConnection: close\r\n",
                    "1\r\n2\r\n2\r\n22\r\n0\r\n\r\n"
                )
                let both = try Self.exchange(server.port, one + two)
                #expect(both.contains("\r\n\r\n111HTTP/1.1 200 OK\r\n") && both.hasSuffix("\r\n\r\n222"))
                let half = try Self.exchange(server.port, one, finish: true)
                #expect(half.hasSuffix("\r\n\r\n111"))
                let waits = Self.post("Content-Length: 1\r\nExpect: 100-continue\r\nConnection: close\r\n", "5")
                let continued = try Self.exchange(server.port, waits)
                #expect(continued.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
                let old = Array("POST \(Self.path) HTTP/1.0\r\nContent-Length: 1\r\n\r\n9".utf8)
                #expect(try Self.exchange(server.port, old).hasSuffix("\r\n\r\n9"))
                let cut = Self.post("Content-Length: 100\r\n", "{")
                #expect(try Self.exchange(server.port, cut, finish: true) == "")
                let large = Self.post("Content-Length: 7000000\r\nExpect: 100-continue\r\n")
                #expect(try Self.exchange(server.port, large, until: "}").hasPrefix("HTTP/1.1 413 "))
            }
        }
    }

    /// Seeded: any bytes get an answer or a closed connection, and the server goes on.
    @Test func mutationsNeverStopTheServer() async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(["cat", "--quiet"], in: folder) { server in
                var generator = SeededGenerator(seed: 3)
                let seeds = [
                    Self.post("Content-Length: 3\r\nX-Amz-Log-Type: Tail\r\n", "[1]"),
                    Self.post(
                        "Transfer-Encoding: chunked\r\nX-Amz-Client-Context: e30=\r\n",
                        "3\r\n{ }\r\n0\r\nA: b\r\n\r\n"
                    ),
                    Array("GET /_/state HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8),
                ]
                for round in 0..<400 {
                    var bytes = seeds[round % seeds.count]
                    for _ in 0..<Int.random(in: 1...6, using: &generator) {
                        let index = Int.random(in: 0..<bytes.count, using: &generator)
                        switch Int.random(in: 0..<3, using: &generator) {
                        case 0: bytes[index] = .random(in: .min ... .max, using: &generator)
                        case 1 where bytes.count > 1: bytes.remove(at: index)
                        default: bytes.insert(.random(in: .min ... .max, using: &generator), at: index)
                        }
                    }
                    let answer = try Self.exchange(server.port, bytes, finish: true)
                    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 "), "seed 3, round \(round)")
                }
                let good = try Self.exchange(server.port, Self.post("Content-Length: 1\r\nConnection: close\r\n", "7"))
                #expect(good.hasSuffix("\r\n\r\n7"))
            }
        }
    }

    @Test func pagesOfOtherSitesAreRefused() async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(["cat"], in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)"
                func expect(_ status: String, _ arguments: [String]) async throws {
                    let answer = try await server.curl(["-o", "/dev/null", "-w", "%{http_code}"] + arguments)
                    #expect(answer.text == status, "\(arguments)")
                }
                try await expect("200", [url + "/_/"])
                try await expect("200", ["-H", "Host: localhost:1", url + "/_/"])
                try await expect("403", ["-H", "Host: evil.example", url + "/_/"])
                try await expect("403", ["-H", "Host: 127.0.0.1.evil.example", url + "/_/state"])
                let post = ["-d", "{}", url + Self.path]
                try await expect("200", post)
                try await expect("200", ["-H", "Origin: http://localhost:3000"] + post)
                try await expect("403", ["-H", "Origin: https://evil.example"] + post)
                try await expect("403", ["-H", "Origin: null"] + post)
                // A name that someone else has made to point here: the page and the simulator are one site for the browser.
                try await expect("403", ["-H", "Origin: http://evil.example:1", "-H", "Host: evil.example:1"] + post)
                try await expect("403", ["-H", "Sec-Fetch-Site: cross-site"] + post)
            }
        }
    }
}
