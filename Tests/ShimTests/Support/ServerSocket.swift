import Foundation
import Glibc
import HTTPWire
import Platform

/// The server's side of a connection, byte by byte under the test's control.
final class ServerSocket {
    private let listener: Socket.Listener
    private var connection: OpenConnection?
    /// How many connections were accepted.
    private(set) var accepted = 0
    /// The longest that a test waits for a client.
    static let patience: Duration = .seconds(30)

    struct Gone: Error, CustomStringConvertible { let description: String }

    private final class OpenConnection {
        let socket: Descriptor
        var parser = HTTPParser<HTTPRequestHead>(limits: HTTPLimits(body: 256 << 20))
        var unread: [UInt8] = []
        init(_ socket: consuming Descriptor) { self.socket = socket }
    }

    struct Request {
        let head: HTTPRequestHead
        let body: [UInt8]
        var trailers: HTTPFields = [:]
        var path: String { head.target }
    }

    init() throws {
        guard let any = SocketAddress(host: "127.0.0.1", port: 0) else { throw Gone(description: "no address") }
        listener = try Socket.listen(on: any)
    }

    var address: String { listener.address.description }

    /// Takes the next request, on the open connection or a new one; `piece` is told of the body so far each time some
    /// of it has come, and reading goes on when it returns.
    func request(piece: ([UInt8]) throws -> Void = { _ in }) throws -> Request {
        let end = ContinuousClock.now.advanced(by: Self.patience)
        var head: HTTPRequestHead?
        var body: [UInt8] = []
        var trailers: HTTPFields = [:]
        while true {
            let current = try connection ?? accept(until: end)
            connection = current
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var input = current.unread
            current.unread = []
            if input.isEmpty {
                try wait(for: current.socket.raw, until: end)
                let count = try buffer.withUnsafeMutableBytes { try current.socket.read(into: $0) ?? 0 }
                if count == 0 {
                    if head != nil { throw Gone(description: "the client went away in the middle of a request") }
                    connection = nil
                    continue
                }
                input = Array(buffer.prefix(count))
            }
            var finished = false
            let before = body.count
            try input.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !finished {
                    let (consumed, part) = try current.parser.parse(UnsafeRawBufferPointer(rebasing: rest))
                    rest = rest.dropFirst(consumed)
                    switch part {
                    case .head(let new, _): head = new
                    case .body(let piece): body.append(contentsOf: piece)
                    case .end(let last): (finished, trailers) = (true, last)
                    case nil: if rest.isEmpty { return }
                    }
                }
                current.unread = Array(rest)
            }
            if body.count > before { try piece(body) }
            if finished, let head { return Request(head: head, body: body, trailers: trailers) }
        }
    }

    /// Sends bytes as they are.
    func send(_ bytes: [UInt8]) throws {
        guard let connection else { throw Gone(description: "no connection") }
        try bytes.withUnsafeBytes {
            try Socket.send($0, UnsafeRawBufferPointer(start: nil, count: 0), to: connection.socket)
        }
    }

    /// Sends an answer with a Content-Length.
    func answer(_ status: Int, _ fields: HTTPFields = [:], _ body: [UInt8] = []) throws {
        var fields = fields
        fields.add("Content-Length", "\(body.count)")
        try send(HTTPResponseHead(status: status, fields: fields).serialized() + body)
    }

    /// Says that no more comes, takes what is still sent, and closes the open connection.
    func shutDown() {
        guard let connection else { return }
        Socket.finishWriting(connection.socket)
        self.connection = nil
    }

    /// Waits until the client sends something, or closes the connection.
    ///
    /// - Returns: Whether it closed it.
    func clientLeaves() throws -> Bool {
        guard let connection else { throw Gone(description: "no connection") }
        try wait(for: connection.socket.raw, until: .now.advanced(by: Self.patience))
        var byte: UInt8 = 0
        return recv(connection.socket.raw, &byte, 1, Int32(MSG_PEEK)) <= 0
    }

    /// Closes the open connection.
    func close() { connection = nil }

    private func accept(until end: ContinuousClock.Instant) throws -> OpenConnection {
        while true {
            try wait(for: listener.socket.raw, until: end)
            if let socket = try Socket.accept(listener.socket) {
                accepted += 1
                return OpenConnection(socket)
            }
        }
    }

    private func wait(for descriptor: Int32, until end: ContinuousClock.Instant) throws {
        while true {
            let remaining = ContinuousClock.now.duration(to: end)
            guard remaining > .zero else { throw Gone(description: "no client came within \(Self.patience)") }
            if let seen = try poll([PollRequest(descriptor, .readable)], timeout: remaining).first, !seen.isEmpty {
                return
            }
        }
    }
}
