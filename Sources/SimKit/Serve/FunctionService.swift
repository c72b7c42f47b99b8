import LambdaWire
import Platform

/// One function with its environments: each call gets an environment of its own, an idle one or a new one.
package final class FunctionService {
    /// How long a call waits for an environment that has answered and is only finishing, before a new one is made.
    private static let patience = Duration.milliseconds(20)

    /// What is called.
    package private(set) var function: FunctionConfiguration
    /// The last invocations, newest last, for the inspector.
    package private(set) var history: [InvocationReport] = []
    /// All environments, the newest last.
    package private(set) var environments: [any Environment] = []

    private let context: SimulatorContext
    private let write: ([UInt8]) -> Void
    private var deployment: Deployment
    private var watcher: TargetWatcher?
    /// Calls that wait for an environment that is finishing.
    private var waiting: [(invocation: Invocation, timer: EventLoop.Timer?)] = []
    /// Environments that are ending; they must live until they have.
    private var leaving: [any Environment] = []
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
        if watches { watcher = TargetWatcher([function.target.path] + function.layers) }
        scheduleHousekeeping()
    }

    /// Whether there is a bootstrap to start; without one, every call fails as on Lambda.
    package var hasBootstrap: Bool { deployment.bootstrap != nil }

    // MARK: - Calls

    /// Starts a call.
    ///
    /// - Throws: ``ServiceError/tooManyRequests`` where every environment is busy and no more may be made.
    package func invoke(_ invocation: Invocation) throws(ServiceError) {
        guard !isStopped else { throw .service("The simulator is stopping") }
        takeNewCode()
        if let environment = freeEnvironment { return start(invocation, in: environment) }
        if environments.filter(\.isFinishing).count > waiting.count {
            // It takes a runtime less than a millisecond to come back for the next event, and a new one much longer.
            let timer =
                environments.count < function.concurrency
                ? context.loop.after(Self.patience) { [weak self] in self?.stopWaiting(invocation) } : nil
            waiting.append((invocation, timer))
            return
        }
        guard environments.count < function.concurrency else { throw .tooManyRequests }
        start(invocation, in: try newEnvironment())
    }

    /// The free one that was used last, as on Lambda: the others idle until they are ended.
    private var freeEnvironment: (any Environment)? {
        environments.filter { $0.isFree && $0.deployment === deployment }.max { $0.idleSince < $1.idleSince }
    }

    private func stopWaiting(_ invocation: Invocation) {
        guard let index = waiting.firstIndex(where: { $0.invocation === invocation }) else { return }
        guard environments.count < function.concurrency else { return }
        waiting.remove(at: index)
        do throws(ServiceError) {
            start(invocation, in: try newEnvironment())
        } catch {
            invocation.abandon(FunctionFailure(ErrorType.sandboxFailure, "\(error)", requestID: invocation.id))
        }
    }

    private func start(_ invocation: Invocation, in environment: any Environment) {
        let deliver = invocation.deliver
        invocation.deliver = { [weak self] delivery in
            if case .reported(let report) = delivery { self?.remember(report) }
            deliver(delivery)
        }
        // Not in the middle of the caller's own work: an answer may come at once.
        environment.begin(invocation)
    }

    private func remember(_ report: InvocationReport) {
        history.append(report)
        if history.count > 100 { history.removeFirst(history.count - 100) }
    }

    private func newEnvironment() throws(ServiceError) -> any Environment {
        do throws(SimError) {
            let environment = try function.makeEnvironment(deployment, context: context, write: write)
            environment.onFree = { [weak self, weak environment] in
                guard let self, let environment else { return }
                context.loop.later { [weak self] in self?.isFreeAgain(environment) }
            }
            environments.append(environment)
            return environment
        } catch {
            throw .service("\(error)")
        }
    }

    private func isFreeAgain(_ environment: any Environment) {
        guard environments.contains(where: { $0 === environment }), environment.isFree else { return }
        if environment.deployment !== deployment {
            guard environment.isIdle else { return }
            end(environment)
            // Its place is free for a call that waited for it.
            if let first = waiting.first {
                first.timer?.cancel()
                stopWaiting(first.invocation)
            }
        } else if !waiting.isEmpty {
            let (invocation, timer) = waiting.removeFirst()
            timer?.cancel()
            start(invocation, in: environment)
        }
    }

    // MARK: - The code

    /// Takes a changed target for the calls from now on; what runs is finished with the old code.
    private func takeNewCode() {
        guard let watcher, watcher.hasChanged() else { return }
        do throws(SimError) {
            deployment = try Deployment(function, in: context)
            for environment in environments where environment.isIdle { end(environment) }
        } catch .interrupted {
            // The loop reads the signal next.
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
                where environment.isIdle && environment.idleSince.duration(to: .now) > limit {
                    end(environment)
                }
            }
            scheduleHousekeeping()
        }
    }

    private func end(_ environment: any Environment) {
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
        for environment in environments {
            if !waits || environment.isIdle {
                end(environment)
            } else {
                environment.onFree = { [weak self, weak environment] in
                    guard let self, let environment else { return }
                    context.loop.later { [weak self] in
                        guard let self, environments.contains(where: { $0 === environment }), environment.isIdle else {
                            return
                        }
                        end(environment)
                    }
                }
            }
        }
        if environments.isEmpty, leaving.isEmpty { context.loop.later(done) }
    }
}
