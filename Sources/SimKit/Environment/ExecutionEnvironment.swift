import HTTPWire
import Platform

/// One execution environment: a runtime's process with its folders and its Runtime API, and the life that Lambda gives it.
///
/// It takes one invocation at a time: init, then invocations; after a crash or a time-out the process is started again
/// within the next invocation, in the same folders. See section "Environments" of docs/simulator.md.
package final class ExecutionEnvironment: Environment {
    private enum Phase {
        /// Nothing has been started.
        case new
        /// The init before the first invocation.
        case initializing
        /// The runtime waits for an event.
        case idle
        /// An invocation is in progress, in which the runtime may have to start first.
        case invoking
        /// There is no process; the next invocation starts one.
        case needsInit
        /// Over.
        case ended
    }

    /// The name of its log stream, which names the environment too.
    package let name: String
    /// Called when it can take another invocation.
    package var onFree: () -> Void = {}
    /// When it last finished an invocation.
    package private(set) var idleSince = ContinuousClock.Instant.now
    /// The code it runs.
    package let deployment: Deployment

    private let function: FunctionConfiguration
    private let loop: EventLoop
    private let workspace: Workspace
    private let orphans: Orphans
    private let log: FunctionLog
    private let sandbox: Sandbox
    private let api = RuntimeAPI()
    private let server: HTTPServer
    private let memory: MemoryMeter
    private let extensions: ExtensionHost
    private let governor: CPUGovernor?
    private var phase = Phase.new
    private var process: RuntimeProcess?
    private var invocation: Invocation?
    private var startTime = Timestamp(milliseconds: 0)
    /// When the process of a suppressed init was started, until the runtime is ready.
    private var initBegan: ContinuousClock.Instant?
    private var initDuration: Duration?
    private var limit: EventLoop.Timer?
    /// Why the process is being killed, or what it said before it ended.
    private var cause: FunctionFailure?
    /// How a runtime ended that nobody was waiting for.
    private var lateEnd: ProcessEnd?
    private var initHasReported = false
    private var hasLaunchedRuntime = false
    /// Whether processes are being ended, and nothing else may happen until they are.
    private var isResetting = false
    /// How long extensions may take to end.
    private var shutdownBudget = Duration.seconds(2)
    private var onEnded: (() -> Void)?

    /// Makes the folders and the Runtime API; nothing is started before the first invocation.
    package init(
        _ function: FunctionConfiguration,
        _ deployment: Deployment,
        context: SimulatorContext,
        write: @escaping ([UInt8]) -> Void
    ) throws(SimError) {
        self.function = function
        self.deployment = deployment
        loop = context.loop
        workspace = context.workspace
        orphans = context.orphans
        name = "\(Timestamp.now.datePath)/[$LATEST]\(Identifiers.hex(16))"
        let level = function.environment["AWS_LAMBDA_LOG_LEVEL"].flatMap { LogLevel(name: $0) } ?? .info
        log = FunctionLog(format: function.logFormat, minimumLevel: level, write: write)
        sandbox = try Sandbox(function, deployment, in: context.workspace)
        memory = MemoryMeter(limit: function.memory << 20, loop: context.loop)
        extensions = ExtensionHost(function, loop: context.loop)
        governor = function.limitsCPU ? CPUGovernor(share: function.cpuShare, loop: context.loop) : nil
        server = try HTTPServer.runtimeAPI(loop: context.loop, api, extensions)
        api.onReady = { [weak self] in
            self?.extensions.isOpen = false
            self?.goOn()
        }
        extensions.onProgress = { [weak self] in self?.extensionsMoved() }
        extensions.onFailure = { [weak self] in self?.extensionFailed($0, $1) }
        api.onInitError = { [weak self] in self?.runtimeReportedInitError($0) }
        memory.onExceeded = { [weak self] in self?.memoryIsExceeded() }
    }

    /// Whether it can take an invocation now.
    package var isFree: Bool { invocation == nil && phase != .ended }

    /// Whether its caller has the answer, and only the runtime has still to come back.
    package var isFinishing: Bool { invocation?.progress == .done }

    /// Whether nothing runs in it.
    package var isIdle: Bool { isFree }

    /// What it is doing, for people.
    package var stateName: String {
        switch phase {
        case .new: "new"
        case .initializing: "init"
        case .idle: "idle"
        case .invoking: "running"
        case .needsInit: "stopped"
        case .ended: "ended"
        }
    }

    // MARK: - Invocations

    /// Starts an invocation; the environment must be free.
    package func begin(_ invocation: Invocation) {
        precondition(self.invocation == nil && phase != .ended, "a free environment is needed")
        self.invocation = invocation
        log.beginInvocation()
        if phase == .new { beginInit() } else { beginInvocation() }
    }

    private func beginInit() {
        phase = .initializing
        initBegan = .now
        log.event(.initStart(function))
        limit = loop.after(function.initLimit) { [weak self] in self?.initTookTooLong() }
        launch()
    }

    private func beginInvocation() {
        guard let invocation else { return }
        let wasIdle = phase == .idle
        phase = .invoking
        startTime = .now
        invocation.started = .now
        invocation.deadline = startTime.advanced(by: function.timeout)
        log.event(.start(requestID: invocation.id, traceID: invocation.traceID))
        limit = loop.after(function.timeout) { [weak self] in self?.invocationTookTooLong() }
        if let cause {
            // The init has said why it failed: that is the answer.
            invocation.fail(cause)
            finish()
        } else if let end = lateEnd {
            lateEnd = nil
            invocation.fail(FailureText.exit(end, requestID: invocation.id))
            finish()
        } else if wasIdle || api.state == .ready {
            if wasIdle, function.freezes { freeze(false) }
            memory.start { [weak self] in self?.processes.map(\.pid) ?? [] }
            governor?.start { [weak self] in self?.freeze($0) }
            offer()
        } else {
            governor?.start { [weak self] in self?.freeze($0) }
            initBegan = .now
            launch()
        }
    }

    private func finish() {
        guard let invocation else { return }
        limit?.cancel()
        governor?.stop()
        for process in processes { process.drainOutput() }
        memory.stop()
        let failure = invocation.failure
        let report = InvocationReport(
            requestID: invocation.id,
            start: startTime,
            waited: invocation.arrived.duration(to: invocation.started),
            duration: invocation.started.duration(to: .now),
            initDuration: initDuration,
            memorySize: function.memory,
            maximumMemoryUsed: memory.peakMegabytes,
            status: failure.map { $0.isTimeout ? .timeout : .error } ?? .success,
            errorType: failure.flatMap { $0.isTimeout ? nil : $0.type },
            producedBytes: invocation.producedBytes,
            environment: name,
            log: []
        )
        log.event(.runtimeDone(report))
        log.event(.report(report, traceID: invocation.traceID))
        var complete = report
        complete.log = log.keptLog
        initDuration = nil
        cause = nil
        initHasReported = false
        self.invocation = nil
        phase = process != nil && api.state == .ready ? .idle : .needsInit
        if phase == .idle, function.freezes { freeze(true) }
        idleSince = .now
        invocation.report(complete)
        onFree()
    }

    // MARK: - What the processes do

    /// Starts the extensions, and the runtime when they have registered.
    private func launch() {
        api.reset()
        hasLaunchedRuntime = false
        let variables = sandbox.variables(api: server.address.description, logStream: name)
        let log = log
        extensions.launch(
            deployment.extensions,
            { sandbox.externalExtension($0, variables) },
            orphans: orphans,
            output: { log.output($0) }
        )
        memory.start { [weak self] in self?.processes.map(\.pid) ?? [] }
        if extensions.areRegistered { launchRuntime() }
    }

    private func launchRuntime() {
        hasLaunchedRuntime = true
        let variables = sandbox.variables(api: server.address.description, logStream: name)
        guard let child = sandbox.runtime(variables) else {
            return loop.later { [weak self] in self?.runtimeIsGone { FailureText.noBootstrap(requestID: $0) } }
        }
        do throws(SystemError) {
            let log = log
            let process = try RuntimeProcess(
                child,
                loop: loop,
                output: { log.output($0) },
                ended: { [weak self] in self?.runtimeEnded($0) }
            )
            self.process = process
            orphans.add(process.pid)
        } catch {
            let path = sandbox.shownPath(child.executable)
            loop.later { [weak self] in
                self?.runtimeIsGone { FailureText.cannotStart(path, error, requestID: $0) }
            }
        }
    }

    private var processes: [RuntimeProcess] { (process.map { [$0] } ?? []) + extensions.processes }

    private func freeze(_ frozen: Bool) {
        for process in processes { process.freeze(frozen) }
    }

    private func extensionsMoved() {
        if !hasLaunchedRuntime, extensions.areRegistered {
            guard phase == .initializing || phase == .invoking, !isResetting else { return }
            launchRuntime()
        } else {
            goOn()
        }
    }

    private func extensionFailed(_ type: String, _ message: String) {
        guard !isResetting else { return }
        let failure = FunctionFailure(type, message, requestID: invocation?.id)
        switch phase {
        case .initializing, .invoking: stopRuntime(failure)
        case .idle: process?.kill()
        case .new, .needsInit, .ended: break
        }
    }

    /// Goes on where the runtime and all extensions have come back for more.
    private func goOn() {
        guard api.state == .ready, extensions.areReady, !isResetting else { return }
        switch phase {
        case .initializing:
            limit?.cancel()
            process?.drainOutput()
            let duration = initBegan?.duration(to: .now) ?? .zero
            memory.look()
            initBegan = nil
            initDuration = duration
            logExtensions()
            log.event(.initReport(.initialization, duration: duration, failure: nil))
            beginInvocation()
        case .invoking:
            if initBegan != nil {
                initBegan = nil
                logExtensions()
                offer()
            } else if invocation?.progress == .done {
                finish()
            }
        case .new, .idle, .needsInit, .ended: break
        }
    }

    private func offer() {
        guard let invocation else { return }
        extensions.invoke(invocation)
        api.offer(invocation)
    }

    private func logExtensions() {
        for (name, events) in extensions.descriptions {
            log.event(.extensionState(name: name, state: "Ready", events: events, errorType: nil))
        }
    }

    private func runtimeReportedInitError(_ failure: FunctionFailure) {
        cause = failure
        initHasReported = true
        // It must exit now; one that does not is not waited for.
        let reporting = process
        loop.after(.milliseconds(500)) { if reporting?.isRunning == true { reporting?.kill() } }
    }

    private func runtimeEnded(_ end: ProcessEnd) {
        if let pid = process?.pid { orphans.remove(pid) }
        process = nil
        if phase == .idle { lateEnd = end }
        runtimeIsGone { FailureText.exit(end, requestID: $0) }
    }

    /// The process has ended, or there never was one: what else runs goes too, and then it is clear how to go on.
    private func runtimeIsGone(_ failure: @escaping (_ requestID: String?) -> FunctionFailure) {
        guard !isResetting else { return }
        isResetting = true
        limit?.cancel()
        governor?.stop()
        let reason = cause ?? failure(invocation?.id)
        if phase == .invoking { invocation?.fail(reason) }
        let word = phase == .ended ? "spindown" : reason.isTimeout ? "timeout" : "failure"
        extensions.shutDown(reason: word, within: shutdownBudget) { [weak self] in self?.afterReset(reason) }
    }

    private func afterReset(_ reason: FunctionFailure) {
        isResetting = false
        orphans.kill(api: server.address.description)
        server.closeConnections()
        api.reset()
        log.endLine()
        switch phase {
        case .initializing:
            let duration = initBegan?.duration(to: .now) ?? .zero
            initBegan = nil
            log.event(.initReport(.initialization, duration: duration, failure: reason))
            phase = .needsInit
            // Only an init that has said why it failed is not repeated within the invocation.
            if !initHasReported { cause = nil }
            beginInvocation()
        case .invoking:
            if let began = initBegan {
                log.event(.initReport(.invoke, duration: began.duration(to: .now), failure: reason))
                initBegan = nil
            }
            finish()
        case .idle: phase = .needsInit
        case .ended: finishEnding()
        case .new, .needsInit: break
        }
    }

    // MARK: - Limits

    private func initTookTooLong() {
        stopRuntime(FunctionFailure("Sandbox.Timedout", "Init timed out", requestID: nil, isTimeout: true))
    }

    private func invocationTookTooLong() {
        guard let invocation else { return }
        stopRuntime(FailureText.timeout(function.timeout, requestID: invocation.id))
    }

    private func memoryIsExceeded() {
        guard phase == .invoking || phase == .initializing else { return }
        stopRuntime(FailureText.outOfMemory(requestID: invocation?.id))
    }

    /// Ends the invocation, or the init, with a failure and the process with it.
    private func stopRuntime(_ failure: FunctionFailure) {
        guard !isResetting else { return }
        cause = failure
        limit?.cancel()
        // What it had written by then belongs to this invocation.
        for process in processes { process.drainOutput() }
        if phase == .invoking { invocation?.fail(failure) }
        if let process { process.kill() } else { runtimeIsGone { _ in failure } }
    }

    // MARK: - The end

    /// Ends what runs, as Lambda does it, and removes the folders; the invocation in progress, if any, fails.
    package func end(within budget: Duration, _ done: @escaping () -> Void) {
        guard phase != .ended else { return done() }
        limit?.cancel()
        memory.stop()
        governor?.stop()
        if let invocation {
            invocation.fail(FunctionFailure("Sandbox.Failure", "The simulator is stopped", requestID: invocation.id))
            finish()
        }
        phase = .ended
        onEnded = done
        onFree = {}
        shutdownBudget = budget
        if isResetting { return }
        guard let process else { return runtimeIsGone { FailureText.noBootstrap(requestID: $0) } }
        if function.freezes { freeze(false) }
        if extensions.isEmpty {
            process.kill()
        } else {
            // With extensions the runtime has a moment of its own to end.
            process.terminate()
            loop.after(budget * 3 / 20) { if process.isRunning { process.kill() } }
        }
    }

    private func finishEnding() {
        server.stop()
        workspace.remove(sandbox.folder)
        let done = onEnded
        onEnded = nil
        done?()
    }
}
