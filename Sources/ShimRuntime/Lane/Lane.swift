import LambdaWire
import Platform

/// One connection to the Runtime API, one host, one response writer: next, respond, answer, tidy, and again.
///
/// ```
/// starting → waiting → running → logging → answering → tidying → waiting …      any → ended
/// ```
final class Lane {
    /// Where the lane is.
    enum State: Equatable {
        /// The host does what belongs in init.
        case starting
        /// `/next` was asked.
        case waiting
        /// The host answers this event.
        case running(requestID: String)
        /// This answer waits for the log, for a moment.
        case logging(requestID: String, Answer)
        /// The answer is on its way.
        case answering(requestID: String)
        /// The host ends what is left.
        case tidying
        /// The host ends for good.
        case closing
        /// Nothing more happens.
        case ended
    }

    /// Called when the lane cannot go on: the whole runtime ends then.
    var onFailure: (ShimError) -> Void = { _ in }
    /// Called once when the lane has ended because ``end(_:)`` asked for it.
    var onEnd: () -> Void = {}

    private(set) var state = State.starting
    private let client: RuntimeAPIClient
    private let host: any Host
    private let writer: any ResponseWriter
    private let context: HostContext
    /// The signal that told the shim to end.
    private var signal: Int32?
    private var limit: EventLoop.Timer?

    init(client: RuntimeAPIClient, host: any Host, writer: any ResponseWriter, context: HostContext) {
        self.client = client
        self.host = host
        self.writer = writer
        self.context = context
    }

    /// Starts the host.
    ///
    /// - Parameter ready: Called with what keeps it from answering, or `nil`; ``run()`` comes next.
    func start(_ ready: @escaping (ShimError?) -> Void) { host.start(ready) }

    /// Whether Lambda is made to announce the end.
    var sigterm: Configuration.Switch { context.configuration.sigterm }

    /// Removes what the host left on the disk; nothing runs any more.
    func cleanUp() { host.cleanUp() }

    /// Takes events from now on.
    func run() {
        guard state == .starting else { return }
        next()
    }

    // MARK: - next, respond, answer, tidy

    private func next() {
        if signal != nil { return close() }
        state = .waiting
        client.next { [weak self] in self?.received($0) }
        // While nothing has come: for the first event; the next ones' part is done beside an answer.
        if state == .waiting { host.prepare() }
    }

    private func received(_ outcome: RuntimeAPIClient.Outcome) {
        guard state == .waiting else { return }
        switch outcome {
        case .event(let invocation): respond(to: invocation)
        case .refused(let id, let reason):
            let report = ErrorReport(type: ErrorType.eventRefused, message: "\(reason)")
            context.log(.error, report.errorMessage, requestID: id)
            send(.error(report), id)
        case .failed(let error): fail(error)
        case .accepted, .rejected: preconditionFailure("/next has an event for an answer")
        }
    }

    private func respond(to invocation: Invocation) {
        let id = invocation.requestID
        let request = request(invocation)
        if case .refused(let why) = request {
            let report = ErrorReport(type: ErrorType.eventRefused, message: why)
            context.log(.error, "\(report.errorType): \(why)", requestID: id)
            return send(.error(report), id)
        }
        guard case .usable(let invocation, let writer) = request else { return }
        state = .running(requestID: id)
        writer.begin(id)
        let limit = invocation.deadline.map { TimeLimit($0, margin: context.configuration.timeoutMargin) }
        host.respond(to: invocation, within: limit, into: writer) { [weak self] verdict in
            guard let self, state == .running(requestID: id) else { return }
            answer(writer.finish(verdict), id, limit)
        }
    }

    /// What the host gets of an event.
    private enum Request {
        case usable(Invocation, any ResponseWriter)
        case refused(String)
    }

    private func request(_ invocation: Invocation) -> Request {
        let configuration = context.configuration
        guard configuration.eventForm != .raw else { return .usable(invocation, writer) }
        let found: HTTPEvent?
        do throws(HTTPEvent.BrokenBody) {
            found = try HTTPEvent(invocation.event)
        } catch {
            return .refused(
                "the event is an HTTP request whose 'isBase64Encoded' is true, but its 'body' is not valid base64"
            )
        }
        guard let event = found else {
            if configuration.eventForm == .auto { return .usable(invocation, writer) }
            return .refused(
                "the event is not an HTTP request of API Gateway, a function URL or a load balancer, and SHIM_EVENT is 'http'"
            )
        }
        let variables = CGIVariables(event: event, prefix: configuration.scriptPrefix, software: context.userAgent)
            .values
        for (name, value) in variables where name.utf8.count + value.utf8.count + 1 > RefusedEvent.longestVariable {
            return .refused("\(RefusedEvent.headerTooLarge(name: name, bytes: value.utf8.count))")
        }
        let http = CGIWriter(event.kind, program: context.program.name, stream: writer as? StreamWriter)
        return .usable(invocation.with(event: event.body, variables: variables), http)
    }

    /// The log comes before the answer, after which Lambda may freeze everything; but it does not hold up an answer for
    /// long.
    private func answer(_ answer: Answer, _ id: String, _ limit: TimeLimit?) {
        if let report = answer.error {
            context.log(.error, "\(report.errorType): \(report.errorMessage)", requestID: id)
        }
        let output = context.log.output
        guard output.isBlocked else { return send(answer, id) }
        state = .logging(requestID: id, answer)
        let patience = ContinuousClock.now.advanced(by: Log.patience)
        output.whenWritten(until: min(patience, limit?.killAt ?? patience)) { [weak self] in
            guard let self, case .logging(id, _) = state else { return }
            send(answer, id)
        }
    }

    private func send(_ answer: Answer, _ id: String) {
        state = .answering(requestID: id)
        if signal != nil { boundAnswer() }
        client.send(answer, for: id) { [weak self] in self?.answered(id, $0) }
        // While the server deals with the answer.
        if signal == nil, state == .answering(requestID: id) { host.prepare() }
    }

    private func answered(_ id: String, _ outcome: RuntimeAPIClient.Outcome) {
        guard state == .answering(requestID: id) else { return }
        switch outcome {
        case .accepted: break
        case .rejected(let status, let body):
            context.log(.error, "the Runtime API refused the answer with status \(status): \(body)", requestID: id)
        case .failed(let error): return fail(error)
        case .event, .refused: preconditionFailure("only /next has an event for an answer")
        }
        if signal != nil { return close() }
        state = .tidying
        host.tidy { [weak self] problem in
            guard let self, state == .tidying else { return }
            if let problem { return fail(problem) }
            next()
        }
    }

    private func fail(_ error: ShimError) {
        state = .ended
        onFailure(error)
    }

    // MARK: - The end

    /// How long an answer may take once the shim has been told to end.
    private static let lastAnswer: Duration = .milliseconds(300)

    /// The shim was told to end: an event that is handled still gets an answer, if the server takes it soon.
    func end(_ signal: Int32) {
        let isFirst = self.signal == nil
        self.signal = signal
        switch state {
        case .running: host.stop(signal)
        case .logging(let id, let answer): send(answer, id)
        case .answering: if isFirst { boundAnswer() } else { close() }
        case .starting, .waiting, .tidying: close()
        case .closing, .ended: break
        }
    }

    private func boundAnswer() {
        limit = context.loop.after(Self.lastAnswer) { [weak self] in
            if let self, case .answering = state { close() }
        }
    }

    private func close() {
        state = .closing
        limit?.cancel()
        client.close()
        host.close { [weak self] in
            guard let self, state == .closing else { return }
            state = .ended
            onEnd()
        }
    }
}
