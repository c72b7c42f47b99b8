import HTTPWire
import Platform

/// What a person looks at: `GET /`, the page at `/_/` and what that page asks for.
final class Inspector {
    private let service: LambdaService
    private let host: String

    init(_ service: LambdaService, host: String) {
        self.service = service
        self.host = host
    }

    /// - Returns: Whether the path is one of the inspector's; else nothing has been answered.
    func handle(_ exchange: HTTPExchange) -> Bool {
        let path = exchange.head.target.prefix { $0 != "?" }
        guard path == "/" || path == "/_" || path.hasPrefix("/_/") else { return false }
        guard isLocal(exchange.head) else {
            Self.refuse(exchange)
            return true
        }
        guard exchange.head.method == "GET" || exchange.head.method == "HEAD" else {
            if path == "/", exchange.head.method == "POST" {
                OtherService.refuse(exchange)
                return true
            }
            exchange.respond(405, ["Allow": "GET, HEAD"])
            return true
        }
        let query = PercentCoding.query(exchange.head.target.dropFirst(path.count + 1))
        switch path {
        case "/": json(exchange, InspectorData.overview(service))
        case "/_": exchange.respond(301, ["Location": "/_/"])
        case "/_/": page(exchange)
        case "/_/state":
            let numbers = ["call", "line"].map { name in query.last { $0.name == name }.flatMap { Int($0.value) } ?? 0 }
            json(exchange, InspectorData.state(service, after: numbers[0], numbers[1]))
        case "/_/call":
            guard let call = InspectorData.call(service, query.last { $0.name == "id" }?.value ?? "") else {
                return notFound(exchange)
            }
            json(exchange, call)
        case "/_/events": json(exchange, InspectorData.events)
        default: return notFound(exchange)
        }
        return true
    }

    private func notFound(_ exchange: HTTPExchange) -> Bool {
        exchange.respond(404, ["Content-Type": "text/plain; charset=utf-8"], Array("not found\n".utf8))
        return true
    }

    static func refuse(_ exchange: HTTPExchange) {
        let text = "shim-sim answers only requests that come from this machine's own pages and programs\n"
        exchange.respond(403, ["Content-Type": "text/plain; charset=utf-8"], Array(text.utf8))
    }

    /// A page of another site can make a browser ask 127.0.0.1 under a name of its own: the name gives it away.
    func isLocal(_ head: HTTPRequestHead) -> Bool {
        guard let value = head.fields["Host"] else { return head.minorVersion == 0 }
        return LambdaService.isLocalName(value) || LambdaService.hostName(value) == host
    }

    private func json(_ exchange: HTTPExchange, _ value: JSONValue) {
        exchange.respond(200, ["Content-Type": "application/json", "Cache-Control": "no-store"], value.line)
    }

    private func page(_ exchange: HTTPExchange) {
        let fields: HTTPFields = [
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "no-store",
            "Content-Security-Policy":
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
                + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        ]
        exchange.respond(200, fields, Array(InspectorPage.html.utf8))
    }
}

extension LambdaService {
    /// Whether a browser says that a page of another site sends this.
    ///
    /// A page's own address is not enough: `http://evil.example:9000` may be a name that was made to point here.
    func isFromElsewhere(_ head: HTTPRequestHead, host: String) -> Bool {
        if let site = head.fields["Sec-Fetch-Site"], site == "cross-site" { return true }
        guard let origin = head.fields["Origin"] else { return false }
        guard let scheme = origin.range(of: "://") else { return true }
        let site = origin[scheme.upperBound...]
        return !Self.isLocalName(site) && Self.hostName(site) != host
    }

    /// The host without the port.
    static func hostName(_ authority: some StringProtocol) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" }).lowercased()
    }

    /// Whether a name can only mean this machine.
    static func isLocalName(_ authority: some StringProtocol) -> Bool {
        let name = hostName(authority)
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
        // Not a name that only begins like an address.
        return name.hasPrefix("127.") && SocketAddress(host: name, port: 0)?.isLoopback == true
    }
}
