import LambdaWire
import Platform

/// One function with its environments: each call gets an environment of its own, an idle one or a new one.
package final class FunctionService {
    /// How long a call waits for an environment that has answered and is only finishing, before a new one is made.
    private static let patience = Duration.milliseconds(20)
    /// How long calls wait for a changed target that is still being written.
    private static let codePatience = Duration.seconds(5)

    /// What is called.
    package private(set) var function: FunctionConfiguration
    /// All environments, the newest last.
    package private(set) var environments: [ExecutionEnvironment] = []

    private let context: SimulatorContext
    private let write: ([UInt8]) -> Void
    private var deployment: Deployment
    private var watcher: TargetWatcher?
    /// Calls that wait for an environment that is finishing.
    private var waiting: [(invocation: Invocation, timer: EventLoop.Timer?)] = []
    /// Calls that wait for a changed target to be quiet.
    private var waitingForCode: [Invocation] = []
    private var codeTimer: EventLoop.Timer?
    private var codeDeadline = ContinuousClock.Instant.now
    /// Environments that are ending; they must live until they have.
    private var leaving: [ExecutionEnvironment] = []
    private var onEmpty: (() -> Void)?
    private var housekeeping: EventLoop.Timer?
    private var isStopped = false

    /// Prepares a function; nothing is started before the first call.
    ///
    /// - Parameters:
    ///   - function: What is called.
    ///   - watches: Whether a changed target is taken for the next call.
    ///   - context: What the simulator's parts share.
    ///   - write: Gets lines of the log.
    /// - Throws: ``SimError`` where the target cannot be unpacked.
    package init(
        _ function: FunctionConfiguration,
        watches: Bool,
        context: SimulatorContext,
        write: @escaping ([UInt8]) -> Void
    ) throws(SimError) {
        self.function = function
        self.context = context
        self.write = write
        deployment = try Deployment(function, in: context)
        for note in deployment.notes { write(Array("shim-sim: \(note)\n".utf8)) }
        if watches { watcher = TargetWatcher([function.target.path] + function.layers) }
        scheduleHousekeeping()
        if function.provisioned > 0 { context.loop.later { [weak self] in self?.warm() } }
    }

    // MARK: - Provisioned concurrency

    /// How far the environments are that are started before there is a call.
    struct Provision: Equatable {
        static let none = Provision(ready: 0, hasFailed: false)

        /// How many have been through their init.
        let ready: Int
        /// Whether the init of one has failed.
        let hasFailed: Bool
    }

    /// How far the provisioned environments are.
    var provision: Provision {
        let all = environments.filter(\.isProvisioned)
        return Provision(
            ready: all.count { !$0.isWarming },
            hasFailed: all.contains(where: \.hasFailedInit)
        )
    }

    /// How many environments there may be: provisioned ones beside those that calls bring about.
    private var limit: Int { function.concurrency + function.provisioned }

    private func warm() {
        guard !isStopped else { return }
        do throws(ServiceError) {
            for _ in 0..<function.provisioned { try newEnvironment(for: nil, isProvisioned: true).warm() }
        } catch {
            write(Array("shim-sim: the provisioned environments are not all started: \(error)\n".utf8))
        }
    }

    /// Whether there is a bootstrap to start; without one, every call fails as on Lambda.
    package var hasBootstrap: Bool { deployment.bootstrap != nil }

    /// How many calls are in progress or wait for an environment.
    var inProgress: Int { waiting.count + environments.filter { !$0.isIdle }.count }

    /// Sets how many environments there may be from now on; those that are too many end when they are next idle.
    func setConcurrency(_ limit: Int) { function.concurrency = limit }

    // MARK: - Calls

    /// Starts a call.
    ///
    /// - Throws: ``ServiceError/tooManyRequests`` where every environment is busy and no other may be made.
    package func invoke(_ invocation: Invocation) throws(ServiceError) {
        guard !isStopped else { throw .service("The simulator is stopping") }
        guard hasQuietCode else {
            waitingForCode.append(invocation)
            return
        }
        let tenant = invocation.context.tenantID
        if let environment = freeEnvironment(of: tenant) { return environment.begin(invocation) }
        let finishing = environments.filter { $0.isFinishing && $0.tenantID == tenant }.map(\.capacity).reduce(0, +)
        if finishing > waiting.count(where: { $0.invocation.context.tenantID == tenant }) {
            // It takes a runtime less than a millisecond to come back for the next event, and a new one much longer.
            let timer =
                environments.count < limit
                ? context.loop.after(Self.patience) { [weak self] in self?.stopWaiting(invocation) } : nil
            waiting.append((invocation, timer))
            return
        }
        guard hasRoom(for: tenant) else {
            // One of another tenant that has answered makes room as soon as it is idle.
            let leaving = environments.count { $0.isFinishing && $0.tenantID != tenant }
            guard leaving > waiting.count else { throw .tooManyRequests }
            waiting.append((invocation, nil))
            return
        }
        try newEnvironment(for: tenant).begin(invocation)
    }

    /// A provisioned one if one is ready, else the free one that was used last: the others idle until they are ended.
    ///
    /// No call waits for the init of a provisioned one, or goes to one whose init has failed (localstack
    /// test_provisioned_concurrency_init_failure, test_lambda_provisioned_concurrency_scheduling).
    private func freeEnvironment(of tenant: String?) -> ExecutionEnvironment? {
        let free = environments.filter {
            $0.isFree && !$0.isWarming && !$0.hasFailedInit && $0.tenantID == tenant && $0.deployment === deployment
        }
        return free.max { ($0.isProvisioned ? 1 : 0, $0.idleSince) < ($1.isProvisioned ? 1 : 0, $1.idleSince) }
    }

    /// Whether there may be one more, for which the one of another tenant that has been idle longest makes room.
    private func hasRoom(for tenant: String?) -> Bool {
        if environments.count < limit { return true }
        let others = environments.filter { $0.isIdle && $0.tenantID != tenant }
        guard let oldest = others.min(by: { $0.idleSince < $1.idleSince }) else { return false }
        end(oldest)
        return environments.count < limit
    }

    private func stopWaiting(_ invocation: Invocation) {
        guard let index = waiting.firstIndex(where: { $0.invocation === invocation }) else { return }
        guard hasRoom(for: invocation.context.tenantID) else { return }
        waiting.remove(at: index)
        do throws(ServiceError) {
            try newEnvironment(for: invocation.context.tenantID).begin(invocation)
        } catch {
            invocation.abandon(FunctionFailure(ErrorType.sandboxFailure, "\(error)", requestID: invocation.id))
        }
    }

    private func newEnvironment(
        for tenant: String?,
        isProvisioned: Bool = false
    ) throws(ServiceError) -> ExecutionEnvironment {
        do throws(SimError) {
            var function = function
            // What comes on top of the provisioned ones is as without any.
            if !isProvisioned { function.provisioned = 0 }
            let environment = try ExecutionEnvironment(
                function,
                deployment,
                tenantID: tenant,
                context: context,
                write: write
            )
            environment.owner = self
            environments.append(environment)
            return environment
        } catch {
            throw .service("\(error)")
        }
    }

    private func isFreeAgain(_ environment: ExecutionEnvironment) {
        guard environments.contains(where: { $0 === environment }), environment.isFree else { return }
        if isStopped || environment.deployment !== deployment {
            guard environment.isIdle else { return }
            end(environment)
            // Its place is free for a call that waited for it.
            startNextWaiting()
        } else {
            while environment.isFree, !environment.hasFailedInit,
                let next = waiting.firstIndex(where: { $0.invocation.context.tenantID == environment.tenantID })
            {
                let (invocation, timer) = waiting.remove(at: next)
                timer?.cancel()
                environment.begin(invocation)
            }
            // Who still waits, then, is of another tenant.
            if environment.isIdle { startNextWaiting() }
        }
    }

    private func startNextWaiting() {
        guard let first = waiting.first else { return }
        guard hasRoom(for: first.invocation.context.tenantID) else { return }
        first.timer?.cancel()
        stopWaiting(first.invocation)
    }

    // MARK: - The code

    /// Whether the code is that of the target; a changed target is taken, what runs is finished with the old code.
    ///
    /// - Returns: `false` where the target is being written: the call must wait.
    private var hasQuietCode: Bool {
        guard let watcher else { return true }
        if codeTimer != nil { return false }
        switch watcher.look() {
        case .same: return true
        case .changed:
            takeNewCode()
            return true
        case .moving:
            codeDeadline = .now.advanced(by: Self.codePatience)
            lookAgain(watcher)
            return false
        }
    }

    private func lookAgain(_ watcher: TargetWatcher) {
        codeTimer = context.loop.after(TargetWatcher.quietTime) { [weak self] in
            guard let self, !isStopped else { return }
            switch watcher.look() {
            case .moving where ContinuousClock.Instant.now < codeDeadline: return lookAgain(watcher)
            // A target that never stops changing is not waited for.
            case .same, .moving: break
            case .changed: takeNewCode()
            }
            codeTimer = nil
            let calls = waitingForCode
            waitingForCode = []
            for call in calls { admit(call) }
        }
    }

    /// Starts a call that has waited, or lets it wait for the next free environment.
    private func admit(_ invocation: Invocation) {
        do throws(ServiceError) {
            try invoke(invocation)
        } catch .tooManyRequests {
            waiting.append((invocation, nil))
        } catch {
            invocation.abandon(FunctionFailure(ErrorType.sandboxFailure, "\(error)", requestID: invocation.id))
        }
    }

    private func takeNewCode() {
        watcher?.take()
        do throws(SimError) {
            deployment = try Deployment(function, in: context)
            for environment in environments where environment.isIdle { end(environment) }
        } catch .interrupted {
            // The loop reads the signal in its next turn.
        } catch {
            write(Array("shim-sim: the changed target is not usable yet, the old one goes on: \(error)\n".utf8))
        }
    }

    // MARK: - The end of environments

    private func scheduleHousekeeping() {
        housekeeping = context.loop.after(.seconds(1)) { [weak self] in
            guard let self, !isStopped else { return }
            context.orphans.reap()
            if let limit = function.idleTime {
                for environment in environments
                where environment.isIdle && !environment.isProvisioned
                    && environment.idleSince.duration(to: .now) > limit
                {
                    end(environment)
                }
            }
            scheduleHousekeeping()
        }
    }

    private func end(_ environment: ExecutionEnvironment) {
        environments.removeAll { $0 === environment }
        leaving.append(environment)
        environment.end(within: isStopped ? .milliseconds(300) : .seconds(2)) { [weak self] in
            guard let self else { return }
            leaving.removeAll { $0 === environment }
            if leaving.isEmpty, environments.isEmpty { onEmpty?() }
        }
    }

    /// Ends everything.
    ///
    /// - Parameters:
    ///   - waits: Whether calls in progress may finish first.
    ///   - done: Called when no process is left; a second stop, without waiting, is allowed.
    package func stop(waits: Bool, _ done: @escaping () -> Void) {
        isStopped = true
        housekeeping?.cancel()
        onEmpty = done
        for (invocation, timer) in waiting {
            timer?.cancel()
            invocation.abandon(
                FunctionFailure(ErrorType.sandboxFailure, "The simulator is stopped", requestID: invocation.id)
            )
        }
        waiting = []
        codeTimer?.cancel()
        for invocation in waitingForCode {
            invocation.abandon(
                FunctionFailure(ErrorType.sandboxFailure, "The simulator is stopped", requestID: invocation.id)
            )
        }
        waitingForCode = []
        // The others end when they are free.
        for environment in environments where !waits || environment.isIdle { end(environment) }
        if environments.isEmpty, leaving.isEmpty { context.loop.later(done) }
    }
}

extension FunctionService: EnvironmentOwner {
    package func environmentIsFree(_ environment: ExecutionEnvironment) {
        // Not in the middle of the caller's own work: an answer may come at once.
        context.loop.later { [weak self] in self?.isFreeAgain(environment) }
    }

    package func environment(_ environment: ExecutionEnvironment, finished report: InvocationReport) {
        context.history.add(report, of: function.label)
    }
}
