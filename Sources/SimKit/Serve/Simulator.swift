import HTTPWire
import Platform

/// `shim-sim serve`, whole: the functions, the ports they are called on, and an orderly end.
package final class Simulator {
    /// How long what runs may go on after the first signal.
    private static let graceTime = Duration.milliseconds(1500)

    private let context: SimulatorContext
    private let service: LambdaService
    private let front: HTTPServer
    private var urls: [(name: String, server: HTTPServer)] = []
    private let triggers: TriggerHost
    private var endedBy: Int32?
    private var signalWatch: EventLoop.Watch?

    /// Listens; calls are answered once ``run()`` is called.
    ///
    /// - Parameters:
    ///   - service: The functions.
    ///   - triggers: What else calls them.
    ///   - address: Where clients call; port 0 lets the system choose.
    ///   - context: What the simulator's parts share.
    /// - Throws: ``SimError`` where a port cannot be listened on.
    package init(
        _ service: LambdaService,
        _ triggers: Triggers = Triggers(),
        on address: SocketAddress,
        context: SimulatorContext
    ) throws(SimError) {
        self.context = context
        self.service = service
        let inspector = Inspector(service, host: address.host)
        front = try Self.listen(address, context.loop) { exchange in
            if service.isFromElsewhere(exchange.head, host: address.host) { return Inspector.refuse(exchange) }
            if service.handle(exchange) { return }
            if let control = service.control, inspector.isLocal(exchange.head), control.handle(exchange) { return }
            if inspector.handle(exchange) { return }
            let target = exchange.head.target.prefix(200)
            let why = OtherService.mayBeLambda(target) ? "" : "; \(OtherService.words)"
            ServiceError.unknownOperation("\(exchange.head.method) \(target)\(why)").answer(exchange)
        }
        self.triggers = try TriggerHost(triggers, service, host: address.host, loop: context.loop)
        for name in service.names {
            guard let function = service.functions[name], let port = function.function.urlPort else { continue }
            guard let own = SocketAddress(host: address.host, port: port) else { continue }
            let (streams, region) = (function.function.urlStreams, function.function.region)
            let url = FunctionURL { () throws(ServiceError) in
                .init(try service.target(FunctionReference(name)), streams: streams, region: region)
            }
            urls.append((name, try Self.listen(own, context.loop) { url.handle($0) }))
        }
        service.control?.start(on: front.address)
    }

    /// Where clients call.
    package var address: SocketAddress { front.address }

    /// Where functions on this machine find Lambda's own API.
    package var endpoint: String {
        let host = address.host
        // What listens everywhere is reached here, too.
        let own = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "[::1]" : host.contains(":") ? "[\(host)]" : host
        return "http://\(own):\(address.port)"
    }

    /// The services in front of Lambda that are played, by their names.
    package var frontAddresses: [(name: String, address: SocketAddress)] {
        triggers.fronts.map { ($0.name, $0.server.address) }
    }

    /// The function URLs, by function.
    package var urlAddresses: [(name: String, address: SocketAddress)] { urls.map { ($0.name, $0.server.address) } }

    /// Answers calls until a signal comes, and cleans up.
    ///
    /// - Returns: The signal that ended it.
    /// - Throws: ``SystemError`` of the loop.
    package func run() throws(SystemError) -> Int32 {
        triggers.start()
        let signals = context.signals
        signalWatch = context.loop.watch(signals, .readable) { [weak self] _ in
            guard let signal = Signals.next(from: signals) else { return }
            self?.end(by: signal)
        }
        try context.loop.run()
        signalWatch?.cancel()
        return endedBy ?? Signal.terminate
    }

    private func end(by signal: Int32) {
        if let first = endedBy { context.leaveAtOnce(by: first) }
        endedBy = signal
        front.stopAccepting()
        triggers.stop()
        for url in urls { url.server.stopAccepting() }
        service.stop(waits: true) { [weak self] in self?.finish() }
        context.loop.after(Self.graceTime) { [weak self] in
            self?.service.stop(waits: false) { self?.finish() }
        }
    }

    private func finish() {
        // What has been answered in the last moment still goes out.
        context.loop.after(.milliseconds(20)) { [weak self] in
            guard let self else { return }
            front.stop()
            triggers.close()
            for url in urls { url.server.stop() }
            context.orphans.killAll()
            context.loop.stop()
        }
    }

    private static func listen(
        _ address: SocketAddress,
        _ loop: EventLoop,
        _ handler: @escaping (HTTPExchange) -> Void
    ) throws(SimError) -> HTTPServer {
        do throws(SystemError) {
            return try HTTPServer(on: address, bounds: .clients, loop: loop, handler: handler)
        } catch {
            throw .cannotListen(address.description, error)
        }
    }
}
