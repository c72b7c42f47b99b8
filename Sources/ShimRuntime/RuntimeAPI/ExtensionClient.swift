import Foundation
import HTTPWire
import LambdaWire
import Platform

/// An internal extension, which is there so that Lambda tells of the end: it sends SIGTERM only to an environment that has an
/// extension, and SIGKILL at once to any other.
///
/// It registers for no event and asks for the next one, which never comes. Where an emulator lacks extensions, there is
/// a line in the log, and all goes on.
final class ExtensionClient {
    /// The name that Lambda's log shows.
    static let name = "shim"

    private let address: RuntimeAPIAddress
    private let userAgent: String
    private let loop: EventLoop
    private let buffer: UnsafeMutableRawBufferPointer
    private var connection: ServerConnection?
    private var watch: EventLoop.Watch?
    private var limit: EventLoop.Timer?
    private var body: [UInt8] = []
    private var unsent: [UInt8] = []
    private var sent = 0
    private var done: ((String?) -> Void)?

    /// How long a server may take for the registration.
    private static let patience: Duration = .seconds(2)

    init(address: RuntimeAPIAddress, userAgent: String, loop: EventLoop, buffer: UnsafeMutableRawBufferPointer) {
        self.address = address
        self.userAgent = userAgent
        self.loop = loop
        self.buffer = buffer
    }

    /// Registers; must come before the first `/next` of the runtime.
    ///
    /// - Parameter done: Called with the reason why there will be no SIGTERM, or `nil`.
    func register(_ done: @escaping (String?) -> Void) {
        self.done = done
        let events = Array("{\"events\":[]}".utf8)
        let fields: HTTPFields = [
            LambdaHeader.extensionName: Self.name, "Content-Type": "application/json",
            "Content-Length": "\(events.count)",
        ]
        unsent = head("POST", "register", fields) + events
        limit = loop.after(Self.patience) { [weak self] in self?.finish("it does not answer") }
        do throws(SystemError) {
            let limits = HTTPLimits(head: LambdaLimit.head, body: 1 << 16)
            let new = try ServerConnection(to: address.socket, limits: limits)
            connection = new
            watch = loop.watch(new.socket.raw, [.readable, .writable]) { [weak self] _ in self?.happened() }
            happened()
        } catch {
            finish("\(error)")
        }
    }

    private func head(_ method: String, _ path: String, _ fields: HTTPFields) -> [UInt8] {
        var all: HTTPFields = ["Host": address.authority, "User-Agent": userAgent]
        for (name, value) in fields.entries { all.add(name, value) }
        let target = "\(address.basePath)/2020-01-01/extension/\(path)"
        return HTTPRequestHead(method: method, target: target, fields: all).serialized()
    }

    private func happened() {
        guard let connection else { return }
        do {
            while sent < unsent.count {
                guard let count = try connection.send(from: sent, of: unsent, []) else { return }
                sent += count
            }
            watch?.events = .readable
            guard let head = try connection.receive(into: &body, using: buffer) else { return }
            guard done != nil else { return close() }
            guard head.status == 200, let id = head.fields[LambdaHeader.extensionID] else {
                return finish("status \(head.status) \(String(decoding: body.prefix(200), as: UTF8.self))")
            }
            // This request is never answered, and without it Lambda's init does not end.
            (unsent, sent) = (self.head("GET", "event/next", [LambdaHeader.extensionID: id]), 0)
            watch?.events = [.readable, .writable]
            finish(nil)
            happened()
        } catch let failure as ServerConnection.Failure {
            switch failure {
            case .closedBeforeAnswer(let cause), .broken(let cause): finish(cause)
            case .unacceptable(let why, _): finish("\(why)")
            }
        } catch {
            finish("\(error)")
        }
    }

    private func finish(_ problem: String?) {
        if problem != nil { close() }
        limit?.cancel()
        let done = done
        self.done = nil
        done?(problem)
    }

    private func close() {
        watch?.cancel()
        (watch, connection) = (nil, nil)
    }
}
