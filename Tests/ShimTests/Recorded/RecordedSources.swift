import HTTPWire
import Platform
import Testing

@testable import SimKit

/// What functions see of one and the same request behind the services in front of Lambda.
///
/// The source of all is voker, `vokerhttp/testdata`: one request to a load balancer, an HTTP API and a function URL, whose
/// events were captured on AWS in July 2026. The function URL's is in ``RecordedURLs``.
@Suite struct RecordedSources {
    private static let query =
        "repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty="
    private static let body = #"{"message":"hello from the public internet","unicode":"lambda-λ"}"#
    private static let trace = "Root=1-6a5145a9-1bae89e2512ec92d5d9438a0"
    private static let place = Place(region: "us-west-2", account: "123456789012")

    private static let request = HTTPSource(
        HTTPRequestHead(
            method: "POST",
            target: "/capture/space%20value?" + query,
            fields: [
                "Host": "x", "User-Agent": "curl/8.7.1", "Accept": "*/*", "Content-Type": "application/json",
                "Content-Length": "66", "Cookie": "session=abc123; theme=dark", "X-Voker-Probe": "first",
                "x-voker-probe": "second", "Connection": "keep-alive",
            ]
        ),
        Array(body.utf8),
        requestID: "id",
        time: Timestamp(milliseconds: 1_783_711_145_766)
    )

    /// Whether the member at a path is what this JSON says; `nil` where there must be none.
    private static func isThere(_ event: JSONValue, _ path: String, _ wanted: String?) throws -> Bool {
        var value: JSONValue? = event
        for name in path.split(separator: ".") { value = value?[String(name)] }
        return value == (try wanted.map { try JSONValue.parse(Array($0.utf8)) })
    }

    @Test(
        arguments: [
            ("version", #""2.0""#), ("routeKey", #""$default""#), ("rawPath", #""/capture/space value""#),
            ("rawQueryString", "\"\(query)\""), ("cookies", #"["session=abc123","theme=dark"]"#),
            ("headers.accept", #""*/*""#), ("headers.content-length", #""66""#),
            ("headers.content-type", #""application/json""#), ("headers.cookie", nil), ("headers.connection", nil),
            ("headers.user-agent", #""curl/8.7.1""#), ("headers.x-amzn-trace-id", "\"\(trace)\""),
            ("headers.x-forwarded-port", #""443""#), ("headers.x-forwarded-proto", #""https""#),
            ("headers.x-voker-probe", #""first,second""#), ("queryStringParameters.empty", #""""#),
            ("queryStringParameters.encodedPlus", #""a+b""#), ("queryStringParameters.literalPlus", #""a b""#),
            ("queryStringParameters.redirect", #""https://example.com/a/b""#),
            ("queryStringParameters.repeat", #""one,two""#), ("requestContext.http.method", #""POST""#),
            ("requestContext.http.path", #""/capture/space value""#),
            ("requestContext.http.protocol", #""HTTP/1.1""#), ("requestContext.http.userAgent", #""curl/8.7.1""#),
            ("requestContext.routeKey", #""$default""#), ("requestContext.stage", #""$default""#),
            ("requestContext.time", #""10/Jul/2026:19:19:05 +0000""#), ("requestContext.timeEpoch", "1783711145766"),
            ("body", JSONValue.string(body).text), ("isBase64Encoded", "false"),
        ] as [(String, String?)]
    )
    func ofAnHTTPAPI(_ path: String, _ wanted: String?) throws {
        let event = GatewayEvent(
            apiID: "abc",
            stage: "$default",
            place: Self.place,
            route: try #require(HTTPRoute("$default", function: "f")),
            parameters: [],
            trace: Self.trace
        ).version2(Self.request)
        #expect(try Self.isThere(event, path, wanted))
    }

    @Test(
        arguments: [
            ("httpMethod", #""POST""#), ("path", #""/capture/space%20value""#), ("headers", nil),
            ("multiValueQueryStringParameters.empty", #"[""]"#),
            ("multiValueQueryStringParameters.encodedPlus", #"["a%2Bb"]"#),
            ("multiValueQueryStringParameters.literalPlus", #"["a+b"]"#),
            ("multiValueQueryStringParameters.redirect", #"["https%3A%2F%2Fexample.com%2Fa%2Fb"]"#),
            ("multiValueQueryStringParameters.repeat", #"["one","two"]"#),
            ("multiValueHeaders.accept", #"["*/*"]"#), ("multiValueHeaders.content-length", #"["66"]"#),
            ("multiValueHeaders.content-type", #"["application/json"]"#),
            ("multiValueHeaders.cookie", #"["session=abc123; theme=dark"]"#),
            ("multiValueHeaders.user-agent", #"["curl/8.7.1"]"#), ("multiValueHeaders.connection", nil),
            ("multiValueHeaders.x-amzn-trace-id", "[\"\(trace)\"]"),
            ("multiValueHeaders.x-forwarded-port", #"["80"]"#), ("multiValueHeaders.x-forwarded-proto", #"["http"]"#),
            ("multiValueHeaders.x-voker-probe", #"["first","second"]"#),
            ("body", JSONValue.string(body).text), ("isBase64Encoded", "false"),
        ] as [(String, String?)]
    )
    func ofALoadBalancer(_ path: String, _ wanted: String?) throws {
        let event = BalancerEvent.make(
            Self.request,
            name: "f",
            hasMultiValues: true,
            in: Self.place,
            trace: Self.trace
        )
        #expect(try Self.isThere(event, path, wanted))
    }
}
