import Foundation
import HTTPWire
import Platform

/// A request as the services in front of Lambda see it, and the events that they make of it.
struct HTTPSource {
    let method: String
    /// Percent-encoded, as it came.
    let path: String
    /// Without the question mark, as it came.
    let query: String
    let fields: HTTPFields
    let body: [UInt8]
    let time: Timestamp
    let requestID: String

    init(_ head: HTTPRequestHead, _ body: [UInt8], requestID: String, time: Timestamp = .now) {
        method = head.method
        var path = head.target.prefix { $0 != "?" }
        // A proxy's form of the request line has the whole URL.
        if let scheme = path.range(of: "://"), !path.hasPrefix("/") {
            path = path[scheme.upperBound...].drop { $0 != "/" }
        }
        self.path = path.isEmpty ? "/" : String(path)
        query = String(head.target.drop { $0 != "?" }.dropFirst())
        fields = head.fields
        self.body = body
        self.requestID = requestID
        self.time = time
    }

    /// The header fields, with what a service adds on the way, without what is about the connection only.
    ///
    /// - Parameters:
    ///   - trace: The X-Ray header.
    ///   - scheme: What the service is said to have been called by: API Gateway knows `https` only.
    /// - Returns: The fields in order.
    func headers(trace: String, scheme: String = "https") -> [(name: String, value: String)] {
        var all = fields.entries.filter { !["connection", "keep-alive"].contains($0.name.lowercased()) }
            .map { (name: $0.name, value: $0.value) }
        let added = [
            ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Port", scheme == "https" ? "443" : "80"),
            ("X-Forwarded-Proto", scheme), ("X-Amzn-Trace-Id", trace),
        ]
        for (name, value) in added where fields[name] == nil { all.append((name: name, value: value)) }
        return all
    }

    var agent: String { fields["User-Agent"] ?? "" }

    /// A text, or base64 where the type does not say text.
    func content(isText: (String) -> Bool) -> (text: String, isBase64: Bool) {
        let type = String((fields["Content-Type"] ?? "").lowercased().prefix { $0 != ";" })
        if fields["Content-Encoding"] == nil, isText(type), let text = String(validating: body, as: UTF8.self) {
            return (text, false)
        }
        return (body.isEmpty ? "" : Data(body).base64EncodedString(), !body.isEmpty)
    }

    static func isTextForGateway(_ type: String) -> Bool {
        let ends = ["json", "javascript", "xml", "x-www-form-urlencoded"]
        return type.hasPrefix("text/") || type.hasPrefix("application/") && ends.contains { type.hasSuffix($0) }
    }

    /// The balancer's list is shorter.
    static func isTextForBalancer(_ type: String) -> Bool {
        type.isEmpty || type.hasPrefix("text/")
            || ["application/json", "application/javascript", "application/xml"].contains(type)
    }
}

/// Names in order with the values of each.
struct MultiValues {
    private(set) var order: [String] = []
    private var values: [String: [String]] = [:]

    init(_ pairs: [(name: String, value: String)]) {
        for (name, value) in pairs {
            if values[name] == nil { order.append(name) }
            values[name, default: []].append(value)
        }
    }

    /// An object; `nil` where there is nothing.
    func object(_ value: ([String]) -> JSONValue) -> JSONValue? {
        order.isEmpty ? nil : .object(order.map { ($0, value(values[$0] ?? [])) })
    }

    var lists: JSONValue? { object { .array($0.map { .string($0) }) } }
    var last: JSONValue? { object { .string($0.last ?? "") } }
    var joined: JSONValue? { object { .string($0.joined(separator: ",")) } }
}
