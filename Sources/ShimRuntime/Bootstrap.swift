import Glibc
import LambdaWire
import Platform

/// The bootstrap: finds the program, then answers one event after another until the Runtime API is gone.
///
/// It owns the process it runs in: signal handlers, the working directory, inherited descriptors, the children.
public final class Bootstrap {
    private let environment: [String: String]
    private let command: [String]
    private let userAgent: String
    private let log: Log
    private let loop = EventLoop()
    /// Room for one read of whoever reads.
    ///
    /// What passes through it should stay in a processor's own cache: with 128 KB or more, events of 6 MB take a third
    /// longer where that cache has 512 KB.
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    private var lanes: [Lane] = []
    private var livingLanes = 0
    private var reaper: Reaper?
    private var ending = Ending.none
    private var extensionClient: ExtensionClient?
    /// Sends the report of an init that failed.
    private var initClient: RuntimeAPIClient?

    /// Why the loop ends.
    private enum Ending {
        case none
        case signal(Int32)
        case failure(ShimError)
    }

    /// What Foundation's threads need is far less than the usual 8 MiB, and no limit of the user's may make it more.
    private static let threadStack = 512 << 10
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

    deinit { buffer.deallocate() }

    /// Runs until the Runtime API goes away or a signal ends it.
    ///
    /// What cannot start is reported to `/init/error`; every reason to end is logged.
    ///
    /// - Returns: The exit status of the process: 1. Lambda restarts a runtime that has ended.
    public func run() -> Int32 {
        do {
            log.output.attach(to: loop)
            let address = try enterProcess()
            loop.later { [self] in begin(address) }
            try loop.run()
        } catch let error as ShimError {
            ending = .failure(error)
        } catch {
            log(.fatal, "\(error)")
        }
        // However the loop ends: nothing of the last invocation outlives the shim.
        reaper?.end()
        for lane in lanes { lane.cleanUp() }
        if case .failure(let error) = ending { log(.fatal, "\(error)") }
        log.output.close(until: .now.advanced(by: Log.patience))
        if case .signal(let signal) = ending { Signals.dieBy(signal) }
        return 1
    }

    // MARK: - The start

    /// Prepares this process for children: signals, descriptors, threads.
    private func enterProcess() throws -> RuntimeAPIAddress {
        Signals.unblockAll()
        Signals.restoreDefaults()
        Signals.makePipeErrorsHarmless()
        Descriptor.fillStandardStreams()
        Descriptor.closeInherited()
        let signals = try Signals.readable([SIGTERM, SIGINT, SIGHUP])
        // So that no process that leaves its group escapes; without it the group's end still covers most.
        try? ProcessControl.becomeSubreaper()
        let address = try RuntimeAPIAddress(environment: environment)
        _ = loop.watch(signals, .readable) { [weak self] _ in
            // After whatever else has come by now: an event that is there gets its answer.
            if let signal = Signals.next(from: signals) { self?.loop.after(.zero) { self?.end(signal) } }
        }
        return address
    }

    private func begin(_ address: RuntimeAPIAddress) {
        do throws(ShimError) {
            try makeLanes(address)
            guard lanes.first?.sigterm == .on else { return startLanes(address) }
            let client = ExtensionClient(address: address, userAgent: userAgent, loop: loop, buffer: buffer)
            extensionClient = client
            client.register { [weak self] problem in
                guard let self else { return }
                if let problem { log(.warn, "SHIM_SIGTERM has no effect, the extension cannot register: \(problem)") }
                startLanes(address)
            }
        } catch {
            reportInitError(error, address)
        }
    }

    private func client(_ address: RuntimeAPIAddress) -> RuntimeAPIClient {
        RuntimeAPIClient(address: address, userAgent: userAgent, loop: loop, buffer: buffer)
    }

    private func makeLanes(_ address: RuntimeAPIAddress) throws(ShimError) {
        let configuration = try Configuration(environment: environment)
        let resolver = ProgramResolver(taskRoot: configuration.taskRoot, environment: environment)
        // Foundation ends the process by a trap where its own sockets get no descriptor.
        guard Descriptor.limit >= Self.fewestDescriptors else {
            throw .tooFewDescriptors(limit: Descriptor.limit, needed: Self.fewestDescriptors)
        }
        do throws(SystemError) {
            // Foundation's Process waits for its thread for ever where there is none.
            try ProcessControl.prepareForThreads(stack: Self.threadStack)
        } catch {
            throw .noThread(cause: "\(error)")
        }
        try enter(configuration.taskRoot)
        let program = try findProgram(configuration, resolver)
        let variables = ChildEnvironment(configuration: configuration)
        let count = laneCount(configuration)
        let reaper = Reaper(loop: loop, hasSeveralLanes: count > 1)
        self.reaper = reaper
        let context = HostContext(
            loop: loop,
            log: log,
            reaper: reaper,
            program: program,
            configuration: configuration,
            environment: variables,
            buffer: buffer,
            userAgent: userAgent,
            hasSeveralLanes: count > 1
        )
        try LibraryCheck(context).requireLibraries()
        log(.debug, "runs '\(program.executable)' for each event, from '\(program.file)'")
        lanes = (0..<count).map { _ in lane(context, client(address)) }
        livingLanes = count
    }

    /// One lane for each event that Lambda sends at once, as far as the descriptors go.
    private func laneCount(_ configuration: Configuration) -> Int {
        let wanted = configuration.concurrency
        guard wanted > 1 else { return 1 }
        let cost = Self.descriptors(ofALaneIn: configuration.mode)
        let needed = Self.ownDescriptors + wanted * cost
        if Descriptor.limit < needed { Descriptor.raiseLimit(to: needed) }
        let limit = Descriptor.limit
        guard limit < needed else { return wanted }
        let possible = max(1, (limit - Self.ownDescriptors) / cost)
        log(
            .warn,
            "the \(limit) files that the process may open are enough for \(possible) of \(wanted) events at once"
                + "\nhint: raise the limit to \(needed): 'ulimit -n \(needed)'"
        )
        return possible
    }

    /// Descriptors of the shim beside those of its lanes.
    private static let ownDescriptors = 18

    /// A connection, pipes, a pidfd, Foundation's sockets; of two programs where the next one is made ready.
    private static func descriptors(ofALaneIn mode: Configuration.Mode) -> Int { mode == .worker ? 9 : 16 }

    private func lane(_ context: HostContext, _ client: RuntimeAPIClient) -> Lane {
        Lane(
            client: client,
            host: host(context),
            writer: writer(context, client),
            context: context
        )
    }

    private func host(_ context: HostContext) -> any Host {
        switch context.configuration.mode {
        case .process: ProcessPerEvent(context)
        case .worker: Worker(context)
        case .standby: Standby(context)
        }
    }

    private func writer(_ context: HostContext, _ client: RuntimeAPIClient) -> any ResponseWriter {
        let (configuration, program) = (context.configuration, context.program.name)
        switch configuration.standardOutput {
        case .raw:
            // What a worker answers is its answer, even where that is nothing.
            let text = configuration.mode == .worker ? nil : Array("\"child process exited with code 0\"".utf8)
            return WholeWriter(.raw(whenEmpty: text), program: program)
        case .jsonString: return WholeWriter(.jsonString, program: program)
        case .stream: return StreamWriter(client: client, contentType: "application/octet-stream")
        case .streamHTTP:
            return StreamWriter(client: client, contentType: "application/vnd.awslambda.http-integration-response")
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

    private func startLanes(_ address: RuntimeAPIAddress) {
        for lane in lanes {
            lane.onFailure = { [weak self] in self?.fail($0) }
            lane.onEnd = { [weak self] in self?.laneEnded() }
            lane.start { [weak self, weak lane] problem in
                guard let self else { return }
                if let problem { reportInitError(problem, address) } else { lane?.run() }
            }
        }
    }

    // MARK: - The end

    private func reportInitError(_ error: ShimError, _ address: RuntimeAPIAddress) {
        guard initClient == nil else { return }
        let client = client(address)
        initClient = client
        let message = "\(error)".split(separator: "\n").joined(separator: "; ")
        client.sendInitError(ErrorReport(type: error.errorType, message: message, stackTrace: error.lines)) {
            [weak self] outcome in
            guard let self else { return }
            switch outcome {
            case .rejected(let status, let body):
                log(.error, "the Runtime API did not take the init error: status \(status) \(body)")
            case .failed(let failure): log(.error, "\(failure)")
            case .accepted, .event, .refused: break
            }
            fail(error)
        }
    }

    private func fail(_ error: ShimError) {
        if case .none = ending { ending = .failure(error) }
        loop.stop()
    }

    /// A signal told the shim to end.
    private func end(_ signal: Int32) {
        ending = .signal(signal)
        if livingLanes == 0 { return loop.stop() }
        for lane in lanes { lane.end(signal) }
    }

    private func laneEnded() {
        livingLanes -= 1
        if livingLanes == 0 { loop.stop() }
    }
}
