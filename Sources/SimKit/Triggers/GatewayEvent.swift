/// Events of an HTTP API of API Gateway, payload versions 1.0 and 2.0.
///
/// Source: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway".
struct GatewayEvent {
    let apiID: String
    /// `$default`, or a name that stands at the beginning of the path.
    let stage: String
    let place: Place
    let route: HTTPRoute
    let parameters: [(String, String)]
    let trace: String

    private var domain: String { "\(apiID).execute-api.\(place.region).amazonaws.com" }

    private var pathParameters: JSONValue? {
        parameters.isEmpty ? nil : .object(parameters.map { ($0.0, .string($0.1)) })
    }

    /// Names in lower case, values of equal names joined; cookies have a place of their own.
    func version2(_ source: HTTPSource) -> JSONValue {
        let lower = source.headers(trace: trace).map { (name: $0.name.lowercased(), value: $0.value) }
        let cookies = source.fields.all("Cookie").flatMap { $0.split(separator: ";") }
            .map { String($0.drop { $0 == " " }) }
        let (body, isBase64) = source.content(isText: HTTPSource.isTextForGateway)
        let path = PercentCoding.decode(source.path) ?? source.path
        let http = JSONValue.object([
            ("method", .string(source.method)), ("path", .string(path)), ("protocol", "HTTP/1.1"),
            ("sourceIp", "127.0.0.1"), ("userAgent", .string(source.agent)),
        ])
        let context = JSONValue.object([
            ("accountId", .string(place.account)), ("apiId", .string(apiID)), ("domainName", .string(domain)),
            ("domainPrefix", .string(apiID)), ("http", http), ("requestId", .string(source.requestID)),
            ("routeKey", .string(route.key)), ("stage", .string(stage)),
            ("time", .string(source.time.commonLogFormat)), ("timeEpoch", .int(source.time.milliseconds)),
        ])
        return .members(
            ("version", "2.0"),
            ("routeKey", .string(route.key)),
            // Unlike that of a function URL (recorded).
            ("rawPath", .string(path)),
            ("rawQueryString", .string(source.query)),
            ("cookies", cookies.isEmpty ? nil : .array(cookies.map { .string($0) })),
            ("headers", MultiValues(lower.filter { $0.name != "cookie" }).joined ?? .object([])),
            ("queryStringParameters", MultiValues(PercentCoding.query(source.query)).joined),
            ("requestContext", context),
            ("pathParameters", pathParameters),
            ("body", source.body.isEmpty ? nil : .string(body)),
            ("isBase64Encoded", .bool(isBase64))
        )
    }

    /// Each header and parameter once with its last value, and once with all of them.
    func version1(_ source: HTTPSource) -> JSONValue {
        let headers = MultiValues(source.headers(trace: trace))
        let query = MultiValues(PercentCoding.query(source.query))
        let (body, isBase64) = source.content(isText: HTTPSource.isTextForGateway)
        let path = PercentCoding.decode(source.path) ?? source.path
        let resource = route.key.split(separator: " ").last.map(String.init) ?? route.key
        var identity: [(String, JSONValue)] = [
            "accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType",
            "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId",
        ].map { ($0, .null) }
        identity += [
            ("sourceIp", "127.0.0.1"), ("user", .null), ("userAgent", .string(source.agent)), ("userArn", .null),
        ]
        let context = JSONValue.object([
            ("accountId", .string(place.account)), ("apiId", .string(apiID)), ("domainName", .string(domain)),
            ("domainPrefix", .string(apiID)), ("extendedRequestId", .string(source.requestID)),
            ("httpMethod", .string(source.method)), ("identity", .object(identity)), ("path", .string(path)),
            ("protocol", "HTTP/1.1"), ("requestId", .string(source.requestID)),
            ("requestTime", .string(source.time.commonLogFormat)),
            ("requestTimeEpoch", .int(source.time.milliseconds)), ("resourceId", .string(route.key)),
            ("resourcePath", .string(resource)), ("stage", .string(stage)),
        ])
        // In steps: as one expression it is too much for the type checker of Swift 6.2.
        let empty = JSONValue.object([])
        let none = JSONValue.null
        let content: JSONValue = source.body.isEmpty ? none : .string(body)
        var members: [(String, JSONValue)] = [
            ("version", "1.0"), ("resource", .string(resource)), ("path", .string(path)),
            ("httpMethod", .string(source.method)),
        ]
        members.append(("headers", headers.last ?? empty))
        members.append(("multiValueHeaders", headers.lists ?? empty))
        members.append(("queryStringParameters", query.last ?? none))
        members.append(("multiValueQueryStringParameters", query.lists ?? none))
        members.append(("requestContext", context))
        members.append(("pathParameters", pathParameters ?? none))
        members += [("stageVariables", none), ("body", content), ("isBase64Encoded", .bool(isBase64))]
        return .object(members)
    }
}

/// Events of an Application Load Balancer.
///
/// Source: "Use Lambda functions as targets of an Application Load Balancer".
enum BalancerEvent {
    /// Makes the event.
    ///
    /// - Parameters:
    ///   - source: The request.
    ///   - name: The target group.
    ///   - hasMultiValues: Whether headers and parameters are lists.
    ///   - place: The account and region in the ARN.
    ///   - trace: The X-Ray header.
    /// - Returns: The event.
    static func make(
        _ source: HTTPSource,
        name: String,
        hasMultiValues: Bool,
        in place: Place,
        trace: String
    ) -> JSONValue {
        let group =
            "arn:aws:elasticloadbalancing:\(place.region):\(place.account):targetgroup/\(name)/0123456789abcdef"
        let headers = MultiValues(
            source.headers(trace: trace, scheme: "http").map { (name: $0.name.lowercased(), value: $0.value) }
        )
        // The balancer passes parameters on as they came, percent-encoded.
        let query = MultiValues(
            source.query.split(separator: "&").map { (pair: Substring) -> (name: String, value: String) in
                let name = pair.prefix { $0 != "=" }
                return (name: String(name), value: String(pair.dropFirst(name.count + 1)))
            }
        )
        let (body, isBase64) = source.content(isText: HTTPSource.isTextForBalancer)
        let values: [(String, JSONValue)] =
            hasMultiValues
            ? [
                ("multiValueQueryStringParameters", query.lists ?? .object([])),
                ("multiValueHeaders", headers.lists ?? .object([])),
            ]
            : [("queryStringParameters", query.last ?? .object([])), ("headers", headers.last ?? .object([]))]
        return .object(
            [
                ("requestContext", .object([("elb", .object([("targetGroupArn", .string(group))]))])),
                ("httpMethod", .string(source.method)), ("path", .string(source.path)),
            ] + values + [("body", .string(body)), ("isBase64Encoded", .bool(isBase64))]
        )
    }
}
