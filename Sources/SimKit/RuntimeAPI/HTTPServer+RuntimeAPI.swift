import HTTPWire
import Platform

/// The calls of a runtime, for one invocation at a time or for several.
protocol RuntimeCalls: AnyObject {
    /// Hears what the runtime does.
    var environment: ExecutionEnvironment? { get set }
    /// Whether the runtime waits for an event.
    var isReady: Bool { get }
    /// Hands out an event; the runtime must be ready.
    func offer(_ invocation: Invocation)
    /// No answer of this invocation is taken any more.
    func giveUp(_ invocation: Invocation)
    /// Forgets everything: the process is gone.
    func reset()

    func next(_ exchange: HTTPExchange)
    func response(_ exchange: HTTPExchange, id: String)
    func error(_ exchange: HTTPExchange, id: String)
    func initError(_ exchange: HTTPExchange)
}

extension RuntimeAPI: RuntimeCalls {}
extension ConcurrentRuntimeAPI: RuntimeCalls {}

extension HTTPServer {
    /// A Runtime API on a port of its own: a process can only ever speak for its own environment.
    static func runtimeAPI(loop: EventLoop, _ api: any RuntimeCalls, _ extensions: ExtensionHost) throws(SimError)
        -> HTTPServer
    {
        guard let address = SocketAddress(host: "127.0.0.1", port: 0) else {
            preconditionFailure("the address is a literal")
        }
        do throws(SystemError) {
            return try HTTPServer(on: address, bounds: .runtime, loop: loop) { exchange in
                switch RuntimeRoute(exchange.head) {
                case .ping: exchange.respond(200, ["Content-Type": "text/plain; charset=utf-8"], Array("pong".utf8))
                case .next: api.next(exchange)
                case .response(let id): api.response(exchange, id: id)
                case .error(let id): api.error(exchange, id: id)
                case .initError: api.initError(exchange)
                case .telemetry: Self.unsupported(exchange, "Telemetry")
                case .logs: Self.unsupported(exchange, "Logs")
                case .extensionRegister: extensions.register(exchange)
                case .extensionNext: extensions.next(exchange)
                case .extensionInitError: extensions.fail(exchange, duringInit: true)
                case .extensionExitError: extensions.fail(exchange, duringInit: false)
                case .unknown: RuntimeReply.notFound(exchange)
                case .wrongMethod: RuntimeReply.methodNotAllowed(exchange)
                }
            }
        } catch {
            throw .cannotListen(address.description, error)
        }
    }

    private static func unsupported(_ exchange: HTTPExchange, _ name: String) {
        RuntimeReply.error(exchange, 202, "\(name).NotSupported", "\(name) API is not supported")
    }
}
