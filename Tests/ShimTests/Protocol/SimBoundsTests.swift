import Foundation
import HTTPWire
import Platform
import Testing

@testable import SimKit

/// What clients may do at most, with bounds so small that tests reach them; each costs its own connection and no other.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimBoundsTests {
    /// A server on a thread of its own: `/stop` ends it, `/large` answers with more than sockets keep, `/count` says how
    /// many connections there are, and what else there is, is answered when its body has come.
    private static func withServer(_ bounds: HTTPServer.Bounds, _ body: (SocketAddress) async throws -> Void)
        async throws
    {
        let (addresses, continuation) = AsyncStream.makeStream(of: SocketAddress?.self)
        let thread = Thread {
            let loop = EventLoop()
            var server: HTTPServer?
            let any = SocketAddress(host: "127.0.0.1", port: 0)
            server = try? any.map { address throws in
                try HTTPServer(on: address, bounds: bounds, loop: loop) { exchange in
                    switch exchange.head.target {
                    case "/stop": loop.stop()
                    case "/large": exchange.respond(200, [:], [UInt8](repeating: 0x78, count: 32 << 20))
                    case "/count": exchange.respond(200, [:], Array("\(server?.connectionCount ?? 0)".utf8))
                    default:
                        exchange.collect(limit: 1 << 20) { if let body = $0 { exchange.respond(200, [:], body.bytes) } }
                    }
                }
            }
            continuation.yield(server?.address)
            try? loop.run()
            server?.stop()
        }
        thread.start()
        var iterator = addresses.makeAsyncIterator()
        let listening = await iterator.next() ?? nil
        let address = try #require(listening, "it could not listen")
        try await body(address)
        try await SimTool.eventually("the server takes the end") {
            guard let last = try? Client(address) else { return false }
            last.send("GET /stop HTTP/1.1\r\nHost: x\r\n\r\n")
            return last.readAll(until: "never").isEmpty
        }
    }

    private final class Client {
        let socket: Descriptor

        init(_ address: SocketAddress) throws { socket = try Socket.connect(to: address) }

        func send(_ text: String) {
            let empty = UnsafeRawBufferPointer(start: nil, count: 0)
            // It may have been closed already: the answer shows it.
            try? Array(text.utf8).withUnsafeBytes { try Socket.send($0, empty, to: socket) }
        }

        /// All that comes until the server closes, or the text has come.
        func readAll(until end: String) -> String {
            var answer: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let seen = try? poll([PollRequest(socket.raw, .readable)], timeout: .seconds(20))
                guard seen?.first?.isEmpty == false else { return "nothing came" }
                let count = try? buffer.withUnsafeMutableBytes { try socket.read(into: $0) }
                guard let count = count ?? nil, count > 0 else { break }
                answer += buffer[..<count]
                if answer.count < 1 << 20, String(decoding: answer, as: UTF8.self).hasSuffix(end) { break }
            }
            return String(decoding: answer, as: UTF8.self)
        }
    }

    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func oneConnectionTooManyIsClosedAndTheOthersAreServed() async throws {
        try await Self.withServer(HTTPServer.Bounds(connections: 2)) { address in
            var first: Client? = try Client(address)
            let second = try Client(address)
            for client in [first, second] {
                client?.send(Self.get)
                #expect(client?.readAll(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 ") == true)
            }
            #expect(try Client(address).readAll(until: "never") == "")
            second.send(Self.get)
            #expect(second.readAll(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
            first = nil
            try await SimTool.eventually("a place is free again") {
                let third = try Client(address)
                third.send(Self.get)
                return third.readAll(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 ")
            }
        }
    }

    @Test func slowClientsAreToldOrClosed() async throws {
        let short = Duration.milliseconds(50)
        let bounds = HTTPServer.Bounds(headTime: short, progressTime: short, idleTime: short)
        try await Self.withServer(bounds) { address in
            let head = try Client(address)
            head.send("GET / HTTP/1.1\r\nHo")
            let body = try Client(address)
            body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n12")
            let chunk = try Client(address)
            chunk.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12")
            let idle = try Client(address)
            idle.send(Self.get)
            let taker = try Client(address)
            taker.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            for client in [head, body, chunk] {
                #expect(client.readAll(until: "never").hasPrefix("HTTP/1.1 408 "))
            }
            let answered = idle.readAll(until: "never")
            #expect(answered.hasPrefix("HTTP/1.1 200 ") && !answered.contains("408"))
            try await SimTool.eventually("the answer that is not taken is given up") {
                let asks = try Client(address)
                asks.send("GET /count HTTP/1.1\r\nHost: x\r\n\r\n")
                return asks.readAll(until: "\r\n\r\n1").hasSuffix("\r\n\r\n1")
            }
            #expect(taker.readAll(until: "never").utf8.count < 32 << 20)
        }
    }

    @Test func aClientThatHasClosedItsHalfIsAnsweredOnlyWhereItHasSaidAll() async throws {
        try await Self.withServer(HTTPServer.Bounds()) { address in
            let whole = try Client(address)
            whole.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n12")
            Socket.finishWriting(whole.socket)
            #expect(whole.readAll(until: "never").hasSuffix("\r\n\r\n12"))
            for part in ["", "POST / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n12"] {
                let cut = try Client(address)
                cut.send(part)
                Socket.finishWriting(cut.socket)
                #expect(cut.readAll(until: "never") == "")
            }
        }
    }

    @Test func headersMayHaveAMebibyteAndHardlyMore() async throws {
        try await Self.withServer(HTTPServer.Bounds()) { address in
            for (size, status) in [(1 << 20, "200"), (1 << 20 + 64 << 10, "431")] {
                let client = try Client(address)
                client.send("GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "x", count: size))\r\n\r\n")
                #expect(client.readAll(until: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
            }
        }
    }
}
