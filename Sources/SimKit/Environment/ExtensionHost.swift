import LambdaWire
import Foundation
import HTTPWire
import Platform
import ToolKit

/// The extensions of one environment and the Extensions API they speak (version 2020-01-01).
///
/// External extensions are the files in `extensions/` of the layers, each a process; internal ones live in the runtime's
/// process and only register. Init and invocations are over when those that take part have asked for their next event.
final class ExtensionHost {
    /// How many there may be, external and internal.
    static let limit = 10

    /// The state of one; the raw values are the names that Lambda's messages use.
    private enum State: String {
        case started = "Started"
        case registered = "Registered"
        case ready = "Ready"
        case running = "Running"
        case initError = "InitError"
        case exitError = "ExitError"
        case exited = "Exited"
    }

    private final class Member {
        let name: String
        let isExternal: Bool
        let id = Identifiers.uuid()
        var state = State.started
        var events: [String] = []
        var waiting: HTTPExchange?
        var due: (event: JSONValue, id: String?)?
        var process: RuntimeProcess?

        init(name: String, isExternal: Bool) {
            self.name = name
            self.isExternal = isExternal
        }
    }

    /// Hears of those that have registered, have come for an event, or have failed.
    weak var environment: ExecutionEnvironment?
    /// Whether internal extensions may still register.
    var isOpen = true

    private let function: FunctionConfiguration
    private let loop: EventLoop
    private var members: [Member] = []
    private var onGone: (() -> Void)?

    init(_ function: FunctionConfiguration, loop: EventLoop) {
        self.function = function
        self.loop = loop
    }

    /// The processes of the external ones.
    var processes: [RuntimeProcess] { members.compactMap(\.process) }

    /// Whether all external ones have registered, so that the runtime may start.
    var areRegistered: Bool { members.allSatisfy { $0.state != .started } }

    /// Whether all have asked for their next event.
    var areReady: Bool { members.allSatisfy { $0.state == .ready } }

    /// Whether there are any.
    var isEmpty: Bool { members.isEmpty }

    /// Name and events of each, for the log.
    var descriptions: [(name: String, events: [String])] { members.map { ($0.name, $0.events) } }

    // MARK: - Life

    /// Starts the external ones, without waiting for any of them.
    func launch(
        _ paths: [String],
        _ child: (String) throws(SystemError) -> ChildSpec,
        orphans: Orphans,
        output: @escaping (UnsafeRawBufferPointer) -> Void
    ) {
        members = []
        isOpen = true
        for path in paths {
            let member = Member(name: Paths.name(path), isExternal: true)
            members.append(member)
            do throws(SystemError) {
                member.process = try RuntimeProcess(
                    try child(path),
                    loop: loop,
                    output: output,
                    ended: { [weak self, weak member] end in
                        guard let self, let member else { return }
                        if let pid = member.process?.pid { orphans.remove(pid) }
                        self.ended(member, end)
                    }
                )
                if let pid = member.process?.pid { orphans.add(pid) }
            } catch {
                let words = SystemError.text(error.errno)
                let message = FailureReason.startFailure("/opt/extensions/\(member.name)", words)
                loop.later { [weak self] in self?.fail(FailureReason("Extension.LaunchError", message)) }
            }
        }
    }

    private func ended(_ member: Member, _ end: ProcessEnd) {
        member.process = nil
        member.waiting = nil
        if let onGone {
            if processes.isEmpty {
                self.onGone = nil
                onGone()
            }
            return
        }
        guard member.state != .initError, member.state != .exitError else { return }
        member.state = .exited
        fail(.extensionExit(end))
    }

    private func fail(_ reason: FailureReason) { environment?.send(.extensionFailed(reason)) }

    /// Tells those that want to know about an invocation.
    func invoke(_ invocation: Invocation) {
        let tracing = JSONValue.object([("type", "X-Amzn-Trace-Id"), ("value", .string(invocation.context.traceID))])
        let event = JSONValue.object([
            ("eventType", "INVOKE"), ("deadlineMs", .int(invocation.deadline.milliseconds)),
            ("requestId", .string(invocation.id)), ("invokedFunctionArn", .string(invocation.context.arn)),
            ("tracing", tracing),
        ])
        for member in members where member.events.contains("INVOKE") {
            member.state = .running
            send(event, Identifiers.uuid(), to: member)
        }
    }

    /// Tells the external ones that it is over, and kills those that have not ended in time.
    ///
    /// - Parameters:
    ///   - reason: `spindown`, `timeout` or `failure`.
    ///   - budget: How long they may take.
    ///   - done: Called when none is left; at once where there is none.
    func shutDown(reason: String, within budget: Duration, _ done: @escaping () -> Void) {
        guard !processes.isEmpty else {
            members = []
            return done()
        }
        onGone = { [weak self] in
            self?.members = []
            done()
        }
        let event = JSONValue.object([
            ("eventType", "SHUTDOWN"), ("deadlineMs", .int(Timestamp.now.advanced(by: budget).milliseconds)),
            ("shutdownReason", .string(reason)),
        ])
        for member in members {
            if member.events.contains("SHUTDOWN") {
                send(event, nil, to: member)
            } else {
                member.process?.kill()
            }
        }
        let late = processes
        loop.after(budget) { for process in late where process.isRunning { process.kill() } }
    }

    private func send(_ event: JSONValue, _ id: String?, to member: Member) {
        guard let exchange = member.waiting else {
            member.due = (event, id)
            return
        }
        member.waiting = nil
        exchange.onClientEnd = nil
        var fields: HTTPFields = ["Content-Type": "application/json"]
        if let id { fields.add(LambdaHeader.extensionEventID, id) }
        exchange.respond(200, fields, Array(event.text.utf8))
    }

    // MARK: - The API

    func register(_ exchange: HTTPExchange) {
        exchange.collect(limit: 1 << 16) { [weak self] body in
            guard let self, let body else { return }
            guard let name = exchange.head.fields[LambdaHeader.extensionName], !name.isEmpty else {
                return Self.refuse(exchange, "Extension.InvalidExtensionName", "Empty extension name")
            }
            guard let events = Self.events(body.bytes) else {
                return Self.refuse(exchange, "InvalidRequestFormat", "unexpected end of JSON input")
            }
            if let wrong = events.first(where: { $0 != "INVOKE" && $0 != "SHUTDOWN" }) {
                return Self.refuse(exchange, "Extension.InvalidEventType", "\(wrong): ErrorInvalidEventType")
            }
            register(exchange, name, events)
        }
    }

    private func register(_ exchange: HTTPExchange, _ name: String, _ events: [String]) {
        let member: Member
        if let known = members.first(where: { $0.name == name }) {
            guard known.isExternal else {
                return Self.refuse(
                    exchange,
                    "Extension.InvalidExtensionState",
                    "Extension with this name already registered"
                )
            }
            guard known.state == .started else {
                return Self.refuse(exchange, known, to: .registered, called: known.name)
            }
            member = known
        } else {
            guard isOpen else {
                return Self.refuse(exchange, "Extension.RegistrationClosed", "Extension registration closed already")
            }
            guard !events.contains("SHUTDOWN") else {
                return Self.refuse(
                    exchange,
                    "Extension.InvalidEventType",
                    "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension"
                )
            }
            guard members.count < Self.limit else {
                return Self.refuse(exchange, "Extension.TooManyExtensions", "Extension limit (10) reached")
            }
            member = Member(name: name, isExternal: false)
            members.append(member)
        }
        member.events = events
        member.state = .registered
        let features = exchange.head.fields.elements(LambdaHeader.extensionFeatures)
        let answer = JSONValue.members(
            ("functionName", .string(function.name)),
            ("functionVersion", .string(function.version)),
            ("handler", .string(function.handler)),
            ("accountId", features.contains("accountId") ? .string(function.account) : nil)
        )
        exchange.respond(
            200,
            ["Content-Type": "application/json", LambdaHeader.extensionID: member.id],
            answer.line
        )
        environment?.somebodyCame()
    }

    func next(_ exchange: HTTPExchange) {
        guard let member = member(exchange) else { return }
        guard member.state == .registered || member.state == .ready || member.state == .running else {
            return Self.refuse(exchange, member, to: .ready)
        }
        member.waiting = exchange
        exchange.onClientEnd = { [weak member, weak exchange] in
            if member?.waiting === exchange { member?.waiting = nil }
        }
        if let (event, id) = member.due {
            member.due = nil
            send(event, id, to: member)
        } else {
            member.state = .ready
            environment?.somebodyCame()
        }
    }

    func fail(_ exchange: HTTPExchange, duringInit: Bool) {
        guard let id = identifier(exchange) else { return }
        // The header comes before the question who sends it, as in AWS's own.
        let type = exchange.head.fields[LambdaHeader.extensionErrorType] ?? ""
        guard !type.isEmpty else {
            return Self.refuse(
                exchange,
                "Extension.MissingHeader",
                "Lambda-Extension-Function-Error-Type not found"
            )
        }
        guard let member = members.first(where: { $0.id == id }) else {
            return Self.refuse(
                exchange,
                "Extension.UnknownExtensionIdentifier",
                "Unknown Lambda-Extension-Identifier"
            )
        }
        let (failed, target) = duringInit ? (State.initError, State.initError) : (.exitError, .exited)
        let mayFail =
            switch member.state {
            case .registered: true
            case .ready, .running: !duringInit
            case .initError, .exitError: member.state == failed
            case .started, .exited: false
            }
        guard mayFail else { return Self.refuse(exchange, member, to: target) }
        exchange.collect(limit: RuntimeReply.payloadLimit) { [weak self] body in
            guard let self, body != nil else { return }
            member.state = failed
            RuntimeReply.accepted(exchange)
            fail(FailureReason(duringInit ? "Extension.InitError" : "Extension.ExitError", type))
        }
    }

    private func member(_ exchange: HTTPExchange) -> Member? {
        guard let id = identifier(exchange) else { return nil }
        guard let member = members.first(where: { $0.id == id }) else {
            Self.refuse(exchange, "Extension.UnknownExtensionIdentifier", "Unknown extension \(id)")
            return nil
        }
        return member
    }

    private func identifier(_ exchange: HTTPExchange) -> String? {
        guard let id = exchange.head.fields[LambdaHeader.extensionID], !id.isEmpty else {
            Self.refuse(
                exchange,
                "Extension.MissingExtensionIdentifier",
                "Missing Lambda-Extension-Identifier header"
            )
            return nil
        }
        guard UUID(uuidString: id) != nil else {
            Self.refuse(
                exchange,
                "Extension.InvalidExtensionIdentifier",
                "Invalid Lambda-Extension-Identifier"
            )
            return nil
        }
        return id.lowercased()
    }

    private static func events(_ body: [UInt8]) -> [String]? {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] else { return nil }
        guard let events = object["events"], !(events is NSNull) else { return [] }
        return events as? [String]
    }

    private static func refuse(
        _ exchange: HTTPExchange,
        _ member: Member,
        to state: State,
        called name: String? = nil
    ) {
        refuse(
            exchange,
            "Extension.InvalidExtensionState",
            "State transition from \(member.state.rawValue) to \(state.rawValue) failed for extension "
                + "\(name ?? member.id). Error: State transition is not allowed"
        )
    }

    private static func refuse(_ exchange: HTTPExchange, _ type: String, _ message: String) {
        RuntimeReply.error(exchange, 403, type, message)
    }
}
