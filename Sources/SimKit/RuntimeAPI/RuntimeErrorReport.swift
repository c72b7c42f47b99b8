import LambdaWire
import Foundation
import HTTPWire

/// A runtime's `/error` or `/init/error`: the body is for the caller byte for byte, the type for the log.
struct RuntimeErrorReport {
    private let exchange: HTTPExchange

    init(_ exchange: HTTPExchange) { self.exchange = exchange }

    /// Reads the report; nothing is called where the connection breaks in the middle.
    func take(_ done: @escaping (FunctionFailure) -> Void) {
        let exchange = exchange
        let fields = exchange.head.fields
        exchange.collect(limit: RuntimeReply.payloadLimit) { body in
            guard let body else { return RuntimeReply.truncated(exchange) }
            guard body.size <= RuntimeReply.payloadLimit else {
                done(RuntimeAnswer.tooLarge)
                return RuntimeReply.tooLarge(exchange)
            }
            var payload = body.bytes
            if fields["Content-Type"] == "application/vnd.aws.lambda.error.cause+json" {
                payload = Self.withoutCause(payload)
            }
            let isJSON = (try? JSONCheck.check(payload)) != nil
            done(
                FunctionFailure(
                    type: Self.sanitized(fields[LambdaHeader.errorType] ?? ""),
                    payload: payload,
                    contentType: isJSON ? "application/json" : "application/octet-stream",
                    isReported: true
                )
            )
            RuntimeReply.accepted(exchange)
        }
    }

    /// The type as Lambda's metrics keep it.
    ///
    /// What contains `Runtime.` or `Function.` and a name that begins with a capital stays; anything else is unknown.
    static func sanitized(_ type: String) -> String {
        for family in ["Runtime.", "Function."] {
            var rest = type[...]
            while let range = rest.range(of: family) {
                let letters = rest[range.upperBound...].utf8
                if let first = letters.first, first &- 0x41 < 26, let second = letters.dropFirst().first,
                    (second | 0x20) &- 0x61 < 26
                {
                    return type
                }
                rest = rest[range.upperBound...]
            }
        }
        return type.hasPrefix("Function.") ? ErrorType.unknownOfFunction : ErrorType.unknown
    }

    /// The cause is for X-Ray, the caller does not see it.
    private static func withoutCause(_ payload: [UInt8]) -> [UInt8] {
        guard var object = (try? JSONSerialization.jsonObject(with: Data(payload))) as? [String: Any] else {
            return Array("\"Invalid error body\"".utf8)
        }
        object["errorCause"] = nil
        guard let data = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys) else {
            return Array("\"Invalid error body\"".utf8)
        }
        return Array(data)
    }
}
