import Foundation
import HTTPWire

/// An HTTP request as an event of payload version 2.0.
package enum HTTPEvent {
    /// The event's JSON.
    ///
    /// - Parameters:
    ///   - head: The request.
    ///   - body: Its body; base64 where its type does not say text.
    ///   - urlID: The first part of the domain that the URL is said to have.
    ///   - region: The region in it.
    ///   - requestID: The request id.
    ///   - traceID: The X-Ray header; the function sees its root where the caller has sent none.
    ///   - time: When it came.
    /// - Returns: The bytes of the event.
    package static func make(
        _ head: HTTPRequestHead,
        _ body: [UInt8],
        urlID: String,
        region: String,
        requestID: String,
        traceID: String,
        time: Timestamp = .now
    ) -> [UInt8] {
        let rawPath = String(path(of: head.target))
        let rawQuery = String(head.target.drop { $0 != "?" }.dropFirst())
        let cookies = head.fields.all("Cookie").flatMap { $0.split(separator: ";") }.map { String(trimmed($0)) }
        let domain = "\(urlID).lambda-url.\(region).on.aws"
        let http = JSONValue.object([
            ("method", .string(head.method)), ("path", .string(PercentCoding.decode(rawPath) ?? rawPath)),
            ("protocol", "HTTP/1.1"),
            ("sourceIp", "127.0.0.1"), ("userAgent", .string(head.fields["User-Agent"] ?? "")),
        ])
        let context = JSONValue.object([
            ("accountId", "anonymous"), ("apiId", .string(urlID)), ("domainName", .string(domain)),
            ("domainPrefix", .string(urlID)), ("http", http), ("requestId", .string(requestID)),
            ("routeKey", "$default"), ("stage", "$default"), ("time", .string(time.commonLogFormat)),
            ("timeEpoch", .int(time.milliseconds)),
        ])
        let text = isText(head.fields) ? String(validating: body, as: UTF8.self) : nil
        return Array(
            JSONValue.members(
                ("version", "2.0"),
                ("routeKey", "$default"),
                ("rawPath", .string(rawPath)),
                ("rawQueryString", .string(rawQuery)),
                ("cookies", cookies.isEmpty ? nil : .array(cookies.map { .string($0) })),
                ("headers", headers(head.fields, traceID)),
                ("queryStringParameters", rawQuery.isEmpty ? nil : parameters(rawQuery)),
                ("requestContext", context),
                ("body", body.isEmpty ? nil : .string(text ?? Data(body).base64EncodedString())),
                ("isBase64Encoded", .bool(!body.isEmpty && text == nil))
            ).text.utf8
        )
    }

    private static func path(of target: String) -> Substring {
        var path = target.prefix { $0 != "?" }
        // A proxy's form of the request line has the whole URL.
        if let scheme = path.range(of: "://"), !path.hasPrefix("/") {
            path = path[scheme.upperBound...].drop { $0 != "/" }
        }
        return path.isEmpty ? "/" : path
    }

    /// What concerns the connection alone (RFC 9110 7.6.1) does not reach the function.
    private static let connectionHeaders: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect",
    ]

    /// Names in lower case, values of equal names joined; what Lambda's front adds is as recorded there.
    private static func headers(_ fields: HTTPFields, _ traceID: String) -> JSONValue {
        var order: [String] = []
        var values: [String: String] = [:]
        for (name, value) in fields.entries {
            let name = name.lowercased()
            if connectionHeaders.contains(name) { continue }
            if let earlier = values[name] {
                values[name] = earlier + (name == "cookie" ? "; " : ",") + value
            } else {
                order.append(name)
                values[name] = value
            }
        }
        let own = [
            ("x-amzn-tls-cipher-suite", "TLS_AES_128_GCM_SHA256"), ("x-amzn-tls-version", "TLSv1.3"),
            ("x-amzn-trace-id", String(traceID.prefix { $0 != ";" })), ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-port", "443"), ("x-forwarded-proto", "https"),
        ]
        for (name, value) in own where values[name] == nil {
            order.append(name)
            values[name] = value
        }
        order.sort()
        return .object(order.map { ($0, .string(values[$0] ?? "")) })
    }

    private static func parameters(_ query: String) -> JSONValue {
        var order: [String] = []
        var values: [String: String] = [:]
        for (name, value) in PercentCoding.query(query) {
            if let earlier = values[name] {
                values[name] = earlier + "," + value
            } else {
                order.append(name)
                values[name] = value
            }
        }
        return .object(order.map { ($0, .string(values[$0] ?? "")) })
    }

    private static func isText(_ fields: HTTPFields) -> Bool {
        guard fields["Content-Encoding"] == nil else { return false }
        guard let type = fields["Content-Type"]?.lowercased().prefix(while: { $0 != ";" }) else { return false }
        let subtypes = ["json", "javascript", "xml", "x-www-form-urlencoded"]
        return type.hasPrefix("text/")
            || type.hasPrefix("application/")
                && subtypes.contains { type.hasSuffix($0) }
    }
}
