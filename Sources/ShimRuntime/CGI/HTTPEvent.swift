import Foundation

/// An HTTP request as Lambda brings it: API Gateway's two payload versions, a function URL, an Application Load Balancer.
///
/// They are told apart by their form. Source: the samples in the Lambda developer guide ("Using AWS Lambda with Amazon API
/// Gateway", "Invoking Lambda function URLs", "Process Application Load Balancer requests with Lambda").
struct HTTPEvent: Equatable {
    /// Who sent it, and so what its response looks like.
    enum Kind: Equatable {
        /// API Gateway, payload version 1.0: REST APIs, and HTTP APIs that ask for it.
        case version1
        /// API Gateway's HTTP APIs with payload version 2.0, and function URLs.
        case version2
        /// A load balancer with one value for each header.
        case loadBalancer
        /// A load balancer with multi-value headers.
        case loadBalancerWithValues
    }

    let kind: Kind
    let method: String
    /// The path as it was sent; a stage may be its first part.
    let path: String
    /// The query as it was sent, without the question mark.
    let query: String
    /// Names in lower case, each once; several values are joined as HTTP has it.
    let headers: [String: String]
    let body: [UInt8]
    /// `HTTP/1.1`.
    let version: String
    let sourceIP: String?
    /// The host that API Gateway or the function URL was called by.
    let domain: String?

    /// The body of an HTTP event that says it is in base64, and is not.
    struct BrokenBody: Error {}

    /// Reads an event.
    ///
    /// - Returns: `nil` where it is none of these.
    /// - Throws: ``BrokenBody``.
    init?(_ event: [UInt8]) throws(BrokenBody) {
        // Most events that are not requests are recognised here: every form has this member.
        guard event.firstRange(of: Array("\"requestContext\"".utf8)) != nil,
            let root = (try? JSONSerialization.jsonObject(with: Data(event))) as? [String: Any],
            let context = root["requestContext"] as? [String: Any]
        else { return nil }
        if let http = context["http"] as? [String: Any], let method = http["method"] as? String {
            kind = .version2
            self.method = method
            path = Self.path(root["rawPath"])
            query = root["rawQueryString"] as? String ?? ""
            version = http["protocol"] as? String ?? "HTTP/1.1"
            sourceIP = http["sourceIp"] as? String
        } else if let method = root["httpMethod"] as? String {
            let isLoadBalancer = context["elb"] != nil
            let hasValues = root["multiValueHeaders"] is [String: Any]
            kind = isLoadBalancer ? hasValues ? .loadBalancerWithValues : .loadBalancer : .version1
            self.method = method
            path = Self.path(root["path"])
            // A load balancer leaves the parameters as they were sent.
            query = Self.query(root, isEncoded: isLoadBalancer)
            version = context["protocol"] as? String ?? "HTTP/1.1"
            sourceIP = (context["identity"] as? [String: Any])?["sourceIp"] as? String
        } else {
            return nil
        }
        domain = context["domainName"] as? String
        headers = Self.headers(root)
        body = try Self.body(root)
    }

    private static func path(_ value: Any?) -> String {
        guard let path = value as? String, !path.isEmpty else { return "/" }
        return path
    }

    private static func body(_ root: [String: Any]) throws(BrokenBody) -> [UInt8] {
        guard let text = root["body"] as? String else { return [] }
        guard root["isBase64Encoded"] as? Bool == true else { return Array(text.utf8) }
        guard let bytes = Data(base64Encoded: text) else { throw BrokenBody() }
        return Array(bytes)
    }

    private static func headers(_ root: [String: Any]) -> [String: String] {
        var all: [String: [String]] = [:]
        for (name, value) in root["headers"] as? [String: Any] ?? [:] {
            if let value = value as? String { all[name.lowercased()] = [value] }
        }
        for (name, values) in root["multiValueHeaders"] as? [String: Any] ?? [:] {
            if let values = values as? [String] { all[name.lowercased()] = values }
        }
        if let cookies = root["cookies"] as? [String], !cookies.isEmpty { all["cookie"] = cookies }
        var joined: [String: String] = [:]
        for (name, values) in all { joined[name] = values.joined(separator: name == "cookie" ? "; " : ", ") }
        return joined
    }

    private static func query(_ root: [String: Any], isEncoded: Bool) -> String {
        var pairs: [(String, String)] = []
        if let all = root["multiValueQueryStringParameters"] as? [String: Any] {
            for (name, values) in all.sorted(by: { $0.key < $1.key }) {
                for value in values as? [String] ?? [] { pairs.append((name, value)) }
            }
        } else if let all = root["queryStringParameters"] as? [String: Any] {
            for (name, value) in all.sorted(by: { $0.key < $1.key }) { pairs.append((name, value as? String ?? "")) }
        }
        let coded = { (text: String) in isEncoded ? text : PercentCoding.encoded(text) }
        return pairs.map { $0.isEmpty ? coded($1) : coded($0) + "=" + coded($1) }.joined(separator: "&")
    }
}

/// Percent-encoding (RFC 3986).
enum PercentCoding {
    /// Every byte but the unreserved ones as `%XX`.
    static func encoded(_ text: String, keeping kept: Set<UInt8> = []) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            case _ where kept.contains(byte): bytes.append(byte)
            default: bytes += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// With `%XX` decoded; what is not valid stays, and so does a NUL, which no variable can hold.
    static func decoded(_ text: String) -> String {
        guard text.utf8.contains(0x25) else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x25, index + 2 < bytes.count, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2]), high << 4 | low != 0
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
