import Testing

@testable import SimKit

/// The life of an environment, transition by transition.
@Suite struct LifecycleTests {
    private static let exit = FailureReason.exit(.exited(status: 3))
    private static let timeout = FailureReason.timeout(.seconds(3))
    private static let reported = FailureReason(
        reported: FunctionFailure(type: "Function.Own", payload: [], contentType: "application/json")
    )

    /// One event of each kind, with call 1 where it is about a call; 9 is a call that nobody knows.
    private static let events: [(name: String, event: Lifecycle.Event)] = [
        ("begin", .begin(2)), ("warm", .warm), ("registered", .extensionsRegistered), ("waiting", .waiting),
        ("answered", .answered(1)),
        ("answered-unknown", .answered(9)), ("init-error", .initError(reported)),
        ("init-timeout", .initTookTooLong(.initTimeout)), ("timeout", .callTookTooLong(1, timeout)),
        ("timeout-unknown", .callTookTooLong(9, timeout)), ("memory", .memoryExceeded(.outOfMemory)),
        ("extension", .extensionFailed(.extensionExit(.exited(status: 1)))), ("exit", .runtimeEnded(exit)),
        ("gone", .processesGone), ("end", .end(.stopped)),
    ]

    /// Ways to each state, as events.
    private static let ways: [(name: String, events: [Lifecycle.Event])] = [
        ("new", []),
        ("warming", [.warm]),
        ("warming-runtime", [.warm, .extensionsRegistered]),
        ("reset-warming", [.warm, .extensionsRegistered, .runtimeEnded(exit)]),
        ("starting", [.begin(1)]),
        ("starting-runtime", [.begin(1), .extensionsRegistered]),
        ("starting-reported", [.begin(1), .extensionsRegistered, .initError(reported)]),
        ("invoking", [.begin(1), .extensionsRegistered, .waiting]),
        ("answered", [.begin(1), .extensionsRegistered, .waiting, .answered(1)]),
        ("idle", [.begin(1), .extensionsRegistered, .waiting, .answered(1), .waiting]),
        ("reset-init", [.begin(1), .extensionsRegistered, .runtimeEnded(exit)]),
        ("repeating", [.begin(1), .extensionsRegistered, .runtimeEnded(exit), .processesGone]),
        (
            "repeating-reported",
            [
                .begin(1), .extensionsRegistered, .runtimeEnded(exit), .processesGone, .extensionsRegistered,
                .initError(reported),
            ]
        ),
        (
            "reset-repeated",
            [
                .begin(1), .extensionsRegistered, .runtimeEnded(exit), .processesGone, .extensionsRegistered,
                .runtimeEnded(exit),
            ]
        ),
        ("reset-call", [.begin(1), .extensionsRegistered, .waiting, .runtimeEnded(exit)]),
        ("reset-idle", [.begin(1), .extensionsRegistered, .waiting, .answered(1), .waiting, .runtimeEnded(exit)]),
        ("stopped", [.begin(1), .extensionsRegistered, .waiting, .runtimeEnded(exit), .processesGone]),
        (
            "stopped-late",
            [.begin(1), .extensionsRegistered, .waiting, .answered(1), .waiting, .runtimeEnded(exit), .processesGone]
        ),
        ("reset-end", [.begin(1), .end(.stopped)]),
        ("ended", [.end(.stopped)]),
    ]

    @Test(arguments: [true, false]) func everyPairOfStateAndEvent(isClassic: Bool) {
        var lines: [String] = []
        for (from, way) in Self.ways {
            var life = Lifecycle(isClassic ? .classic : .concurrent(maximum: 2))
            for event in way { _ = life.handle(event) }
            for (name, event) in Self.events {
                var next = life
                let actions = next.handle(event)
                guard next != life || !actions.isEmpty else { continue }
                let change = next == life ? "=" : Self.text(next.state)
                let words = [change] + (actions.isEmpty ? [] : [actions.map(Self.text).joined(separator: ", ")])
                lines.append("\(from) \(name): \(words.joined(separator: " "))")
            }
        }
        let table = isClassic ? LifecycleTable.classic : LifecycleTable.concurrent
        let expected = table.split(separator: "\n").map(String.init)
        #expect(lines.filter { !expected.contains($0) } == [])
        #expect(expected.filter { !lines.contains($0) } == [])
    }

    @Test func whatIsFreeCanTakeACall() {
        for kind in [Lifecycle.Kind.classic, .concurrent(maximum: 2)] {
            for (name, way) in Self.ways {
                var life = Lifecycle(kind)
                for event in way { _ = life.handle(event) }
                let isFree = life.isFree
                let refused = life.handle(.begin(7)).contains {
                    if case .fail(7, let reason) = $0 { reason != Self.exit } else { false }
                }
                #expect(isFree != refused, "\(kind) \(name)")
            }
        }
    }

    @Test func aResetIsNotFree() {
        for (name, way) in Self.ways where name.hasPrefix("reset") {
            var life = Lifecycle(.classic)
            for event in way { _ = life.handle(event) }
            #expect(!life.isFree && !life.isIdle, "\(name)")
            #expect(
                life.isFinishing == (["reset-call", "reset-idle", "reset-repeated", "reset-warming"].contains(name)),
                "\(name)"
            )
        }
    }

    /// A million events in any order: nothing traps, no call is forgotten, answered twice or handed out twice.
    @Test(arguments: [Lifecycle.Kind.classic, .concurrent(maximum: 3)])
    func aRandomWalkForgetsNobody(kind: Lifecycle.Kind) {
        var random = SplitMix(state: 20_261_125)
        var walk = Walk(kind)
        for _ in 0..<1_000_000 {
            walk.step(walk.anyEvent(&random))
            guard walk.problem == nil else { break }
        }
        walk.finish()
        #expect(walk.problem == nil)
        #expect(walk.calls > 100_000 && walk.ended > 1000)
    }

    // MARK: - Text

    private static func text(_ reason: FailureReason?) -> String {
        switch reason {
        case nil: "ok"
        case exit?: "exit"
        case timeout?: "timeout"
        case reported?: "reported"
        case let reason?: reason.type
        }
    }

    private static func text(_ calls: [Lifecycle.Running]) -> String {
        calls.map { "\($0.call)\($0.isAnswered ? "!" : "")" }.joined(separator: "+")
    }

    private static func text(_ state: Lifecycle.State) -> String {
        switch state {
        case .new: "new"
        case .starting(let start):
            "starting(\(start.phase.rawValue) \(text(start.calls))\(start.hasRuntime ? " runtime" : "")"
                + "\(start.report == nil ? "" : " reported"))"
        case .idle: "idle"
        case .invoking(let calls): "invoking(\(text(calls)))"
        case .stopped(let late): "stopped(\(text(late)))"
        case .resetting(let reset):
            switch reset.next {
            case .stop(let late): "resetting(then stopped(\(text(late))))"
            case .repeatInit(let running): "resetting(then init for \(running.call))"
            case .end: "resetting(then ended)"
            }
        case .ended: "ended"
        }
    }

    private static func text(_ action: Lifecycle.Action) -> String {
        switch action {
        case .beginInit: "beginInit"
        case .launch: "launch"
        case .startRuntime: "startRuntime"
        case .expectExit: "expectExit"
        case .endInit(let phase, let reason): "endInit(\(phase.rawValue) \(text(reason)))"
        case .start(let call): "start(\(call))"
        case .logStart(let call): "logStart(\(call))"
        case .wake: "wake"
        case .offer(let call): "offer(\(call))"
        case .fail(let call, let reason): "fail(\(call) \(text(reason)))"
        case .rest: "rest"
        case .finish(let call, let reason): "finish(\(call) \(text(reason)))"
        case .reset(let word, let atOnce): "reset(\(word.rawValue)\(atOnce ? " at once" : ""))"
        case .clean: "clean"
        case .remove: "remove"
        }
    }
}

/// A walk of events through one environment after the other, and what must hold on it.
private struct Walk {
    private struct Ledger {
        var offers = 0
        var answers = 0
        var starts = 0
        var logs = 0
        var isFinished = false
    }

    private(set) var problem: String?
    private(set) var calls = 0
    private(set) var ended = 0
    private let kind: Lifecycle.Kind
    private var life: Lifecycle
    private var open: [Lifecycle.Call: Ledger] = [:]
    private var hasProcesses = false
    private var hasRuntime = false
    private var isResetting = false

    init(_ kind: Lifecycle.Kind) {
        self.kind = kind
        life = Lifecycle(kind)
    }

    mutating func anyEvent(_ random: inout SplitMix) -> Lifecycle.Event {
        let exit = FailureReason.exit(.exited(status: 1))
        // Most calls that are named exist.
        let call = random.next() % 8 == 0 ? -1 : open.keys.max() ?? -1
        switch random.next() % 200 {
        case 0: return .end(.stopped)
        case 1...3: return .runtimeEnded(exit)
        case 4...6: return .extensionFailed(exit)
        case 7...8: return .memoryExceeded(.outOfMemory)
        case 9...10: return .initTookTooLong(.initTimeout)
        case 11...14: return .callTookTooLong(call, .timeout(.seconds(1)))
        case 15...18: return .initError(exit)
        case 19...60: return .extensionsRegistered
        case 61...100: return .waiting
        case 101...130: return .answered(call)
        case 131...160: return .processesGone
        case 161...163: return .warm
        default:
            calls += 1
            return .begin(calls)
        }
    }

    mutating func step(_ event: Lifecycle.Event) {
        switch event {
        case .begin(let call): open[call] = Ledger()
        case .answered(let call) where isInvoking(call): open[call]?.answers += 1
        case .processesGone where isResetting:
            isResetting = false
            hasProcesses = false
            hasRuntime = false
        default: break
        }
        for action in life.handle(event) { check(action) }
        if life.state == .ended {
            if let call = open.keys.first { problem = "call \(call) is forgotten" }
            ended += 1
            life = Lifecycle(kind)
        }
    }

    /// Ends the last environment; whoever still waits must have an answer then.
    mutating func finish() {
        step(.end(.stopped))
        step(.processesGone)
        if let call = open.keys.first { problem = problem ?? "call \(call) is forgotten at the end" }
    }

    private func isInvoking(_ call: Lifecycle.Call) -> Bool {
        guard case .invoking(let running) = life.state else { return false }
        return running.contains { $0.call == call && !$0.isAnswered }
    }

    private mutating func check(_ action: Lifecycle.Action) {
        switch action {
        case .launch:
            if hasProcesses || isResetting { problem = "processes are started twice" }
            hasProcesses = true
        case .startRuntime:
            if !hasProcesses || hasRuntime || isResetting { problem = "a runtime is started out of turn" }
            hasRuntime = true
        case .reset:
            if isResetting { problem = "a reset within a reset" }
            isResetting = true
        case .start(let call): open[call]?.starts += 1
        case .logStart(let call): open[call]?.logs += 1
        case .offer(let call):
            if !hasRuntime || isResetting { problem = "call \(call) is offered to nobody" }
            open[call]?.offers += 1
            if open[call]?.offers != 1 { problem = "call \(call) is delivered \(open[call]?.offers ?? 0) times" }
        case .fail(let call, _): open[call]?.answers += 1
        case .finish(let call, _):
            guard let ledger = open.removeValue(forKey: call) else {
                problem = "call \(call) is finished twice"
                return
            }
            if ledger.answers != 1 || ledger.starts != 1 || ledger.logs != 1 {
                problem = "call \(call) is finished with \(ledger)"
            }
        case .remove: if hasProcesses { problem = "processes are left" }
        case .beginInit, .endInit, .expectExit, .wake, .rest, .clean: break
        }
    }
}
