import HTTPWire

/// What a function's process asks of the simulator.
enum RuntimeRoute: Equatable {
    case ping
    case next
    case response(id: String)
    case error(id: String)
    case initError
    case extensionRegister
    case extensionNext
    case extensionInitError
    case extensionExitError
    case telemetry
    case logs
    case unknown
    case wrongMethod

    init(_ head: HTTPRequestHead) {
        // What every invocation asks for; taking the path apart costs more than the rest of the call.
        if head.target == "/2018-06-01/runtime/invocation/next", head.method == "GET" {
            self = .next
            return
        }
        let parts = head.pathParts.dropFirst()
        guard let version = parts.first else {
            self = .unknown
            return
        }
        let rest = Array(parts.dropFirst())
        let (route, method) =
            switch version {
            case "2018-06-01": Self.runtime(rest)
            case "2020-01-01": Self.extensions(rest)
            case "2022-07-01": rest == ["telemetry"] ? (.telemetry, "PUT") : (.unknown, "")
            case "2020-08-15": rest == ["logs"] ? (.logs, "PUT") : (.unknown, "")
            default: (RuntimeRoute.unknown, "")
            }
        self = route == .unknown || head.method == method ? route : .wrongMethod
    }

    private static func runtime(_ parts: [Substring]) -> (RuntimeRoute, method: String) {
        switch parts.count {
        case 1 where parts == ["ping"]: (.ping, "GET")
        case 3 where parts == ["runtime", "invocation", "next"]: (.next, "GET")
        case 3 where parts == ["runtime", "init", "error"]: (.initError, "POST")
        case 4 where parts[0] == "runtime" && parts[1] == "invocation" && parts[3] == "response":
            (.response(id: String(parts[2])), "POST")
        case 4 where parts[0] == "runtime" && parts[1] == "invocation" && parts[3] == "error":
            (.error(id: String(parts[2])), "POST")
        default: (.unknown, "")
        }
    }

    private static func extensions(_ parts: [Substring]) -> (RuntimeRoute, method: String) {
        switch parts {
        case ["extension", "register"]: (.extensionRegister, "POST")
        case ["extension", "event", "next"]: (.extensionNext, "GET")
        case ["extension", "init", "error"]: (.extensionInitError, "POST")
        case ["extension", "exit", "error"]: (.extensionExitError, "POST")
        default: (.unknown, "")
        }
    }
}
