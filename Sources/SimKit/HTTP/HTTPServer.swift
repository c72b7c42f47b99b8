import HTTPWire
import LambdaWire
import Platform

/// An HTTP/1.1 server on one address: it accepts connections and hands each request to its handler.
///
/// A client that is slow, sends too much or breaks the rules loses its connection and disturbs no other client.
package final class HTTPServer {
    /// Bounds on what clients may do; all are in docs/reference/shim-sim.md.
    package struct Bounds: Sendable {
        /// Sizes of a message's parts; bodies are bounded by whoever takes them, see ``HTTPExchange/collect(limit:_:)``.
        package var message = HTTPLimits(head: LambdaLimit.head, body: Int.max / 2)
        /// Connections at once; one more is closed at once.
        package var connections = 512
        /// Time for a whole head to come, from its first byte.
        package var headTime: Duration? = .seconds(20)
        /// Time in which a body must make progress, and an answer be taken.
        package var progressTime: Duration? = .seconds(60)
        /// How long a connection may idle between requests.
        package var idleTime: Duration? = .seconds(120)

        /// The bounds for clients of the simulator.
        package static let clients = Bounds()
        /// The bounds for the function's own process: Lambda's Runtime API has no time limits.
        package static let runtime = Bounds(headTime: nil, progressTime: nil, idleTime: nil)
    }

    /// Where it listens, with the port that the system chose.
    package let address: SocketAddress
    let bounds: Bounds
    let loop: EventLoop
    let handler: (HTTPExchange) -> Void
    private var listener: Descriptor?
    private var watch: EventLoop.Watch?
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var sweep: EventLoop.Timer?
    private var isStopped = false
    private var dateSecond = 0
    private var dateText = ""

    /// The field `Date` of an answer now; it is the same for a second.
    var date: String {
        let now = Timestamp.now
        if now.milliseconds / 1000 != dateSecond {
            dateSecond = now.milliseconds / 1000
            dateText = now.httpDate
        }
        return dateText
    }

    /// Listens.
    ///
    /// - Parameters:
    ///   - address: Where; port 0 lets the system choose.
    ///   - bounds: What clients may do.
    ///   - loop: The loop that everything runs on.
    ///   - handler: Called when a request's head has come.
    /// - Throws: ``SystemError`` where the address cannot be listened on.
    package init(
        on address: SocketAddress,
        bounds: Bounds,
        loop: EventLoop,
        handler: @escaping (HTTPExchange) -> Void
    ) throws(SystemError) {
        let listening = try Socket.listen(on: address)
        try listening.socket.setNonBlocking()
        self.address = listening.address
        let socket = listening.takeSocket()
        let number = socket.raw
        listener = consume socket
        self.bounds = bounds
        self.loop = loop
        self.handler = handler
        watch = loop.watch(number, .readable) { [weak self] _ in self?.acceptAll() }
        scheduleSweep()
    }

    deinit {
        watch?.cancel()
        sweep?.cancel()
    }

    /// How many connections are open.
    package var connectionCount: Int { connections.count }

    /// Takes no new connections, and lets go of the address; those that wait for a request are closed, the others after their answer.
    package func stopAccepting() {
        isStopped = true
        watch?.cancel()
        listener = nil
        for connection in connections.values { connection.closeWhenIdle() }
    }

    /// Closes every connection at once; new ones are taken.
    package func closeConnections() {
        for connection in connections.values { connection.close() }
    }

    /// Closes everything at once.
    package func stop() {
        stopAccepting()
        sweep?.cancel()
        closeConnections()
    }

    func forget(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = nil }

    private func acceptAll() {
        // Not more in one turn than others can wait for.
        for _ in 0..<64 {
            do throws(SystemError) {
                guard let socket = try acceptOne() else { return }
                guard connections.count < bounds.connections, !isStopped else { continue }
                try socket.setNonBlocking()
                let connection = HTTPConnection(socket, server: self)
                connections[ObjectIdentifier(connection)] = connection
            } catch {
                // Out of descriptors or memory, or the client is gone: the others go on, and the next turn tries again.
                return
            }
        }
    }

    private func acceptOne() throws(SystemError) -> Descriptor? {
        switch listener {
        case .some(let listener): try Socket.accept(listener)
        case .none: nil
        }
    }

    /// One timer for all connections: times are bounds against abuse and need no precision.
    private func scheduleSweep() {
        guard bounds.headTime != nil || bounds.progressTime != nil || bounds.idleTime != nil else { return }
        sweep = loop.after(.seconds(1)) { [weak self] in
            guard let self else { return }
            let now = ContinuousClock.Instant.now
            for connection in connections.values { connection.checkTime(now) }
            scheduleSweep()
        }
    }
}
