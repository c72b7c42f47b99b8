import Foundation
import HTTPWire
import Platform

/// A port on which requests become events of a service in front of Lambda, and answers become responses.
package final class HTTPFront {
    /// Which service it plays.
    package enum Kind: Sendable {
        /// An HTTP API of API Gateway.
        case gateway(routes: [HTTPRoute], stage: String, payload: Int)
        /// A load balancer with one target.
        case balancer(function: String, hasMultiValues: Bool)

        /// Bytes of a request's body at most.
        var limit: Int {
            switch self {
            case .gateway: 10 << 20
            case .balancer: 1 << 20
            }
        }
    }

    private let kind: Kind
    private let place: Place
    private let apiID = String(Identifiers.hex(5))
    private let find: (FunctionReference) throws(ServiceError) -> CallTarget

    init(
        _ kind: Kind,
        in place: Place,
        _ find: @escaping (FunctionReference) throws(ServiceError) -> CallTarget
    ) {
        self.kind = kind
        self.place = place
        self.find = find
    }

    func handle(_ exchange: HTTPExchange) {
        exchange.collect(limit: kind.limit) { [weak self] body in
            guard let self, let body else { return }
            guard body.size <= kind.limit else { return refuse(exchange, 413) }
            call(exchange, body.bytes)
        }
    }

    private func call(_ exchange: HTTPExchange, _ body: [UInt8]) {
        let requestID = Identifiers.uuid()
        let source = HTTPSource(exchange.head, body, requestID: requestID)
        let trace = exchange.head.fields["X-Amzn-Trace-Id"] ?? Identifiers.traceID()
        guard let (function, event) = event(source, trace) else { return refuse(exchange, 404) }
        let bytes = Array(event.text.utf8)
        guard bytes.count <= EventLimits.synchronous else { return refuse(exchange, 413) }
        do throws(ServiceError) {
            let target = try find(try FunctionReference(encoded: function, qualifier: nil))
            let invocation = Invocation(
                id: requestID,
                event: bytes,
                context: CallerContext(arn: target.arn, version: target.executedVersion, traceID: trace)
            )
            invocation.caller = HTTPFrontAnswer(exchange, kind) { [weak self] in self?.refuse(exchange, $0) }
            do throws(ServiceError) {
                try target.invoke(invocation)
            } catch {
                invocation.forgetCaller()
                throw error
            }
        } catch {
            // Both answer so when the function is throttled, too.
            refuse(exchange, isBalancer ? 502 : error == .tooManyRequests ? 503 : 500)
        }
    }

    private var isBalancer: Bool {
        if case .balancer = kind { return true }
        return false
    }

    private func event(_ source: HTTPSource, _ trace: String) -> (function: String, event: JSONValue)? {
        switch kind {
        case .balancer(let function, let hasMultiValues):
            let event = BalancerEvent.make(
                source,
                name: function.prefix { $0 != ":" }.lowercased(),
                hasMultiValues: hasMultiValues,
                in: place,
                trace: trace
            )
            return (function, event)
        case .gateway(let routes, let stage, let payload):
            var path = Substring(source.path)
            if stage != "$default" {
                guard path == "/\(stage)" || path.hasPrefix("/\(stage)/") else { return nil }
                path = path.dropFirst(stage.count + 1)
                if path.isEmpty { path = "/" }
            }
            guard let found = HTTPRoute.find(source.method, path, in: routes) else { return nil }
            let maker = GatewayEvent(
                apiID: apiID,
                stage: stage,
                place: place,
                route: found.route,
                parameters: found.parameters,
                trace: trace
            )
            return (found.route.function, payload == 1 ? maker.version1(source) : maker.version2(source))
        }
    }

    /// An answer of the service's own.
    private func refuse(_ exchange: HTTPExchange, _ status: Int) {
        let words = [
            404: "Not Found", 413: "Request Entity Too Large", 500: "Internal Server Error", 502: "Bad Gateway",
            503: "Service Unavailable",
        ]
        let word = words[status] ?? ""
        if isBalancer {
            let page =
                "<html>\r\n<head><title>\(status) \(word)</title></head>\r\n<body>\r\n"
                + "<center><h1>\(status) \(word)</h1></center>\r\n</body>\r\n</html>\r\n"
            exchange.respond(status, ["Server": "awselb/2.0", "Content-Type": "text/html"], Array(page.utf8))
        } else {
            let body = JSONValue.object([("message", .string(word))])
            exchange.respond(status, ["Content-Type": "application/json"], Array(body.text.utf8))
        }
    }
}

/// The response that a service makes of a function's answer, once that is whole.
private final class HTTPFrontAnswer: Caller {
    private let exchange: HTTPExchange
    private let kind: HTTPFront.Kind
    private let refuse: (Int) -> Void
    private var bytes: [UInt8] = []

    init(_ exchange: HTTPExchange, _ kind: HTTPFront.Kind, refuse: @escaping (Int) -> Void) {
        self.exchange = exchange
        self.kind = kind
        self.refuse = refuse
    }

    func hear(_ delivery: Invocation.Delivery) {
        switch delivery {
        case .bytes(let piece): bytes.append(contentsOf: piece)
        case .ended(let error): error == nil ? finish() : fail()
        case .failed: fail()
        case .began, .reported: break
        }
    }

    private func fail() {
        if case .balancer = kind { refuse(502) } else { refuse(500) }
    }

    private func finish() {
        switch kind {
        case .gateway(_, _, payload: 2):
            // As for a function URL: what has no status is itself the body.
            guard let answer = HTTPIntegration.interpret(bytes) else { return fail() }
            exchange.respond(answer.status, answer.fields, answer.body)
        case .gateway: respond(ProxyAnswer(bytes, reads: .both))
        case .balancer(_, let hasMultiValues):
            guard bytes.count <= 1 << 20 else { return fail() }
            respond(ProxyAnswer(bytes, reads: hasMultiValues ? .lists : .single))
        }
    }

    private func respond(_ answer: ProxyAnswer?) {
        guard let answer else { return fail() }
        exchange.respond(answer.status, answer.fields, answer.body)
    }
}

/// An answer in the older form: `statusCode`, `headers`, `multiValueHeaders`, `body`, `isBase64Encoded`.
struct ProxyAnswer {
    /// Which of the two members for headers count.
    enum Headers {
        case single, lists, both
    }

    let status: Int
    let fields: HTTPFields
    let body: [UInt8]

    private static let ownHeaders = ["connection", "transfer-encoding", "content-length", "keep-alive", "date"]

    /// Reads an answer; `nil` where it is not one.
    init?(_ bytes: [UInt8], reads headers: Headers) {
        guard let answer = try? JSONValue.parse(bytes), answer.members != nil else { return nil }
        let given = answer["statusCode"]
        guard let status = given?.int ?? given?.string.flatMap({ Int($0) }), (200...599).contains(status) else {
            return nil
        }
        var fields = HTTPFields()
        func add(_ name: String, _ value: JSONValue) -> Bool {
            let text: String
            switch value {
            case .string(let found): text = found
            case .int, .number, .bool: text = value.text
            default: return false
            }
            guard HTTPWriter.isFieldValue(text), name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }) else {
                return false
            }
            if !Self.ownHeaders.contains(name.lowercased()) { fields.add(name, text) }
            return true
        }
        if headers != .single {
            for (name, values) in answer["multiValueHeaders"]?.members ?? [] {
                for value in values.array ?? [] where !add(name, value) { return nil }
            }
        }
        if headers != .lists {
            for (name, value) in answer["headers"]?.members ?? [] where fields[name] == nil {
                if !value.isNull, !add(name, value) { return nil }
            }
        }
        if fields["Content-Type"] == nil {
            fields.add("Content-Type", headers == .both ? "text/plain; charset=utf-8" : "application/octet-stream")
        }
        let text = answer["body"]?.string ?? ""
        if answer["isBase64Encoded"]?.bool == true {
            guard let data = Data(base64Encoded: text) else { return nil }
            body = Array(data)
        } else {
            body = Array(text.utf8)
        }
        self.status = status
        self.fields = fields
    }
}
