import LambdaWire
import Foundation
import HTTPWire
import Platform

/// Lambda's Runtime API for the one runtime of an environment: what it may ask when, and every answer.
///
/// The state machine is that of Lambda, see ``RuntimeState``; the environment that owns this decides what a change means.
final class RuntimeAPI {
    /// The runtime waits for an event: it has started, or has finished with the last one.
    var onReady: () -> Void = {}
    /// The runtime reported that its init failed.
    var onInitError: (FunctionFailure) -> Void = { _ in }

    private(set) var state = RuntimeState.started
    private(set) var current: Invocation?
    private let loop: EventLoop
    private var waiting: [HTTPExchange] = []

    init(loop: EventLoop) { self.loop = loop }

    /// Hands out an event; the runtime must be ready.
    func offer(_ invocation: Invocation) {
        precondition(state == .ready, "an event is offered to a runtime that waits")
        state = .running
        current = invocation
        if !waiting.isEmpty { sendEvent(invocation, to: waiting.removeFirst()) }
    }

    /// Forgets all: the process is gone.
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
            onReady()
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
        RuntimeAnswer(exchange, invocation, loop: loop).take { [weak self] in
            guard let self, current === invocation, state == .invocationResponse else { return }
            state = .responseSent
        }
    }

    func error(_ exchange: HTTPExchange, id: String) {
        guard let invocation = begin(exchange, id: id, target: .invocationErrorResponse) else { return }
        RuntimeErrorReport(exchange).take { [weak self] failure in
            guard let self, current === invocation, state == .invocationErrorResponse else { return }
            invocation.fail(failure)
            state = .responseSent
        }
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
            onInitError(failure)
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
            LambdaHeader.functionARN: invocation.arn,
            LambdaHeader.traceID: invocation.traceID,
        ]
        if let context = invocation.clientContext { fields.add(LambdaHeader.clientContext, context) }
        if let identity = invocation.cognitoIdentity { fields.add(LambdaHeader.cognitoIdentity, identity) }
        if let tenant = invocation.tenantID { fields.add(LambdaHeader.tenantID, tenant) }
        return fields
    }
}
