import Foundation
import HTTPWire

/// A function URL: any HTTP request becomes an event of payload version 2.0, and the answer becomes an HTTP response.
final class FunctionURL {
    /// What a request goes to, as it is when the request comes.
    struct Call {
        let target: CallTarget
        /// Whether a stream is passed on.
        let streams: Bool
        let region: String
        /// What pages of other origins may do; `nil` where the function says it itself.
        let cors: CORSRules?

        init(_ target: CallTarget, streams: Bool, region: String, cors: CORSRules? = nil) {
            self.cors = cors
            self.target = target
            self.streams = streams
            self.region = region
        }
    }

    private let id: String
    private let find: () throws(ServiceError) -> Call

    /// A function URL.
    ///
    /// - Parameters:
    ///   - id: The first part of the domain that it is said to have.
    ///   - find: Finds what a request goes to.
    init(id: String = Identifiers.hex(16), _ find: @escaping () throws(ServiceError) -> Call) {
        self.id = id
        self.find = find
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
        let requestID = Identifiers.uuid()
        do throws(ServiceError) {
            let call = try find()
            if let cors = call.cors {
                exchange.addedFields = cors.fields(for: exchange.head)
                if CORSRules.isPreflight(exchange.head) { return exchange.respond(200) }
            }
            start(call, exchange, body.bytes, requestID)
        } catch {
            Self.refuse(exchange, error, requestID)
        }
    }

    private func start(_ call: Call, _ exchange: HTTPExchange, _ body: [UInt8], _ requestID: String) {
        let context = CallerContext(
            arn: call.target.arn,
            version: call.target.executedVersion,
            traceID: exchange.head.fields["X-Amzn-Trace-Id"]
        )
        let event = HTTPEvent.make(
            exchange.head,
            body,
            urlID: id,
            region: call.region,
            requestID: requestID,
            traceID: context.traceID
        )
        // base64 counts: the event is what must not be too large.
        guard event.count <= EventLimits.synchronous else { return Self.tooLarge(exchange) }
        let invocation = Invocation(
            id: requestID,
            event: event,
            context: context,
            mode: call.streams ? .streaming : .buffered
        )
        invocation.caller = FunctionURLAnswer(exchange, invocation, streams: call.streams)
        do throws(ServiceError) {
            try call.target.invoke(invocation)
        } catch {
            invocation.forgetCaller()
            Self.refuse(exchange, error, requestID)
        }
    }

    private static func refuse(_ exchange: HTTPExchange, _ error: ServiceError, _ requestID: String) {
        if case .functionNotFound = error { return forbid(exchange, requestID) }
        guard error == .tooManyRequests else { return text(exchange, 502, "Internal Server Error") }
        exchange.respond(
            429,
            ["Content-Type": "application/json", "x-amzn-RequestId": requestID, "Retry-After": "1"],
            Array(error.body.text.utf8)
        )
    }

    /// The answer of a URL that is no more (localstack test_lambda_url_persists_after_alias_delete).
    private static func forbid(_ exchange: HTTPExchange, _ requestID: String) {
        let body = JSONValue.object([
            (
                "Message",
                "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
            )
        ])
        exchange.respond(
            403,
            [
                "Content-Type": "application/json", "x-amzn-RequestId": requestID,
                "x-amzn-ErrorType": "AccessDeniedException",
            ],
            Array(body.text.utf8)
        )
    }

    static func text(_ exchange: HTTPExchange, _ status: Int, _ text: String) {
        exchange.respond(status, ["Content-Type": "text/plain; charset=utf-8"], Array(text.utf8))
    }

    private static func tooLarge(_ exchange: HTTPExchange) {
        let body = JSONValue.object([("message", "Request Entity Too Large")])
        exchange.respond(413, ["Content-Type": "application/json"], Array(body.text.utf8))
    }
}
