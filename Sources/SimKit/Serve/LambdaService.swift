import HTTPWire
import Platform

/// The Invoke API of Lambda for one or several functions.
package final class LambdaService {
    /// What holds for all functions.
    package struct Options: Sendable {
        /// Whether streamed answers are slowed down as Lambda does it: 6 MB at once, then 2 MB a second.
        package var limitsBandwidth = false
        /// Whether changed targets are taken for the next call.
        package var watches = false

        /// Options with their defaults.
        package init() {}
    }

    /// The functions by name.
    package let functions: [String: FunctionService]
    /// The names in the order in which they were given.
    package let names: [String]
    /// The functions that were put here by Lambda's own API, where it is served.
    package let control: ControlPlane?
    let context: SimulatorContext
    private let options: Options
    private let directory: Directory
    private let queue: EventQueue
    private let note: (String) -> Void

    /// Prepares functions.
    ///
    /// - Parameters:
    ///   - configurations: Those of the command line.
    ///   - control: Those that are put here by Lambda's own API, where it is served; else there must be one of the others.
    ///   - recorder: Keeps events and answers, if they are wanted.
    ///   - options: What holds for all.
    ///   - context: What the simulator's parts share.
    ///   - write: Gets lines of the logs, with the function's name; `nil` is the simulator itself.
    /// - Throws: ``SimError`` where a target cannot be unpacked.
    package init(
        _ configurations: [FunctionConfiguration],
        control: ControlPlane? = nil,
        recorder: Recorder? = nil,
        options: Options,
        context: SimulatorContext,
        write: @escaping (_ name: String?, _ line: [UInt8]) -> Void
    ) throws(SimError) {
        self.options = options
        self.context = context
        self.control = control
        names = configurations.map(\.name)
        var functions: [String: FunctionService] = [:]
        for function in configurations {
            functions[function.name] = try FunctionService(function, watches: options.watches, context: context) {
                write(function.name, $0)
            }
        }
        self.functions = functions
        let directory = Directory(functions, control, recorder)
        let note = { (text: String) in write(nil, Array("shim-sim: \(text)\n".utf8)) }
        self.note = note
        self.directory = directory
        control?.isTaken = { [names] in names.contains($0) }
        queue = EventQueue(loop: context.loop) { reference throws(ServiceError) in
            try directory.target(reference)
        } note: {
            note($0)
        }
    }

    /// All functions that run here, for the page: those of the command line, then what was put here.
    var shown: [FunctionService] { names.compactMap { functions[$0] } + (control?.running ?? []) }

    /// The account and region of the functions.
    var place: Place { directory.place }

    /// Queues an event of a source other than an Invoke.
    ///
    /// - Parameters:
    ///   - event: JSON.
    ///   - function: The function; a version or an alias may follow after a colon.
    func send(_ event: [UInt8], to function: String) {
        do throws(ServiceError) {
            let target = try directory.target(try FunctionReference(encoded: function, qualifier: nil))
            try queue.add(id: Identifiers.uuid(), to: target, event, CallerContext(arn: target.arn))
        } catch {
            note("an event for '\(function)' is lost: \(error.name)")
        }
    }

    /// The function or version that a reference names.
    func target(_ reference: FunctionReference) throws(ServiceError) -> CallTarget { try directory.target(reference) }

    /// How many events wait or are being tried.
    package var queuedEvents: Int { queue.count }

    /// Answers a call.
    ///
    /// - Returns: Whether the path is one of the Invoke API; else nothing has been answered.
    package func handle(_ exchange: HTTPExchange) -> Bool {
        let target = exchange.head.target
        let path = exchange.head.path
        var parts = exchange.head.pathParts
        if parts.count == 6, parts[5].isEmpty { parts.removeLast() }
        guard parts.count == 5, parts[2] == "functions" else { return false }
        let operation: InvokeRequest.Operation
        switch (parts[1], parts[4]) {
        case ("2015-03-31", "invocations"): operation = .invoke
        case ("2021-11-15", "response-streaming-invocations"): operation = .invokeWithResponseStream
        case ("2014-11-13", "invoke-async"): operation = .invokeAsync
        default: return false
        }
        let requestID = Identifiers.uuid()
        do throws(ServiceError) {
            // RIE takes any method; Lambda only this one.
            guard exchange.head.method == "POST" else { throw .unknownOperation("\(exchange.head.method) \(path)") }
            let query =
                path.endIndex == target.endIndex ? [] : PercentCoding.query(target[path.endIndex...].dropFirst())
            let qualifier = query.last { $0.name == "Qualifier" }?.value
            let called = try directory.target(try FunctionReference(encoded: parts[3], qualifier: qualifier))
            takeBody(exchange, try InvokeRequest(exchange.head, called, operation), requestID)
        } catch {
            error.answer(exchange, requestID: requestID)
        }
        return true
    }

    /// Lets calls in progress finish, or not; no event is tried again.
    package func stop(waits: Bool, _ done: @escaping () -> Void) {
        queue.stop()
        var remaining = functions.count + (control == nil ? 0 : 1)
        control?.stop(waits: waits) {
            remaining -= 1
            if remaining == 0 { done() }
        }
        for service in functions.values {
            service.stop(waits: waits) {
                remaining -= 1
                if remaining == 0 { done() }
            }
        }
    }

    private func takeBody(
        _ exchange: HTTPExchange,
        _ request: InvokeRequest,
        _ requestID: String
    ) {
        let limit = request.limit
        let tooLarge = { (size: Int) in
            ServiceError.tooLarge(bytes: size, type: request.kind.rawValue, limit: limit)
        }
        if case .length(let count) = exchange.framing, count > limit {
            return tooLarge(count).answer(exchange, requestID: requestID)
        }
        exchange.collect(limit: limit) { [weak self] body in
            guard let self, let body else { return }
            do throws(ServiceError) {
                guard body.size <= limit else { throw tooLarge(body.size) }
                let event = body.bytes.isEmpty ? Array("{}".utf8) : body.bytes
                do throws(JSONCheck.Problem) {
                    try JSONCheck.check(event)
                } catch {
                    throw .notJSON(JacksonMessage.text(of: error, in: event))
                }
                try call(exchange, request, event, requestID)
            } catch {
                error.answer(exchange, requestID: requestID)
            }
        }
    }

    private func call(
        _ exchange: HTTPExchange,
        _ request: InvokeRequest,
        _ event: [UInt8],
        _ requestID: String
    ) throws(ServiceError) {
        switch request.kind {
        case .dryRun: exchange.respond(204, ["x-amzn-RequestId": requestID])
        case .event:
            try queue.add(id: requestID, to: request.target, event, request.context)
            // The old way says so in its body too.
            let body = request.operation == .invokeAsync ? Array(#"{"Status":202}"#.utf8) : []
            exchange.respond(202, InvokeAnswer.common(requestID: requestID, request), body)
        case .requestResponse:
            let invocation = Invocation(
                id: requestID,
                event: event,
                context: request.context,
                mode: request.operation == .invokeWithResponseStream ? .streaming : .buffered
            )
            if request.operation == .invokeWithResponseStream {
                let bandwidth = options.limitsBandwidth ? Bandwidth(loop: context.loop) : nil
                invocation.caller = StreamAnswer(exchange, request, invocation, bandwidth)
            } else {
                invocation.caller = InvokeAnswer(exchange, request, requestID: requestID)
            }
            do throws(ServiceError) {
                try request.target.invoke(invocation)
            } catch {
                invocation.forgetCaller()
                throw error
            }
        }
    }
}
