/// An execution environment as the pool of a function sees it.
package protocol Environment: AnyObject {
    /// The name of its log stream, which names the environment too.
    var name: String { get }
    /// The code it runs.
    var deployment: Deployment { get }
    /// Whether it can take an invocation now.
    var isFree: Bool { get }
    /// Whether it has answered all callers and will be free soon: it is only to finish its work.
    var isFinishing: Bool { get }
    /// Whether nothing runs in it.
    var isIdle: Bool { get }
    /// When it last finished an invocation.
    var idleSince: ContinuousClock.Instant { get }
    /// What it is doing, for people.
    var stateName: String { get }
    /// Called when it can take another invocation.
    var onFree: () -> Void { get set }
    /// Starts an invocation; it must be free.
    func begin(_ invocation: Invocation)
    /// Ends what runs and removes the folders; invocations in progress fail. Extensions get so much time.
    func end(within budget: Duration, _ done: @escaping () -> Void)
}

extension FunctionConfiguration {
    /// Makes an environment of the kind that the function asks for; nothing is started before the first invocation.
    func makeEnvironment(
        _ deployment: Deployment,
        context: SimulatorContext,
        write: @escaping ([UInt8]) -> Void
    ) throws(SimError) -> any Environment {
        guard let maximumConcurrency else {
            return try ExecutionEnvironment(self, deployment, context: context, write: write)
        }
        return try ConcurrentEnvironment(
            self,
            maximum: maximumConcurrency,
            deployment,
            context: context,
            write: write
        )
    }
}
