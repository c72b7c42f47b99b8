import LambdaWire
import HTTPWire
import Platform

/// An environment that takes several invocations at once, as on Lambda Managed Instances.
///
/// A time-out ends the invocation and leaves the process alone; the end of the process ends all invocations, and the next
/// one starts it again. Nothing is frozen, and the log is always JSON.
package final class ConcurrentEnvironment: Environment {
    private struct Running {
        let invocation: Invocation
        let start: Timestamp
        let timer: EventLoop.Timer
    }

    package let name: String
    package let deployment: Deployment
    package var onFree: () -> Void = {}
    package private(set) var idleSince = ContinuousClock.Instant.now

    private let function: FunctionConfiguration
    private let maximum: Int
    private let loop: EventLoop
    private let workspace: Workspace
    private let orphans: Orphans
    private let log: FunctionLog
    private let api: ConcurrentRuntimeAPI
    private let extensions: ExtensionHost
    private let server: HTTPServer
    private let starter: ProcessStarter
    private let memory: MemoryMeter
    private var process: RuntimeProcess?
    private var running: [String: Running] = [:]
    /// Those for which no poller has come yet, in order.
    private var pending: [Invocation] = []
    private var initBegan: ContinuousClock.Instant?
    private var initDuration: Duration?
    /// Why the process is being killed, or what it said before it ended; Lambda's own words name the request.
    private var cause: FailureText.Reason?
    private var isOver = false
    private var onEnded: (() -> Void)?

    /// Makes the folders and the Runtime API; nothing is started before the first invocation.
    package init(
        _ function: FunctionConfiguration,
        maximum: Int,
        _ deployment: Deployment,
        context: SimulatorContext,
        write: @escaping ([UInt8]) -> Void
    ) throws(SimError) {
        var function = function
        function.logFormat = .json
        self.function = function
        self.maximum = maximum
        self.deployment = deployment
        loop = context.loop
        workspace = context.workspace
        orphans = context.orphans
        starter = try ProcessStarter(function, deployment, context: context, write: write)
        name = starter.name
        log = starter.log
        memory = MemoryMeter(limit: function.memory << 20, loop: context.loop)
        extensions = ExtensionHost(function, loop: context.loop)
        api = ConcurrentRuntimeAPI(loop: context.loop)
        server = try HTTPServer.runtimeAPI(loop: context.loop, api, extensions)
        api.onPoller = { [weak self] in self?.handOut() }
        api.onAnswered = { [weak self] in self?.finish($0) }
        api.onInitError = { [weak self] in self?.initFailed($0) }
        extensions.onProgress = { [weak self] in self?.extensionsMoved() }
        extensions.onFailure = { [weak self] in
            let (type, message) = ($0, $1)
            self?.stopRuntime { FunctionFailure(type, message, requestID: $0) }
        }
        memory.onExceeded = { [weak self] in self?.stopRuntime { FailureText.outOfMemory(requestID: $0) } }
    }

    package var isFree: Bool { !isOver && running.count < maximum }
    package var isFinishing: Bool { false }
    package var isIdle: Bool { !isOver && running.isEmpty }
    package var stateName: String { isOver ? "ended" : running.isEmpty ? "idle" : "running \(running.count)" }

    package func begin(_ invocation: Invocation) {
        let start = Timestamp.now
        invocation.started = .now
        invocation.deadline = start.advanced(by: function.timeout)
        let timer = loop.after(function.timeout) { [weak self, weak invocation] in
            guard let self, let invocation else { return }
            tookTooLong(invocation)
        }
        running[invocation.id] = Running(invocation: invocation, start: start, timer: timer)
        pending.append(invocation)
        log.event(.start(requestID: invocation.id, traceID: invocation.traceID))
        if process == nil, initBegan == nil { launch() } else { handOut() }
    }

    private func handOut() {
        extensions.isOpen = false
        guard extensions.areReady else { return }
        if let began = initBegan {
            initBegan = nil
            let duration = began.duration(to: .now)
            initDuration = duration
            log.event(.initReport(.initialization, duration: duration, failure: nil))
        }
        while api.hasPoller, !pending.isEmpty { api.offer(pending.removeFirst()) }
    }

    private func launch() {
        api.reset()
        cause = nil
        initBegan = .now
        log.event(.initStart(function))
        starter.launchExtensions(extensions, api: server.address.description)
        memory.start { [weak self] in
            guard let self else { return [] }
            return (process.map { [$0.pid] } ?? []) + extensions.processes.map(\.pid)
        }
        if extensions.areRegistered { launchRuntime() }
    }

    private func extensionsMoved() {
        if process == nil, initBegan != nil, extensions.areRegistered { launchRuntime() } else { handOut() }
    }

    private func launchRuntime() {
        process = starter.launchRuntime(
            api: server.address.description,
            ended: { [weak self] in self?.runtimeEnded($0) },
            failed: { [weak self] in self?.runtimeIsGone($0) }
        )
    }

    private func finish(_ invocation: Invocation) {
        guard let entry = running.removeValue(forKey: invocation.id) else { return }
        entry.timer.cancel()
        pending.removeAll { $0 === invocation }
        process?.drainOutput()
        memory.look()
        var report = InvocationReport(
            of: invocation,
            start: entry.start,
            initDuration: initDuration,
            memorySize: function.memory,
            maximumMemoryUsed: memory.peakMegabytes,
            environment: name
        )
        initDuration = nil
        log.event(.report(report, traceID: invocation.traceID))
        report.log = log.keptLog
        idleSince = .now
        invocation.report(report)
        onFree()
    }

    private func tookTooLong(_ invocation: Invocation) {
        api.giveUp(invocation)
        invocation.fail(FailureText.timeout(function.timeout, requestID: invocation.id))
        finish(invocation)
    }

    private func initFailed(_ failure: FunctionFailure) {
        cause = { _ in failure }
        let reporting = process
        loop.after(.milliseconds(500)) { if reporting?.isRunning == true { reporting?.kill() } }
    }

    private func stopRuntime(_ failure: @escaping FailureText.Reason) {
        cause = failure
        if let process { process.kill() } else { runtimeIsGone(failure) }
    }

    private func runtimeEnded(_ failure: @escaping FailureText.Reason) {
        if let pid = process?.pid { orphans.remove(pid) }
        process = nil
        runtimeIsGone(failure)
    }

    private func runtimeIsGone(_ failure: @escaping FailureText.Reason) {
        let reason = cause ?? failure
        memory.stop()
        extensions.shutDown(reason: isOver ? "spindown" : "failure", within: .seconds(2)) { [weak self] in
            self?.afterReset(reason)
        }
    }

    private func afterReset(_ reason: FailureText.Reason) {
        orphans.kill(api: server.address.description)
        server.closeConnections()
        api.reset()
        if let began = initBegan {
            log.event(.initReport(.initialization, duration: began.duration(to: .now), failure: reason(nil)))
        }
        initBegan = nil
        for entry in running.values {
            entry.invocation.fail(reason(entry.invocation.id))
            finish(entry.invocation)
        }
        guard isOver else { return }
        server.stop()
        workspace.remove(starter.sandbox.folder)
        let done = onEnded
        onEnded = nil
        done?()
    }

    package func end(within budget: Duration, _ done: @escaping () -> Void) {
        guard !isOver else { return done() }
        isOver = true
        onEnded = done
        onFree = {}
        let stopped = FunctionFailure(ErrorType.sandboxFailure, "The simulator is stopped", requestID: nil)
        for entry in running.values {
            entry.invocation.fail(stopped)
            finish(entry.invocation)
        }
        stopRuntime { _ in stopped }
    }
}
