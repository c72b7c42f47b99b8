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

    weak var environment: ExecutionEnvironment?
    private let loop: EventLoop
    private var waiting: [HTTPExchange] = []
    /// Those for which no poller has come yet, in order.
    private var pending: [Invocation] = []
    private var running: [String: (invocation: Invocation, isAnswering: Bool)] = [:]
    private var timedOut: [String] = []
    private var hasPolled = false

    init(loop: EventLoop) { self.loop = loop }

    /// One poller is enough to begin.
    var isReady: Bool { hasPolled }

    func offer(_ invocation: Invocation) {
        pending.append(invocation)
        handOut()
    }

    /// Hands events to the pollers that have waited longest.
    private func handOut() {
        while !waiting.isEmpty, !pending.isEmpty {
            let invocation = pending.removeFirst()
            running[invocation.id] = (invocation, false)
            let exchange = waiting.removeFirst()
            exchange.onClientEnd = nil
            exchange.respond(200, RuntimeEvent.fields(of: invocation), invocation.event)
        }
    }

    func giveUp(_ invocation: Invocation) {
        pending.removeAll { $0 === invocation }
        guard running.removeValue(forKey: invocation.id) != nil else { return }
        timedOut.append(invocation.id)
        if timedOut.count > Self.lateIDs { timedOut.removeFirst() }
    }

    func reset() {
        waiting = []
        pending = []
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
        environment?.processes.extensions.isOpen = false
        environment?.somebodyCame()
        handOut()
    }

    func response(_ exchange: HTTPExchange, id: String) {
        guard let invocation = begin(exchange, id) else { return }
        RuntimeAnswer(exchange, invocation, loop: loop).take { [weak self] in if $0 != .cut { self?.finish(invocation) }
        }
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
        RuntimeErrorReport(exchange).take { [weak self] in
            self?.environment?.send(.initError(FailureReason(reported: $0)))
        }
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
        environment?.send(.answered(invocation.call))
    }
}
