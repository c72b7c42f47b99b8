import HTTPWire
import Platform

/// The owner of an environment, which is told what happens to it.
package protocol EnvironmentOwner: AnyObject {
    /// It can take another call.
    func environmentIsFree(_ environment: ExecutionEnvironment)
    /// It has finished a call, whose caller has heard of it just before.
    func environment(_ environment: ExecutionEnvironment, finished report: InvocationReport)
}

/// One execution environment: a runtime's process with its folders and its Runtime API, and the life that Lambda gives it.
///
/// What happens when is decided by ``Lifecycle``: everything here sends it events and carries out its actions. See section
/// "Environments" of docs/reference/shim-sim.md.
package final class ExecutionEnvironment {
    private struct Entry {
        let invocation: Invocation
        var start = Timestamp(milliseconds: 0)
        var limit: EventLoop.Timer?
    }

    /// The name of its log stream, which names the environment too.
    package let name: String
    /// The code it runs.
    package let deployment: Deployment
    /// The tenant whose calls it takes, if calls name one.
    let tenantID: String?
    /// The owner, who is told.
    package weak var owner: (any EnvironmentOwner)?
    /// When it last finished a call.
    package private(set) var idleSince = ContinuousClock.Instant.now

    let function: FunctionConfiguration
    let loop: EventLoop
    let log: FunctionLog
    let api: any RuntimeCalls
    let server: HTTPServer
    let processes: EnvironmentProcesses
    let memory: MemoryMeter
    private let governor: CPUGovernor?
    private let context: SimulatorContext
    private let folder: String
    private var life: Lifecycle
    private var events: [Lifecycle.Event] = []
    private var isHandling = false
    private var calls: [Lifecycle.Call: Entry] = [:]
    private var lastCall = 0
    private var initBegan: ContinuousClock.Instant?
    private var initDuration: Duration?
    private var initLimit: EventLoop.Timer?
    private var onEnded: (() -> Void)?

    /// Makes the folders and the Runtime API; nothing is started before the first call.
    package init(
        _ function: FunctionConfiguration,
        _ deployment: Deployment,
        tenantID: String?,
        context: SimulatorContext,
        write: @escaping ([UInt8]) -> Void
    ) throws(SimError) {
        var function = function
        self.tenantID = tenantID
        // Managed Instances have no other form.
        if function.maximumConcurrency != nil { function.logFormat = .json }
        self.function = function
        self.deployment = deployment
        self.context = context
        loop = context.loop
        let starter = try ProcessStarter(function, deployment, context: context, write: write)
        name = starter.name
        log = starter.log
        folder = starter.sandbox.folder
        memory = MemoryMeter(limit: function.memory << 20, loop: context.loop)
        let extensions = ExtensionHost(function, loop: context.loop)
        if let maximum = function.maximumConcurrency {
            life = Lifecycle(.concurrent(maximum: maximum))
            api = ConcurrentRuntimeAPI(loop: context.loop)
            governor = nil
        } else {
            life = Lifecycle(.classic)
            api = RuntimeAPI(loop: context.loop)
            governor = function.limitsCPU ? CPUGovernor(share: function.cpuShare, loop: context.loop) : nil
        }
        server = try HTTPServer.runtimeAPI(loop: context.loop, api, extensions)
        processes = EnvironmentProcesses(starter, extensions, api: server.address.description, context: context)
        api.environment = self
        extensions.environment = self
        processes.environment = self
    }

    /// Whether it can take a call now.
    package var isFree: Bool { life.isFree }

    /// Whether it will be free soon: it has answered all callers, and is only to finish its work.
    package var isFinishing: Bool { life.isFinishing }

    /// How many calls it takes at once.
    package var capacity: Int { life.capacity }

    /// Whether nothing runs in it.
    package var isIdle: Bool { life.isIdle }

    /// What it is doing, for people.
    package var stateName: String {
        switch life.state {
        case .new: "new"
        case .starting(let start): start.phase == .initialization ? "init" : "running"
        case .idle: "idle"
        case .invoking(let calls): life.capacity == 1 ? "running" : "running \(calls.count)"
        case .stopped: "stopped"
        case .resetting: "resetting"
        case .ended: "ended"
        }
    }

    /// Starts a call; one that comes while the environment is not free fails.
    package func begin(_ invocation: Invocation) {
        lastCall += 1
        invocation.call = lastCall
        calls[lastCall] = Entry(invocation: invocation)
        if life.capacity == 1 { log.forget() }
        send(.begin(lastCall))
    }

    /// Whether it is one of those that are started before there is a call.
    var isProvisioned: Bool { function.provisioned > 0 }

    /// Starts the processes before there is a call.
    func warm() { send(.warm) }

    /// Whether it is being started, and no call waits for it.
    var isWarming: Bool {
        if case .starting(let start) = life.state { return start.calls.isEmpty }
        return false
    }

    /// Whether its init has failed, and nobody has called it since.
    var hasFailedInit: Bool { life.state == .stopped(late: nil) && lastCall == 0 }

    /// Ends what runs, as Lambda does it, and removes the folders; calls in progress fail.
    ///
    /// - Parameters:
    ///   - budget: How long extensions may take.
    ///   - done: Called when nothing is left.
    package func end(within budget: Duration, _ done: @escaping () -> Void) {
        if case .ended = life.state { return done() }
        processes.budget = budget
        onEnded = done
        owner = nil
        send(.end(.stopped))
    }

    // MARK: - Events

    /// Takes an event; those that come while another one is handled wait for their turn.
    func send(_ event: Lifecycle.Event) {
        events.append(event)
        guard !isHandling else { return }
        isHandling = true
        let wasFree = life.isFree
        var hasFinished = false
        while !events.isEmpty {
            for action in life.handle(events.removeFirst()) {
                if case .finish = action { hasFinished = true }
                perform(action)
            }
        }
        isHandling = false
        if life.isFree, hasFinished || !wasFree { owner?.environmentIsFree(self) }
    }

    /// The runtime or an extension has come for its next event, or an extension has registered.
    func somebodyCame() {
        if processes.extensions.areRegistered { send(.extensionsRegistered) }
        if api.isReady, processes.extensions.areReady { send(.waiting) }
    }

    // MARK: - Actions

    private func perform(_ action: Lifecycle.Action) {
        switch action {
        case .beginInit: beginInit()
        case .launch: launch()
        case .startRuntime: processes.startRuntime()
        case .expectExit: processes.expectExit()
        case .endInit(let phase, let reason): endInit(phase, reason)
        case .start(let call): start(call)
        case .logStart(let call): with(call) { log.begin($0.invocation) }
        case .wake: wake()
        case .offer(let call): with(call) { offer($0.invocation) }
        case .fail(let call, let reason):
            with(call) {
                api.giveUp($0.invocation)
                $0.invocation.fail(reason.failure(requestID: $0.invocation.id))
            }
        case .rest: rest()
        case .finish(let call, let reason): finish(call, reason)
        case .reset(let word, let atOnce): reset(word, atOnce: atOnce)
        case .clean: clean()
        case .remove: remove()
        }
    }

    private func with(_ call: Lifecycle.Call, _ body: (Entry) -> Void) {
        if let entry = calls[call] { body(entry) }
    }

    private func beginInit() {
        initBegan = .now
        log.event(.initStart(function, environment: name))
        guard function.maximumConcurrency == nil else { return }
        initLimit = loop.after(function.initLimit) { [weak self] in self?.send(.initTookTooLong(.initTimeout)) }
    }

    private func launch() {
        initBegan = initBegan ?? .now
        processes.launchExtensions()
        watchMemory()
        governor?.start { [weak self] in self?.processes.freeze($0) }
        if processes.extensions.areRegistered { send(.extensionsRegistered) }
    }

    private func endInit(_ phase: InitPhase, _ reason: FailureReason?) {
        initLimit?.cancel()
        processes.drainOutput()
        let duration = initBegan?.duration(to: .now) ?? .zero
        initBegan = nil
        if reason == nil {
            memory.look()
            if phase == .initialization { initDuration = duration }
            for (name, events) in processes.extensions.descriptions {
                log.event(.extensionState(name: name, state: "Ready", events: events, errorType: nil))
            }
        }
        log.event(.initReport(function, phase, duration: duration, failure: reason?.failure(requestID: nil)))
    }

    private func start(_ call: Lifecycle.Call) {
        guard var entry = calls[call] else { return }
        entry.start = .now
        entry.invocation.started = .now
        entry.invocation.deadline = entry.start.advanced(by: function.timeout)
        let limit = function.timeout
        entry.limit = loop.after(limit) { [weak self] in self?.send(.callTookTooLong(call, .timeout(limit))) }
        calls[call] = entry
    }

    private func wake() {
        if function.freezes { processes.freeze(false) }
        watchMemory()
        governor?.start { [weak self] in self?.processes.freeze($0) }
    }

    private func watchMemory() {
        memory.start { [weak self] in
            self?.processes.ids ?? []
        } exceeded: { [weak self] in
            self?.send(.memoryExceeded(.outOfMemory))
        }
    }

    private func offer(_ invocation: Invocation) {
        if function.maximumConcurrency == nil { processes.extensions.invoke(invocation) }
        api.offer(invocation)
    }

    private func rest() {
        governor?.stop()
        memory.stop()
        if function.freezes { processes.freeze(true) }
    }

    private func finish(_ call: Lifecycle.Call, _ reason: FailureReason?) {
        guard let entry = calls.removeValue(forKey: call) else { return }
        entry.limit?.cancel()
        processes.drainOutput()
        if life.capacity > 1 { memory.look() }
        let invocation = entry.invocation
        if let reason { invocation.fail(reason.failure(requestID: invocation.id)) }
        var report = InvocationReport(
            of: invocation,
            start: entry.start,
            initDuration: initDuration,
            memorySize: function.memory,
            maximumMemoryUsed: memory.peakMegabytes,
            timeout: function.timeout,
            environment: name
        )
        initDuration = nil
        log.event(.runtimeDone(report, invocation.context))
        log.event(.report(report, invocation.context))
        (report.log, report.logStart) = (log.keptLog, log.invocationStart)
        idleSince = .now
        invocation.report(report)
        owner?.environment(self, finished: report)
    }

    // MARK: - The end of processes

    private func reset(_ word: Lifecycle.ResetWord, atOnce: Bool) {
        initLimit?.cancel()
        governor?.stop()
        // What it had written by then belongs to this call.
        processes.drainOutput()
        memory.stop()
        if function.freezes { processes.freeze(false) }
        processes.end(word, atOnce: atOnce)
    }

    private func clean() {
        context.orphans.kill(api: server.address.description)
        server.closeConnections()
        api.reset()
        log.endLine()
    }

    private func remove() {
        server.stop()
        context.workspace.remove(folder)
        let done = onEnded
        onEnded = nil
        done?()
    }
}
