import Foundation
import HTTPWire

/// A function's answer as an HTTP response (payload version 2.0).
package struct HTTPIntegration: Equatable {
    /// 200 to 599.
    package var status: Int
    /// The headers, cookies among them.
    package var fields: HTTPFields
    /// The body.
    package var body: [UInt8]

    /// Interprets a whole answer.
    ///
    /// JSON with a `statusCode` says everything. Any other JSON is itself the body: a text without its quotes, the rest
    /// without the spaces between its parts.
    ///
    /// - Returns: `nil` where the answer has a `statusCode` and the rest does not fit, or is not JSON at all.
    package static func interpret(_ answer: [UInt8]) -> HTTPIntegration? {
        guard (try? JSONCheck.check(answer)) != nil else { return nil }
        let value = try? JSONSerialization.jsonObject(with: Data(answer), options: .fragmentsAllowed)
        guard let object = value as? [String: Any], object["statusCode"] != nil else {
            let body = (value as? String).map { Array($0.utf8) } ?? JSONText.compacted(answer)
            return HTTPIntegration(status: 200, fields: ["Content-Type": "application/json"], body: body)
        }
        guard var result = head(object, otherwise: "application/json") else { return nil }
        switch object["body"] {
        case nil, is NSNull: break
        case let text as String:
            if object["isBase64Encoded"] as? Bool == true {
                guard let data = Data(base64Encoded: text) else { return nil }
                result.body = Array(data)
            } else {
                result.body = Array(text.utf8)
            }
        default:
            // Lambda sends the JSON of what should have been a text.
            result.body = JSONText.member("body", of: JSONText.compacted(answer)).map(Array.init) ?? []
        }
        return result
    }

    /// Interprets the prelude of a streamed answer.
    package static func prelude(_ bytes: [UInt8]) -> HTTPIntegration? {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] else { return nil }
        return head(object, otherwise: "application/octet-stream")
    }

    /// What ALB, proxies and servers set themselves.
    private static let ownHeaders = [
        "connection", "transfer-encoding", "content-length", "keep-alive", "upgrade", "date",
    ]

    private static func head(_ object: [String: Any], otherwise type: String) -> HTTPIntegration? {
        guard let status = status(object["statusCode"] ?? 200) else { return nil }
        var fields = HTTPFields()
        for (name, value) in (object["headers"] as? [String: Any] ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard isName(name), let text = text(value) else { return nil }
            if !ownHeaders.contains(name.lowercased()) { fields.add(name, text) }
        }
        for cookie in object["cookies"] as? [Any] ?? [] {
            guard let text = text(cookie) else { return nil }
            fields.add("Set-Cookie", text)
        }
        if fields["Content-Type"] == nil { fields.add("Content-Type", type) }
        return HTTPIntegration(status: status, fields: fields, body: [])
    }

    private static func status(_ value: Any) -> Int? {
        let number = (value as? NSNumber)?.intValue ?? (value as? String).flatMap { Int($0) }
        // A status of the 100s would be no final answer: the client would wait for another one.
        guard let number, (200...599).contains(number) else { return nil }
        return number
    }

    private static func text(_ value: Any) -> String? {
        let text: String
        switch value {
        case let string as String: text = string
        case let number as NSNumber: text = number.stringValue
        default: return nil
        }
        return HTTPWriter.isFieldValue(text) ? text : nil
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || "!#$%&'*+-.^_`|~".utf8.contains($0)
            }
    }
}
