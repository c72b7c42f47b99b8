import Platform

/// How a program answers events.
///
/// It gets an event and a writer for the response, and gives a verdict; it does not know the Runtime API.
/// One object per lane; everything is called on the loop's thread, and nothing blocks.
protocol Host: AnyObject {
    /// Does what belongs in Lambda's init.
    ///
    /// - Parameter done: Called with what keeps the host from ever answering, or `nil` once events may come.
    func start(_ done: @escaping (ShimError?) -> Void)

    /// Prepares what the next event needs and does not depend on it; nobody waits meanwhile.
    func prepare()

    /// Answers one event.
    ///
    /// - Parameters:
    ///   - invocation: The event.
    ///   - limit: When the program is stopped; `nil` where there is no deadline.
    ///   - writer: Takes the response.
    ///   - done: Called once, when the program is done with the event.
    func respond(
        to invocation: Invocation,
        within limit: TimeLimit?,
        into writer: any ResponseWriter,
        _ done: @escaping (Verdict) -> Void
    )

    /// The shim was told to end by a signal: so is the program that is answering an event, which still gets a verdict.
    func stop(_ signal: Int32)

    /// Ends what the last event left, once its answer is out.
    ///
    /// - Parameter done: Called with what keeps the host from going on, or `nil`.
    func tidy(_ done: @escaping (ShimError?) -> Void)

    /// Ends for good whatever still runs, with the usual time to do so.
    func close(_ done: @escaping () -> Void)

    /// Removes what is left on the disk; nothing runs any more.
    func cleanUp()
}

/// What the hosts of all lanes share.
struct HostContext {
    var loop: EventLoop
    var log: Log
    var reaper: Reaper
    var program: Program
    let configuration: Configuration
    let environment: ChildEnvironment
    /// Room for what one read gets.
    let buffer: UnsafeMutableRawBufferPointer
    /// What the Runtime API is told, `shim/1.0`.
    let userAgent: String
    /// Whether programs of several lanes run at once.
    let hasSeveralLanes: Bool

    /// The function's memory in MB, for messages.
    var memory: String? { configuration.memorySize }

    func childLog(_ requestID: String?) -> ChildLog {
        ChildLog(log: log, isShared: hasSeveralLanes, requestID: requestID)
    }
}
