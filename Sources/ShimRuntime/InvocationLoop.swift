import LambdaWire
import Glibc
import Platform

/// The bootstrap: finds the program, then runs it for one event after another until the Runtime API is gone.
///
/// It owns the process it runs in: signal handlers, the working directory, inherited descriptors, the children.
public struct InvocationLoop {
    private let environment: [String: String]
    private let command: [String]
    private let userAgent: String
    private let log: Log

    /// Two children's pipes, Foundation's sockets and our own come to 25.
    private static let fewestDescriptors = 32

    /// Describes a bootstrap.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments; empty where the handler string names the program.
    ///   - environment: All variables of the process.
    ///   - userAgent: What the Runtime API is told, `shim/1.0`.
    public init(command: [String], environment: [String: String], userAgent: String) {
        self.command = command
        self.environment = environment
        self.userAgent = userAgent
        log = Log(environment: environment)
    }

    /// Runs until the Runtime API goes away or a signal ends it.
    ///
    /// What cannot start is reported to `/init/error`; every reason to end is logged.
    ///
    /// - Returns: The exit status of the process: 1. Lambda starts a runtime that has ended again.
    public func run() -> Int32 {
        do {
            let setup = try prepare()
            try loop(setup)
        } catch let end as Shutdown {
            Signals.dieBy(end.signal)
        } catch {
            log(.fatal, "\(error)")
        }
        return 1
    }

    /// A signal that ends the shim.
    private struct Shutdown: Error { let signal: Int32 }

    private struct Setup {
        let client: RuntimeAPIClient
        let runner: ProgramRunner
    }

    private func prepare() throws -> Setup {
        Signals.unblockAll()
        Signals.restoreDefaults()
        Signals.makePipeErrorsHarmless()
        Descriptor.fillStandardStreams()
        Descriptor.closeInherited()
        let signals = try Signals.readable([SIGTERM, SIGINT, SIGHUP])
        // So that no process that leaves its group escapes; without it the group's end still covers most.
        try? ProcessControl.becomeSubreaper()
        let client = RuntimeAPIClient(
            address: try RuntimeAPIAddress(environment: environment),
            userAgent: userAgent,
            wait: { socket in try Self.wait(for: socket, signals: signals) }
        )
        do throws(ShimError) {
            let configuration = try Configuration(environment: environment)
            let resolver = ProgramResolver(taskRoot: configuration.taskRoot, environment: environment)
            // Foundation ends the process by a trap where its own sockets get no descriptor.
            guard Descriptor.limit >= Self.fewestDescriptors else {
                throw .tooFewDescriptors(limit: Descriptor.limit, needed: Self.fewestDescriptors)
            }
            try enter(configuration.taskRoot)
            let program = try findProgram(configuration, resolver)
            let variables = ChildEnvironment(configuration: configuration).constant
            try LibraryCheck(file: program.executable, environment: variables).requireLibraries()
            log(.debug, "runs '\(program.executable)' for each event, from '\(program.file)'")
            return Setup(
                client: client,
                runner: ProgramRunner(program: program, configuration: configuration, log: log, signals: signals)
            )
        } catch {
            try reportInitError(error, to: client)
            throw error
        }
    }

    private func findProgram(_ configuration: Configuration, _ resolver: ProgramResolver) throws(ShimError) -> Program {
        if let name = command.first {
            return try resolver.resolve(command: name, arguments: Array(command.dropFirst()))
        }
        guard let handler = configuration.handler else { throw .missingEnvironment(name: LambdaVariable.handler) }
        return try resolver.resolve(handler: handler)
    }

    private func enter(_ folder: String) throws(ShimError) {
        guard chdir(folder) == 0 else {
            throw .badTaskRoot(path: folder, cause: "\(SystemError(call: "chdir", errno: errno))")
        }
    }

    private func reportInitError(_ error: ShimError, to client: RuntimeAPIClient) throws {
        let message = "\(error)".split(separator: "\n").joined(separator: "; ")
        do {
            let reply = try client.reportInitError(ErrorReport(type: error.errorType, message: message))
            if case .rejected(let status, let body) = reply {
                log(.error, "the Runtime API did not take the init error: status \(status) \(body)")
            }
        } catch let end as Shutdown {
            throw end
        } catch {
            log(.error, "\(error)")
        }
    }

    private func loop(_ setup: Setup) throws {
        let (client, runner) = (setup.client, setup.runner)
        runner.prepare()
        // However the loop ends: nothing of the last invocation outlives the shim.
        defer { runner.end() }
        while true {
            var invocation: Invocation
            do {
                invocation = try client.next()
            } catch let refused as RuntimeAPIClient.Refused {
                let report = ErrorReport(type: ErrorType.eventRefused, message: "\(refused.reason)")
                log(.error, report.errorMessage, requestID: refused.requestID)
                try client.sendError(report, for: refused.requestID)
                try finish(client, refused.requestID)
                continue
            }
            let signal = try answer(&invocation, setup)
            // While the server deals with the answer.
            if signal == nil { runner.prepare() }
            try finish(client, invocation.requestID)
            if let signal { throw Shutdown(signal: signal) }
            runner.reuse(client.takeSent())
            runner.tidy()
            guard runner.canGoOn else { throw ShimError.descriptorsSpent(limit: Descriptor.limit) }
        }
    }

    /// Runs the program on an event and sends what came of it; the event's bytes go back to the client, for their room.
    ///
    /// - Returns: The signal that told the shim to end meanwhile, if one did.
    private func answer(_ invocation: inout Invocation, _ setup: Setup) throws -> Int32? {
        let (client, runner, id) = (setup.client, setup.runner, invocation.requestID)
        let stream = runner.streamType.map { ResponseStream(client: client, requestID: id, contentType: $0) }
        let outcome = try runner.run(invocation, stream: stream)
        let logLimit = runner.logLimit(invocation)
        client.reuse(invocation.takeEvent())
        let report: ErrorReport
        var signal: Int32?
        switch outcome {
        case .response(let response):
            if let stream { try stream.finish(nil) } else { try client.sendResponse(response, for: id) }
            return nil
        case .failure(let failure): report = failure
        case .shutdown(let number, let failure): (signal, report) = (number, failure)
        }
        log(.error, "\(report.errorType): \(report.errorMessage)", requestID: id, until: logLimit)
        if let stream, stream.hasBegun { try stream.finish(report) } else { try client.sendError(report, for: id) }
        return signal
    }

    private func finish(_ client: RuntimeAPIClient, _ requestID: String) throws {
        if case .rejected(let status, let body) = try client.finishReply() {
            log(.error, "the Runtime API refused the answer with status \(status): \(body)", requestID: requestID)
        }
    }

    /// Waits for the server without a limit, or for a signal.
    private static func wait(for socket: PollRequest, signals: Int32) throws {
        while true {
            let seen = try poll([socket, PollRequest(signals, .readable)], timeout: nil)
            if !seen[1].isEmpty, let signal = Signals.next(from: signals) { throw Shutdown(signal: signal) }
            if !seen[0].isEmpty { return }
        }
    }
}
