/// The first line and the fields of a request.
package struct HTTPRequestHead: Equatable, Sendable {
    /// `GET`, `POST` and so on, as it was written.
    package let method: String
    /// The path and the query, percent-encoded, as it was written.
    package let target: String
    /// The minor version: 1 for `HTTP/1.1`.
    package let minorVersion: Int
    /// The header fields.
    package var fields: HTTPFields

    /// Creates a head of HTTP/1.1.
    package init(method: String, target: String, minorVersion: Int = 1, fields: HTTPFields = [:]) {
        self.method = method
        self.target = target
        self.minorVersion = minorVersion
        self.fields = fields
    }

    /// The path, without the query.
    package var path: Substring {
        target.utf8.firstIndex(of: 0x3F).map { target[..<$0] } ?? target[...]
    }

    /// The parts of the path between its slashes, the one before the first among them; none of this knows of characters,
    /// which would cost more than the rest of a request.
    package var pathParts: [Substring] {
        path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).map(Substring.init)
    }

    /// Whether the connection may be used again after this exchange (RFC 9112 9.3).
    package var keepsAlive: Bool { connectionKeepsAlive(fields, minorVersion) }

    /// Whether the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool {
        minorVersion >= 1 && fields["Expect"] != nil
            && fields.elements("Expect").contains { HTTPFields.same($0, "100-continue") }
    }
}

/// The first line and the fields of a response.
package struct HTTPResponseHead: Equatable, Sendable {
    /// 100 to 999.
    package let status: Int
    /// The words after the status; they mean nothing.
    package let reason: String
    /// The minor version: 1 for `HTTP/1.1`.
    package let minorVersion: Int
    /// The header fields.
    package let fields: HTTPFields

    /// Creates a head of HTTP/1.1.
    package init(status: Int, reason: String = "", minorVersion: Int = 1, fields: HTTPFields = [:]) {
        self.status = status
        self.reason = reason
        self.minorVersion = minorVersion
        self.fields = fields
    }

    /// Whether the connection may be used again after this exchange (RFC 9112 9.3).
    package var keepsAlive: Bool { connectionKeepsAlive(fields, minorVersion) }
}

private func connectionKeepsAlive(_ fields: HTTPFields, _ minorVersion: Int) -> Bool {
    guard fields["Connection"] != nil else { return minorVersion >= 1 }
    let options = fields.elements("Connection")
    if options.contains(where: { HTTPFields.same($0, "close") }) { return false }
    return minorVersion >= 1 || options.contains { HTTPFields.same($0, "keep-alive") }
}
