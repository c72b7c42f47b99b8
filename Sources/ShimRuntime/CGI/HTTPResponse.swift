import Foundation
import HTTPWire

/// A CGI program's response as Lambda wants it from a function, for each kind of event.
struct HTTPResponse {
    let kind: HTTPEvent.Kind
    let head: CGIHead

    /// What is encoded; Lambda does not mind the order of the members.
    private struct Members: Encodable {
        var statusCode: Int
        var statusDescription: String?
        var headers: [String: String]?
        var multiValueHeaders: [String: [String]]?
        var cookies: [String]?
        var body: String?
        var isBase64Encoded: Bool?
    }

    private var members: Members {
        var members = Members(statusCode: head.status)
        switch kind {
        case .version2:
            members.headers = joined.filter { $0.key.lowercased() != "set-cookie" }
            let cookies = head.all("set-cookie")
            if !cookies.isEmpty { members.cookies = cookies }
        case .version1: members.multiValueHeaders = values
        case .loadBalancer:
            members.statusDescription = description
            members.headers = joined.filter { $0.key.lowercased() != "set-cookie" }
            // One value for each name, and names that differ in case are different names.
            for (index, cookie) in head.all("set-cookie").enumerated() {
                members.headers?[Self.spelling(of: "set-cookie", index)] = cookie
            }
        case .loadBalancerWithValues:
            members.statusDescription = description
            members.multiValueHeaders = values
        }
        return members
    }

    private var description: String { "\(head.status) \(HTTPWriter.reason(of: head.status))" }

    private var values: [String: [String]] {
        var values: [String: [String]] = [:]
        for (name, value) in head.fields { values[key(name, in: values.keys), default: []].append(value) }
        return values
    }

    private var joined: [String: String] { values.mapValues { $0.joined(separator: ", ") } }

    /// The spelling that came first.
    private func key(_ name: String, in keys: Dictionary<String, [String]>.Keys) -> String {
        keys.first { HTTPFields.same($0, name) } ?? name
    }

    /// The bits of the number say which letters are capitals.
    private static func spelling(of name: String, _ number: Int) -> String {
        var number = number
        return String(
            name.map { letter in
                guard letter.isLetter else { return letter }
                defer { number >>= 1 }
                return number & 1 == 1 ? Character(letter.uppercased()) : letter
            }
        )
    }

    /// The whole response, its body in base64 where it is not text.
    func json(body: ArraySlice<UInt8>) -> [UInt8] {
        var members = members
        let text = isText ? String(validating: body, as: UTF8.self) : nil
        members.body = text ?? Data(body).base64EncodedString()
        members.isBase64Encoded = text == nil
        return JSONText.encode(members)
    }

    /// What a streamed response begins with: the head as JSON and eight NUL bytes.
    func prelude() -> [UInt8] {
        var members = members
        members.statusDescription = nil
        return JSONText.encode(members) + Array(repeating: 0, count: 8)
    }

    private var isText: Bool {
        guard head.all("content-encoding").isEmpty else { return false }
        guard let type = head.all("content-type").first?.lowercased().prefix(while: { $0 != ";" && $0 != " " }) else {
            return true
        }
        return type.hasPrefix("text/")
            || type.hasPrefix("application/") && Self.textual.contains { type.hasSuffix($0) } || type == "image/svg+xml"
    }

    private static let textual = ["json", "javascript", "xml", "x-www-form-urlencoded"]
}
