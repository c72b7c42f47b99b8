import Foundation
import HTTPWire

/// A function URL: any HTTP request becomes an event of payload version 2.0, and the answer becomes an HTTP response.
final class FunctionURL {
    private let service: FunctionService
    private let id: String

    init(_ service: FunctionService) {
        self.service = service
        id = Identifiers.hex(16)
    }

    func handle(_ exchange: HTTPExchange) {
        guard exchange.head.fields["Upgrade"] == nil else { return Self.text(exchange, 400, "Bad Request") }
        exchange.collect(limit: EventLimits.synchronous) { [weak self] body in
            guard let self, let body else { return }
            call(exchange, body)
        }
    }

    private func call(_ exchange: HTTPExchange, _ body: (bytes: [UInt8], size: Int)) {
        guard body.size <= EventLimits.synchronous else { return Self.tooLarge(exchange) }
        let function = service.function
        let requestID = Identifiers.uuid()
        let context = CallerContext(arn: function.arn, traceID: exchange.head.fields["X-Amzn-Trace-Id"])
        let event = HTTPEvent.make(
            exchange.head,
            body.bytes,
            urlID: id,
            region: function.region,
            requestID: requestID,
            traceID: context.traceID
        )
        // base64 counts: the event is what must not be too large.
        guard event.count <= EventLimits.synchronous else { return Self.tooLarge(exchange) }
        let invocation = Invocation(
            id: requestID,
            event: event,
            context: context,
            mode: function.urlStreams ? .streaming : .buffered
        )
        invocation.caller = FunctionURLAnswer(exchange, invocation, streams: function.urlStreams)
        do throws(ServiceError) {
            try service.invoke(invocation)
        } catch {
            invocation.forgetCaller()
            if error == .tooManyRequests {
                exchange.respond(
                    429,
                    ["Content-Type": "application/json", "x-amzn-RequestId": requestID, "Retry-After": "1"],
                    Array(error.body.text.utf8)
                )
            } else {
                Self.text(exchange, 502, "Internal Server Error")
            }
        }
    }

    static func text(_ exchange: HTTPExchange, _ status: Int, _ text: String) {
        exchange.respond(status, ["Content-Type": "text/plain; charset=utf-8"], Array(text.utf8))
    }

    private static func tooLarge(_ exchange: HTTPExchange) {
        let body = JSONValue.object([("message", "Request Entity Too Large")])
        exchange.respond(413, ["Content-Type": "application/json"], Array(body.text.utf8))
    }
}
