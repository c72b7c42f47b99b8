import HTTPWire

/// What a function URL lets pages of other origins do; Lambda answers for the function then.
///
/// Source: "Cross-origin resource sharing" of function URLs in the Lambda developer guide, and the Fetch standard.
struct CORSRules: Equatable {
    var origins: [String] = []
    var methods: [String] = []
    var headers: [String] = []
    var exposed: [String] = []
    /// Seconds.
    var maxAge: Int?
    var allowsCredentials = false

    /// Reads the member `Cors` of a function URL's configuration; `nil` where it says nothing.
    init?(_ value: JSONValue?) {
        guard let value, value.members?.isEmpty == false else { return nil }
        func texts(_ name: String) -> [String] { (value[name]?.array ?? []).compactMap(\.string) }
        origins = texts("AllowOrigins")
        methods = texts("AllowMethods")
        headers = texts("AllowHeaders")
        exposed = texts("ExposeHeaders")
        maxAge = value["MaxAge"]?.int
        allowsCredentials = value["AllowCredentials"]?.bool ?? false
    }

    /// Whether a request only asks what it may do.
    static func isPreflight(_ head: HTTPRequestHead) -> Bool {
        head.method == "OPTIONS" && head.fields["Origin"] != nil
            && head.fields["Access-Control-Request-Method"] != nil
    }

    /// The fields of an answer to a request of an origin.
    func fields(for head: HTTPRequestHead) -> HTTPFields {
        guard let origin = head.fields["Origin"], allows(origin) else { return [:] }
        var fields: HTTPFields = [
            // With credentials browsers take no asterisk.
            "Access-Control-Allow-Origin": origins.contains("*") && !allowsCredentials ? "*" : origin
        ]
        if !origins.contains("*") || allowsCredentials { fields.add("Vary", "Origin") }
        if allowsCredentials { fields.add("Access-Control-Allow-Credentials", "true") }
        if Self.isPreflight(head) {
            if !methods.isEmpty { fields.add("Access-Control-Allow-Methods", methods.joined(separator: ",")) }
            if !headers.isEmpty { fields.add("Access-Control-Allow-Headers", headers.joined(separator: ",")) }
            if let maxAge { fields.add("Access-Control-Max-Age", String(maxAge)) }
        } else if !exposed.isEmpty {
            fields.add("Access-Control-Expose-Headers", exposed.joined(separator: ","))
        }
        return fields
    }

    /// `https://*.example.com` allows every name below.
    private func allows(_ origin: String) -> Bool {
        origins.contains { allowed in
            if allowed == "*" || allowed.lowercased() == origin.lowercased() { return true }
            let parts = allowed.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return false }
            return origin.hasPrefix(parts[0]) && origin.hasSuffix(parts[1])
                && origin.utf8.count > parts[0].utf8.count + parts[1].utf8.count
        }
    }
}
