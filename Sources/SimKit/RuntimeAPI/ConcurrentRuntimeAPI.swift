import LambdaWire
import HTTPWire
import Platform

/// The Runtime API of an environment that takes several invocations at once (Managed Instances): each is known by its id,
/// and goes to the poller that has waited longest.
final class ConcurrentRuntimeAPI {
    /// Pollers that may wait at once.
    private static let pollers = 10_000
    /// Ids of late answers that are still known.
    private static let lateIDs = 1000

    /// Called when a poller has come.
    var onPoller: () -> Void = {}
    /// Called when an invocation has been answered.
    var onAnswered: (Invocation) -> Void = { _ in }
    /// The runtime reported that its init failed.
    var onInitError: (FunctionFailure) -> Void = { _ in }

    private let loop: EventLoop
    private var waiting: [HTTPExchange] = []
    private var running: [String: (invocation: Invocation, isAnswering: Bool)] = [:]
    private var timedOut: [String] = []
    private var hasPolled = false

    init(loop: EventLoop) { self.loop = loop }

    /// Whether a poller waits.
    var hasPoller: Bool { !waiting.isEmpty }

    /// Hands an event to the poller that has waited longest.
    func offer(_ invocation: Invocation) {
        running[invocation.id] = (invocation, false)
        let exchange = waiting.removeFirst()
        exchange.onClientEnd = nil
        exchange.respond(200, RuntimeEvent.fields(of: invocation), invocation.event)
    }

    /// No answer of this invocation is taken any more.
    func giveUp(_ invocation: Invocation) {
        guard running.removeValue(forKey: invocation.id) != nil else { return }
        timedOut.append(invocation.id)
        if timedOut.count > Self.lateIDs { timedOut.removeFirst() }
    }

    func reset() {
        waiting = []
        running = [:]
        timedOut = []
        hasPolled = false
    }

    func next(_ exchange: HTTPExchange) {
        guard waiting.count < Self.pollers else {
            return RuntimeReply.error(exchange, 500, ErrorType.tooManyIdleRuntimes, "Too many idle runtimes")
        }
        hasPolled = true
        waiting.append(exchange)
        exchange.onClientEnd = { [weak self, weak exchange] in self?.waiting.removeAll { $0 === exchange } }
        onPoller()
    }

    func response(_ exchange: HTTPExchange, id: String) {
        guard let invocation = begin(exchange, id) else { return }
        RuntimeAnswer(exchange, invocation, loop: loop).take { [weak self] in self?.finish(invocation) }
    }

    func error(_ exchange: HTTPExchange, id: String) {
        guard let invocation = begin(exchange, id) else { return }
        RuntimeErrorReport(exchange).take { [weak self] failure in
            invocation.fail(failure)
            self?.finish(invocation)
        }
    }

    func initError(_ exchange: HTTPExchange) {
        guard !hasPolled else {
            return RuntimeReply.invalidTransition(exchange, from: .ready, to: RuntimeState.initError.rawValue)
        }
        RuntimeErrorReport(exchange).take { [weak self] in self?.onInitError($0) }
    }

    private func begin(_ exchange: HTTPExchange, _ id: String) -> Invocation? {
        if let late = timedOut.firstIndex(of: id) {
            timedOut.remove(at: late)
            RuntimeReply.timedOut(exchange)
            return nil
        }
        guard let (invocation, isAnswering) = running[id], !isAnswering else {
            RuntimeReply.invalidRequestID(exchange)
            return nil
        }
        running[id] = (invocation, true)
        return invocation
    }

    private func finish(_ invocation: Invocation) {
        guard running.removeValue(forKey: invocation.id) != nil else { return }
        onAnswered(invocation)
    }
}
