/// A route of an HTTP API: `GET /items/{id}`, `ANY /files/{proxy+}`, `$default`.
package struct HTTPRoute: Equatable, Sendable {
    enum Part: Equatable, Sendable {
        case text(String)
        /// One part of the path.
        case parameter(String)
        /// All that is left of the path, at least one part.
        case rest(String)
    }

    /// The key, as events have it.
    package let key: String
    /// The function that is called; a version or an alias may follow after a colon.
    package let function: String
    /// `nil` for every method.
    let method: String?
    /// `nil` for `$default`.
    let parts: [Part]?

    /// Reads a route.
    ///
    /// - Returns: `nil` where API Gateway would not take it.
    package init?(_ key: String, function: String) {
        self.function = function
        self.key = key
        if key == "$default" {
            method = nil
            parts = nil
            return
        }
        let words = key.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let methods = ["ANY", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        guard words.count == 2, methods.contains(words[0]), words[1].hasPrefix("/") else { return nil }
        method = words[0] == "ANY" ? nil : words[0]
        var parts: [Part] = []
        for word in words[1].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if case .rest = parts.last { return nil }
            guard word.hasPrefix("{") else {
                guard !word.contains("{"), !word.contains("}") else { return nil }
                parts.append(.text(String(word)))
                continue
            }
            guard word.hasSuffix("}") else { return nil }
            let name = word.dropFirst().dropLast()
            let bare = name.hasSuffix("+") ? name.dropLast() : name
            guard !bare.isEmpty, bare.utf8.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F })
            else { return nil }
            parts.append(name.hasSuffix("+") ? .rest(String(bare)) : .parameter(String(bare)))
        }
        self.parts = parts
    }

    /// The route that fits best: whole paths before greedy ones, a method before ANY, `$default` last.
    ///
    /// - Parameters:
    ///   - method: The request's method.
    ///   - path: Its path, percent-encoded, without the stage.
    ///   - routes: All routes.
    /// - Returns: The route with the parameters, decoded.
    static func find(
        _ method: String,
        _ path: Substring,
        in routes: [HTTPRoute]
    ) -> (route: HTTPRoute, parameters: [(String, String)])? {
        var best: (route: HTTPRoute, parameters: [(String, String)], rank: [Int])?
        for route in routes {
            guard route.method == nil || route.method == method, let parameters = route.match(path) else { continue }
            let rank = route.rank
            if best.map({ rank.lexicographicallyPrecedes($0.rank) }) ?? true { best = (route, parameters, rank) }
        }
        return best.map { ($0.route, $0.parameters) }
    }

    /// Smaller is more specific, part by part.
    private var rank: [Int] {
        guard let parts else { return [9] }
        let kinds = parts.map { part in
            switch part {
            case .text: 0
            case .parameter: 1
            case .rest: 2
            }
        }
        return kinds + [method == nil ? 4 : 3]
    }

    private func match(_ path: Substring) -> [(String, String)]? {
        guard let parts else { return [] }
        var words = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)[...]
        var parameters: [(String, String)] = []
        for part in parts {
            switch part {
            case .text(let text):
                guard let word = words.popFirst(), PercentCoding.decode(word) == text else { return nil }
            case .parameter(let name):
                guard let word = words.popFirst(), !word.isEmpty else { return nil }
                parameters.append((name, PercentCoding.decode(word) ?? String(word)))
            case .rest(let name):
                guard !words.isEmpty, words.first?.isEmpty == false else { return nil }
                let rest = words.joined(separator: "/")
                parameters.append((name, PercentCoding.decode(rest) ?? rest))
                words = []
            }
        }
        return words.isEmpty ? parameters : nil
    }
}
