/// The meta-variables of a CGI program (RFC 3875, section 4.1) for a request.
struct CGIVariables {
    let event: HTTPEvent
    /// What precedes the program's own paths, such as `/prod` for a stage; empty for nothing.
    let prefix: String
    /// `shim/1.0`.
    let software: String

    /// Name and value of each.
    ///
    /// A header becomes `HTTP_…`, but for `Proxy`, which programs would take for their own setting (httpoxy), and for names
    /// with an underscore, which could pass for one with a hyphen.
    var values: [String: String] {
        var values = [
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": event.method, "SCRIPT_NAME": scriptName,
            "PATH_INFO": PercentCoding.decoded(pathInfo), "QUERY_STRING": event.query, "REQUEST_URI": requestURI,
            "SERVER_NAME": serverName, "SERVER_PORT": serverPort, "SERVER_PROTOCOL": event.version,
            "SERVER_SOFTWARE": software, "REQUEST_SCHEME": isHTTPS ? "https" : "http",
        ]
        if isHTTPS { values["HTTPS"] = "on" }
        if let address = remoteAddress { values["REMOTE_ADDR"] = address }
        if !event.body.isEmpty || event.headers["content-length"] != nil {
            values["CONTENT_LENGTH"] = "\(event.body.count)"
        }
        if let type = event.headers["content-type"] { values["CONTENT_TYPE"] = type }
        for (name, value) in event.headers {
            guard !name.isEmpty, !Self.others.contains(name), name.utf8.allSatisfy(Self.isNameByte) else { continue }
            values["HTTP_" + name.uppercased().replacing("-", with: "_")] = value
        }
        return values.filter { !$0.value.utf8.contains(0) }
    }

    /// Headers that have a variable of their own, or none.
    private static let others: Set<String> = ["content-type", "content-length", "proxy"]

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D
    }

    private var hasPrefix: Bool {
        !prefix.isEmpty && (event.path == prefix || event.path.hasPrefix(prefix + "/"))
    }

    private var scriptName: String { prefix }

    private var pathInfo: String { hasPrefix ? String(event.path.dropFirst(prefix.count)) : event.path }

    /// As the client asked for it.
    private var requestURI: String {
        let path = hasPrefix ? event.path : prefix + event.path
        // API Gateway decodes some paths: what a URI cannot contain is encoded again.
        let kept = Set("%/:@!$&'()*+,;=".utf8)
        let encoded = PercentCoding.encoded(path, keeping: kept)
        return event.query.isEmpty ? encoded : encoded + "?" + event.query
    }

    private var isHTTPS: Bool { event.headers["x-forwarded-proto"]?.lowercased() == "https" }

    /// Host and port of the Host header; an IPv6 address is in brackets.
    private var host: (name: String, port: String?) {
        let text = event.headers["host"] ?? event.domain ?? "localhost"
        guard let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") else { return (text, nil) }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    private var serverName: String { host.name }

    private var serverPort: String {
        event.headers["x-forwarded-port"] ?? host.port ?? (isHTTPS ? "443" : "80")
    }

    /// A load balancer says it in a header; what the client itself claimed comes before it.
    private var remoteAddress: String? {
        event.sourceIP
            ?? event.headers["x-forwarded-for"].flatMap {
                $0.split(separator: ",").last.map { $0.drop { $0 == " " } }.map(String.init)
            }
    }
}
