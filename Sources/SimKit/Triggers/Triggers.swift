import Platform

/// What calls functions besides the Invoke API and function URLs.
package struct Triggers: Sendable {
    /// A port on which a service in front of Lambda is played.
    package struct Front: Sendable {
        /// What it is called in messages.
        package let name: String
        /// Where it listens; 0 lets the system choose.
        package let port: UInt16
        /// Which service.
        package let kind: HTTPFront.Kind

        /// A port.
        package init(name: String, port: UInt16, kind: HTTPFront.Kind) {
            self.name = name
            self.port = port
            self.kind = kind
        }
    }

    /// Schedules of functions.
    package var schedules: [Scheduler.Entry] = []
    /// Folders that are buckets.
    package var buckets: [BucketWatcher.Entry] = []
    /// Services in front of Lambda.
    package var fronts: [Front] = []

    /// None.
    package init() {}
}

/// Triggers at work.
final class TriggerHost {
    private let service: LambdaService
    private let triggers: Triggers
    private let loop: EventLoop
    private(set) var fronts: [(name: String, server: HTTPServer)] = []
    private var scheduler: Scheduler?
    private var watchers: [BucketWatcher] = []

    /// Listens for the services; nothing is called before ``start()``.
    init(_ triggers: Triggers, _ service: LambdaService, host: String, loop: EventLoop) throws(SimError) {
        self.triggers = triggers
        self.service = service
        self.loop = loop
        for front in triggers.fronts {
            guard let address = SocketAddress(host: host, port: front.port) else { continue }
            let handler = HTTPFront(front.kind, in: service.place) { reference throws(ServiceError) in
                try service.target(reference)
            }
            do throws(SystemError) {
                let server = try HTTPServer(on: address, bounds: .clients, loop: loop) { handler.handle($0) }
                fronts.append((front.name, server))
            } catch {
                throw .cannotListen(address.description, error)
            }
        }
    }

    /// Begins to watch clocks and folders.
    func start() {
        let send = { [service] (function: String, event: [UInt8]) in service.send(event, to: function) }
        scheduler = Scheduler(triggers.schedules, in: service.place, loop: loop, send: send)
        watchers = triggers.buckets.map { BucketWatcher($0, in: service.place, loop: loop, send: send) }
    }

    /// Calls nothing more, and takes no more connections.
    func stop() {
        scheduler?.stop()
        for watcher in watchers { watcher.stop() }
        for front in fronts { front.server.stopAccepting() }
    }

    /// Closes what is still open.
    func close() { for front in fronts { front.server.stop() } }
}
