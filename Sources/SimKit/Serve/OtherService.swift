import HTTPWire

/// Refuses calls of AWS's other services.
///
/// Clients send them here where one address is set for all services, and understand a refusal only in the service's own
/// protocol.
enum OtherService {
    static let words =
        "shim-sim answers only Lambda: set AWS_ENDPOINT_URL_LAMBDA to its address instead of AWS_ENDPOINT_URL or "
        + "--endpoint-url, so that other services are called elsewhere, moto_server for instance"

    /// Whether a path may be Lambda's: those begin with the date of their version.
    static func mayBeLambda(_ target: some StringProtocol) -> Bool { target.hasPrefix("/20") }

    /// Answers a call to the root: in JSON where a header names the operation, else in XML, as the query protocol has it.
    static func refuse(_ exchange: HTTPExchange) {
        guard exchange.head.fields["X-Amz-Target"] == nil else {
            let body = JSONValue.object([("__type", "UnknownOperationException"), ("message", .string(words))])
            return exchange.respond(400, ["Content-Type": "application/x-amz-json-1.1"], Array(body.text.utf8))
        }
        let body =
            "<ErrorResponse><Error><Type>Sender</Type><Code>UnknownOperationException</Code>"
            + "<Message>\(words)</Message></Error><RequestId>\(Identifiers.uuid())</RequestId></ErrorResponse>\n"
        exchange.respond(400, ["Content-Type": "text/xml"], Array(body.utf8))
    }
}
