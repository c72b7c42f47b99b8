/// The life of one execution environment: a state machine without any I/O.
///
/// Whoever drives it tells it what has happened and carries out, in order, what ``handle(_:)`` returns. Processes, timers,
/// the Runtime API and the log are the driver's; when a call may begin, what a failure means for whom, and what comes
/// after it, is decided here alone. Any event may come in any state: one that means nothing there changes nothing, and a
/// call that cannot be taken is refused. Each call that began gets one answer, by its runtime (``Event/answered(_:)``) or by
/// one ``Action/fail(_:_:)``, and then one ``Action/finish(_:_:)``.
struct Lifecycle: Equatable {
    /// A call in it; the driver numbers them.
    typealias Call = Int

    /// How many calls it takes at once, and what follows from that.
    enum Kind: Equatable {
        /// One call at a time; a time-out resets the environment.
        case classic
        /// Several calls at once (Managed Instances); a time-out concerns its call alone.
        case concurrent(maximum: Int)
    }

    /// What the environment is doing.
    enum State: Equatable {
        /// Nothing has been started.
        case new
        /// Extensions and runtime are being started; not all have asked for their first event.
        case starting(Start)
        /// Everybody waits for an event.
        case idle
        /// Calls are in progress.
        case invoking([Running])
        /// There is no process; the next call starts one, or fails where a runtime had ended while nobody waited for it.
        case stopped(late: FailureReason?)
        /// Processes are being ended: nothing else may happen until they are.
        case resetting(Reset)
        /// Over.
        case ended
    }

    /// A call in progress.
    struct Running: Equatable {
        let call: Call
        /// Whether its caller has the answer.
        var isAnswered = false
    }

    /// A start of the processes.
    struct Start: Equatable {
        /// Before the first call, or within one, after a failure.
        var phase: InitPhase
        /// The calls that wait for it.
        var calls: [Running]
        /// Whether the runtime has been started, which happens once the extensions have registered.
        var hasRuntime = false
        /// What the runtime said of its own init, if it said that it failed.
        var report: FailureReason?
    }

    /// The end of all processes.
    struct Reset: Equatable {
        /// What comes after a reset.
        enum Next: Equatable {
            /// The next call starts the processes again.
            case stop(late: FailureReason?)
            /// The init is repeated within this call.
            case repeatInit(Running)
            /// The environment is over.
            case end
        }

        /// Why.
        var reason: FailureReason
        /// The init that was broken off, for the log.
        var phase: InitPhase?
        /// Calls to be finished once the processes are gone; all have been answered.
        var calls: [Call]
        /// What comes after it.
        var next: Next
    }

    /// Why processes are ended, in the word that extensions are told.
    enum ResetWord: String {
        case spindown, timeout, failure
    }

    /// What has happened.
    enum Event: Equatable {
        /// A call wants to begin.
        case begin(Call)
        /// It is to be started before there is a call: provisioned concurrency.
        case warm
        /// All external extensions have registered.
        case extensionsRegistered
        /// The runtime and all extensions have asked for their next event.
        case waiting
        /// The runtime has answered a call, whatever the answer was.
        case answered(Call)
        /// The runtime said that its init failed.
        case initError(FailureReason)
        /// The init took too long.
        case initTookTooLong(FailureReason)
        /// A call took too long.
        case callTookTooLong(Call, FailureReason)
        /// The processes use more memory than they may.
        case memoryExceeded(FailureReason)
        /// An extension has failed or ended.
        case extensionFailed(FailureReason)
        /// The runtime has ended, or could not be started.
        case runtimeEnded(FailureReason)
        /// No process is left after ``Action/reset(_:atOnce:)``.
        case processesGone
        /// The environment is to end.
        case end(FailureReason)
    }

    /// What is to be done.
    enum Action: Equatable {
        /// The init before the first call begins: the log says so, and its time runs.
        case beginInit
        /// Start the extensions; ``Event/extensionsRegistered`` follows.
        case launch
        /// Start the runtime.
        case startRuntime
        /// The runtime has said that it cannot go on: it must exit now, and one that does not is not waited for.
        case expectExit
        /// An init is over.
        case endInit(InitPhase, FailureReason?)
        /// The time of a call runs.
        case start(Call)
        /// Log a call's start.
        case logStart(Call)
        /// Let the processes run on: a call comes.
        case wake
        /// Hand a call to the runtime, and tell the extensions.
        case offer(Call)
        /// Answer a call that its runtime has not answered.
        case fail(Call, FailureReason)
        /// There is nothing to do: the processes may be stopped.
        case rest
        /// Report a call that is over, with what went wrong, if something did.
        case finish(Call, FailureReason?)
        /// End all processes; ``Event/processesGone`` follows, also where there are none.
        case reset(ResetWord, atOnce: Bool)
        /// Remove what belonged to the processes that have ended.
        case clean
        /// Remove the environment.
        case remove
    }

    let kind: Kind
    private(set) var state = State.new

    init(_ kind: Kind) { self.kind = kind }

    /// Whether it can take a call now.
    var isFree: Bool {
        switch (state, kind) {
        case (.new, _), (.idle, _), (.stopped, _): true
        case (.invoking(let calls), .concurrent(let maximum)): calls.count < maximum
        case (.starting(let start), .concurrent(let maximum)): start.calls.count < maximum
        case (.starting(let start), .classic): start.calls.isEmpty
        case (.invoking, _), (.resetting, _), (.ended, _): false
        }
    }

    /// Whether it will be free by itself: all callers have their answers, and only the processes have still to
    /// come back, or to go.
    var isFinishing: Bool {
        switch state {
        case .invoking(let calls): !isFree && calls.allSatisfy(\.isAnswered)
        case .resetting(let reset):
            switch reset.next {
            case .stop: true
            case .repeatInit, .end: false
            }
        case .new, .starting, .idle, .stopped, .ended: false
        }
    }

    /// How many calls it can take at once, once it is free.
    var capacity: Int {
        switch kind {
        case .classic: 1
        case .concurrent(let maximum): maximum
        }
    }

    /// Whether no call is in it; it may be starting.
    var isIdle: Bool {
        switch state {
        case .new, .idle, .stopped: true
        case .starting(let start): start.calls.isEmpty
        case .invoking, .resetting, .ended: false
        }
    }

    /// Handles an event.
    ///
    /// - Parameter event: What has happened.
    /// - Returns: What is to be done, in this order.
    mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .begin(let call): begin(call)
        case .warm: warm()
        case .extensionsRegistered: extensionsRegistered()
        case .waiting: everybodyWaits()
        case .answered(let call): answered(call)
        case .initError(let reason): initFailed(reason)
        case .initTookTooLong(let reason): initTookTooLong(reason)
        case .callTookTooLong(let call, let reason): callTookTooLong(call, reason)
        case .memoryExceeded(let reason): broke(reason, atOnce: true)
        case .extensionFailed(let reason), .runtimeEnded(let reason): broke(reason)
        case .processesGone: processesGone()
        case .end(let reason): end(reason)
        }
    }

    mutating func go(to next: State) { state = next }
}

/// Which part of an environment's life an init belongs to.
enum InitPhase: String {
    /// Before the first call.
    case initialization = "init"
    /// Within a call, after a failure.
    case invoke
}
