import HTTPWire
import LambdaWire

/// The answers of the Runtime API, to the byte.
enum RuntimeReply {
    /// What an answer or a function's error report may have: 6 MiB and 100 bytes.
    static let payloadLimit = LambdaLimit.payload

    private static let ok = JSONValue.object([("status", "OK")]).line

    static func accepted(_ exchange: HTTPExchange) {
        exchange.respond(202, ["Content-Type": "application/json"], ok)
    }

    static func invalidRequestID(_ exchange: HTTPExchange) {
        error(exchange, 400, "InvalidRequestID", "Invalid request ID")
    }

    static func invalidResponseMode(_ exchange: HTTPExchange) {
        error(exchange, 400, "InvalidFunctionResponseMode", "Invalid function response mode")
    }

    static func invalidTransition(_ exchange: HTTPExchange, from: RuntimeState, to target: String) {
        error(
            exchange,
            403,
            "InvalidStateTransition",
            "State transition from \(from.rawValue) to \(target) failed for runtime. "
                + "Error: State transition is not allowed"
        )
    }

    static func truncated(_ exchange: HTTPExchange) {
        error(exchange, 400, "TruncatedHTTPRequest", "HTTP request detected as truncated")
    }

    static func timedOut(_ exchange: HTTPExchange) {
        error(exchange, 410, "InvokeTimeout", "Invoke timeout")
    }

    static func tooLarge(_ exchange: HTTPExchange) {
        error(
            exchange,
            413,
            "RequestEntityTooLarge",
            "Exceeded maximum allowed payload size (\(payloadLimit) bytes)."
        )
    }

    static func error(_ exchange: HTTPExchange, _ status: Int, _ type: String, _ message: String) {
        json(exchange, status, .object([("errorMessage", .string(message)), ("errorType", .string(type))]))
    }

    static func json(_ exchange: HTTPExchange, _ status: Int, _ body: JSONValue) {
        exchange.respond(status, ["Content-Type": "application/json"], body.line)
    }

    static func notFound(_ exchange: HTTPExchange) {
        exchange.respond(
            404,
            ["Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"],
            Array("404 page not found\n".utf8)
        )
    }

    static func methodNotAllowed(_ exchange: HTTPExchange) { exchange.respond(405) }
}
