import LambdaWire
import HTTPWire
import Platform

/// One execution environment: a runtime's process with its folders and its Runtime API, and the life that Lambda gives it.
///
/// It takes one invocation at a time: init, then invocations; after a crash or a time-out the process is started again
/// within the next invocation, in the same folders. See section "Environments" of docs/simulator.md.
package final class ExecutionEnvironment: Environment {
    enum Phase {
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

    let function: FunctionConfiguration
    let loop: EventLoop
    let workspace: Workspace
    let orphans: Orphans
    let log: FunctionLog
    let api: RuntimeAPI
    let server: HTTPServer
    let starter: ProcessStarter
    let memory: MemoryMeter
    let extensions: ExtensionHost
    let governor: CPUGovernor?
    var phase = Phase.new
    var process: RuntimeProcess?
    var invocation: Invocation?
    var startTime = Timestamp(milliseconds: 0)
    /// When the process of a suppressed init was started, until the runtime is ready.
    var initBegan: ContinuousClock.Instant?
    var initDuration: Duration?
    var limit: EventLoop.Timer?
    /// Why the process is being killed, or what it said before it ended.
    var cause: FunctionFailure?
    /// Why a runtime ended while nobody was waiting for it.
    var lateFailure: FailureText.Reason?
    var initHasReported = false
    var hasLaunchedRuntime = false
    /// Whether processes are being ended, and nothing else may happen until they are.
    var isResetting = false
    /// How long extensions may take to end.
    var shutdownBudget = Duration.seconds(2)
    var onEnded: (() -> Void)?

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
        starter = try ProcessStarter(function, deployment, context: context, write: write)
        name = starter.name
        log = starter.log
        memory = MemoryMeter(limit: function.memory << 20, loop: context.loop)
        extensions = ExtensionHost(function, loop: context.loop)
        api = RuntimeAPI(loop: context.loop)
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

    func beginInit() {
        phase = .initializing
        initBegan = .now
        log.event(.initStart(function))
        limit = loop.after(function.initLimit) { [weak self] in self?.initTookTooLong() }
        launch()
    }

    func beginInvocation() {
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
        } else if let failure = lateFailure {
            lateFailure = nil
            invocation.fail(failure(invocation.id))
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

    func finish() {
        guard let invocation else { return }
        limit?.cancel()
        governor?.stop()
        for process in processes { process.drainOutput() }
        memory.stop()
        let report = InvocationReport(
            of: invocation,
            start: startTime,
            initDuration: initDuration,
            memorySize: function.memory,
            maximumMemoryUsed: memory.peakMegabytes,
            environment: name
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

    // MARK: - Limits

    func initTookTooLong() {
        stopRuntime(FunctionFailure(ErrorType.sandboxTimedOut, "Init timed out", requestID: nil, isTimeout: true))
    }

    func invocationTookTooLong() {
        guard let invocation else { return }
        stopRuntime(FailureText.timeout(function.timeout, requestID: invocation.id))
    }

    func memoryIsExceeded() {
        guard phase == .invoking || phase == .initializing else { return }
        stopRuntime(FailureText.outOfMemory(requestID: invocation?.id))
    }

    /// Ends the invocation, or the init, with a failure and the process with it.
    func stopRuntime(_ failure: FunctionFailure) {
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
            invocation.fail(
                FunctionFailure(ErrorType.sandboxFailure, "The simulator is stopped", requestID: invocation.id)
            )
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

    func finishEnding() {
        server.stop()
        workspace.remove(starter.sandbox.folder)
        let done = onEnded
        onEnded = nil
        done?()
    }
}
