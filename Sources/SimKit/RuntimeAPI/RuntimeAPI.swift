import LambdaWire
import Foundation
import HTTPWire
import Platform

/// Lambda's Runtime API for the one runtime of an environment: what it may ask when, and every answer.
///
/// The state machine is that of Lambda, see ``RuntimeState``; what a change means for the environment is ``Lifecycle``'s.
final class RuntimeAPI {
    weak var environment: ExecutionEnvironment?
    private(set) var state = RuntimeState.started
    private(set) var current: Invocation?
    private let loop: EventLoop
    private var waiting: [HTTPExchange] = []

    init(loop: EventLoop) { self.loop = loop }

    var isReady: Bool { state == .ready }

    func offer(_ invocation: Invocation) {
        precondition(state == .ready, "an event is offered to a runtime that waits")
        state = .running
        current = invocation
        if !waiting.isEmpty { sendEvent(invocation, to: waiting.removeFirst()) }
    }

    /// A time-out resets the environment, which takes the runtime's connections with it.
    func giveUp(_ invocation: Invocation) {}

    func reset() {
        state = .started
        current = nil
        waiting = []
    }

    func next(_ exchange: HTTPExchange) {
        switch state {
        case .running:
            // Lambda hands the same event out again, to a runtime that has lost it.
            if let current { sendEvent(current, to: exchange) }
        case .started, .responseSent:
            wait(exchange)
            state = .ready
            current = nil
            environment?.processes.extensions.isOpen = false
            environment?.somebodyCame()
        case .ready: wait(exchange)
        case .initError, .invocationResponse, .invocationErrorResponse:
            RuntimeReply.invalidTransition(exchange, from: state, to: RuntimeState.ready.rawValue)
        }
    }

    private func wait(_ exchange: HTTPExchange) {
        waiting.append(exchange)
        exchange.onClientEnd = { [weak self, weak exchange] in self?.waiting.removeAll { $0 === exchange } }
    }

    private func sendEvent(_ invocation: Invocation, to exchange: HTTPExchange) {
        exchange.onClientEnd = nil
        exchange.respond(200, RuntimeEvent.fields(of: invocation), invocation.event)
    }

    func response(_ exchange: HTTPExchange, id: String) {
        guard let invocation = begin(exchange, id: id, target: .invocationResponse) else { return }
        RuntimeAnswer(exchange, invocation, loop: loop).take { [weak self] outcome in
            self?.tell(outcome, of: invocation)
        }
    }

    func error(_ exchange: HTTPExchange, id: String) {
        guard let invocation = begin(exchange, id: id, target: .invocationErrorResponse) else { return }
        RuntimeErrorReport(exchange).take { [weak self] failure in
            guard let self, current === invocation, state == .invocationErrorResponse else { return }
            invocation.fail(failure)
            state = .responseSent
            environment?.send(.answered(invocation.call))
        }
    }

    private func tell(_ outcome: RuntimeAnswer.Outcome, of invocation: Invocation) {
        if outcome == .taken || outcome == .cut, current === invocation, state == .invocationResponse {
            state = .responseSent
        }
        guard outcome != .cut else { return }
        environment?.send(.answered(invocation.call))
        // After a cut the runtime may have come for the next event before the call was over.
        if outcome == .failed { environment?.somebodyCame() }
    }

    /// Checks the id, then the state, as Lambda does.
    private func begin(_ exchange: HTTPExchange, id: String, target: RuntimeState) -> Invocation? {
        guard let current, current.id == id else {
            RuntimeReply.invalidRequestID(exchange)
            return nil
        }
        guard state == .running else {
            RuntimeReply.invalidTransition(exchange, from: state, to: target.rawValue)
            return nil
        }
        state = target
        return current
    }

    func initError(_ exchange: HTTPExchange) {
        guard state == .started else {
            return RuntimeReply.invalidTransition(exchange, from: state, to: RuntimeState.initError.rawValue)
        }
        state = .initError
        RuntimeErrorReport(exchange).take { [weak self] failure in
            guard let self, state == .initError else { return }
            environment?.send(.initError(FailureReason(reported: failure)))
        }
    }
}

/// The head of an event.
enum RuntimeEvent {
    static func fields(of invocation: Invocation) -> HTTPFields {
        var fields: HTTPFields = [
            "Content-Type": "application/json",
            LambdaHeader.requestID: invocation.id,
            LambdaHeader.deadline: String(invocation.deadline.milliseconds),
            LambdaHeader.functionARN: invocation.context.arn,
            LambdaHeader.traceID: invocation.context.traceID,
        ]
        let context = invocation.context
        if let client = context.clientContext { fields.add(LambdaHeader.clientContext, client) }
        if let identity = context.cognitoIdentity { fields.add(LambdaHeader.cognitoIdentity, identity) }
        if let tenant = context.tenantID { fields.add(LambdaHeader.tenantID, tenant) }
        return fields
    }
}
