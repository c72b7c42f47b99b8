import LambdaWire

/// One function per event: what it means in each state.
extension Lifecycle {
    mutating func begin(_ call: Call) -> [Action] {
        let running = Running(call: call)
        switch (state, kind) {
        case (.new, .classic):
            go(to: .starting(Start(phase: .initialization, calls: [running])))
            return [.beginInit, .launch]
        case (.new, .concurrent), (.stopped, .concurrent):
            go(to: .starting(Start(phase: .initialization, calls: [running])))
            return [.beginInit, .start(call), .logStart(call), .launch]
        case (.stopped(nil), .classic):
            return repeatInit(running)
        case (.stopped(let late?), .classic):
            go(to: .stopped(late: nil))
            return [.start(call), .logStart(call), .fail(call, late), .finish(call, late)]
        case (.idle, _):
            go(to: .invoking([running]))
            return [.wake, .start(call), .logStart(call), .offer(call)]
        case (.starting(var start), .concurrent(let maximum)) where start.calls.count < maximum:
            start.calls.append(running)
            go(to: .starting(start))
            return [.start(call), .logStart(call)]
        case (.starting(var start), .classic) where start.calls.isEmpty:
            // Its time begins when the init is over, as that of any first call.
            start.calls.append(running)
            go(to: .starting(start))
            return []
        case (.invoking(let calls), .concurrent(let maximum)) where calls.count < maximum:
            go(to: .invoking(calls + [running]))
            return [.start(call), .logStart(call), .offer(call)]
        case (.starting, _), (.invoking, _), (.resetting, _), (.ended, _):
            // A driver that asks first whether it is free does not come here; a call that does is still answered.
            let reason = FailureReason(ErrorType.sandboxFailure, "The environment takes no calls")
            return [.start(call), .logStart(call), .fail(call, reason), .finish(call, reason)]
        }
    }

    mutating func warm() -> [Action] {
        guard case .new = state else { return [] }
        go(to: .starting(Start(phase: .initialization, calls: [])))
        return [.beginInit, .launch]
    }

    private mutating func repeatInit(_ running: Running) -> [Action] {
        go(to: .starting(Start(phase: .invoke, calls: [running])))
        return [.start(running.call), .launch]
    }

    mutating func extensionsRegistered() -> [Action] {
        guard case .starting(var start) = state, !start.hasRuntime else { return [] }
        start.hasRuntime = true
        go(to: .starting(start))
        return [.startRuntime]
    }

    mutating func everybodyWaits() -> [Action] {
        switch (state, kind) {
        case (.starting(let start), _) where start.hasRuntime && start.report == nil:
            let done = Action.endInit(start.phase, nil)
            guard !start.calls.isEmpty else {
                go(to: .idle)
                return [done, .rest]
            }
            go(to: .invoking(start.calls))
            switch (kind, start.phase) {
            case (.concurrent, _): return [done] + start.calls.map { .offer($0.call) }
            case (.classic, .initialization):
                return [done] + start.calls.flatMap { [.wake, .start($0.call), .logStart($0.call), .offer($0.call)] }
            case (.classic, .invoke): return [done] + start.calls.flatMap { [.logStart($0.call), .offer($0.call)] }
            }
        case (.invoking(let calls), .classic) where calls.allSatisfy(\.isAnswered):
            go(to: .idle)
            return [.rest] + calls.map { .finish($0.call, nil) }
        case (.new, _), (.starting, _), (.idle, _), (.invoking, _), (.stopped, _), (.resetting, _), (.ended, _):
            return []
        }
    }

    mutating func answered(_ call: Call) -> [Action] {
        guard case .invoking(var calls) = state, let index = calls.firstIndex(where: { $0.call == call }) else {
            return []
        }
        switch kind {
        case .classic:
            calls[index].isAnswered = true
            go(to: .invoking(calls))
            return []
        case .concurrent:
            calls.remove(at: index)
            go(to: calls.isEmpty ? .idle : .invoking(calls))
            return [.finish(call, nil)]
        }
    }

    mutating func initFailed(_ reason: FailureReason) -> [Action] {
        guard case .starting(var start) = state, start.report == nil else { return [] }
        start.report = reason
        // Within a call, what the runtime says is the call's answer at once.
        let answers = kind == .classic && start.phase == .invoke ? Self.failing(&start.calls, reason) : []
        go(to: .starting(start))
        return answers + [.expectExit]
    }

    mutating func initTookTooLong(_ reason: FailureReason) -> [Action] {
        guard case .starting(let start) = state, start.phase == .initialization, kind == .classic else { return [] }
        return broke(reason)
    }

    mutating func callTookTooLong(_ call: Call, _ reason: FailureReason) -> [Action] {
        switch kind {
        case .classic:
            guard isInProgress(call) else { return [] }
            return broke(reason)
        case .concurrent:
            switch state {
            case .starting(var start):
                guard let index = start.calls.firstIndex(where: { $0.call == call }) else { return [] }
                start.calls.remove(at: index)
                go(to: .starting(start))
            case .invoking(var calls):
                guard let index = calls.firstIndex(where: { $0.call == call }) else { return [] }
                calls.remove(at: index)
                go(to: calls.isEmpty ? .idle : .invoking(calls))
            case .new, .idle, .stopped, .resetting, .ended: return []
            }
            return [.fail(call, reason), .finish(call, reason)]
        }
    }

    /// Whether the time of a call runs: that of an init before the first call is another one.
    private func isInProgress(_ call: Call) -> Bool {
        switch state {
        case .starting(let start): start.phase == .invoke && start.calls.contains { $0.call == call }
        case .invoking(let calls): calls.contains { $0.call == call }
        case .new, .idle, .stopped, .resetting, .ended: false
        }
    }

    /// Something without which the environment cannot go on has failed.
    mutating func broke(_ reason: FailureReason, atOnce: Bool = false) -> [Action] {
        switch state {
        case .starting(var start):
            let reason = start.report ?? reason
            var reset = Reset(reason: reason, phase: start.phase, calls: [], next: .stop(late: nil))
            var answers: [Action] = []
            if kind == .classic, start.phase == .initialization, let first = start.calls.first {
                reset.next = .repeatInit(first)
            } else {
                answers = Self.failing(&start.calls, reason)
                reset.calls = start.calls.map(\.call)
            }
            go(to: .resetting(reset))
            return answers + [.reset(reason.isTimeout ? .timeout : .failure, atOnce: atOnce)]
        case .invoking(var calls):
            let answers = Self.failing(&calls, reason)
            go(to: .resetting(Reset(reason: reason, calls: calls.map(\.call), next: .stop(late: nil))))
            return answers + [.reset(reason.isTimeout ? .timeout : .failure, atOnce: atOnce)]
        case .idle:
            // The next call hears of it: nobody else could.
            let late = kind == .classic ? reason : nil
            go(to: .resetting(Reset(reason: reason, calls: [], next: .stop(late: late))))
            return [.reset(reason.isTimeout ? .timeout : .failure, atOnce: atOnce)]
        case .new, .stopped, .resetting, .ended: return []
        }
    }

    /// Answers those that have no answer yet.
    private static func failing(_ calls: inout [Running], _ reason: FailureReason) -> [Action] {
        let open = calls.filter { !$0.isAnswered }.map(\.call)
        for index in calls.indices { calls[index].isAnswered = true }
        return open.map { .fail($0, reason) }
    }

    mutating func processesGone() -> [Action] {
        guard case .resetting(let reset) = state else { return [] }
        var actions: [Action] = [.clean]
        if let phase = reset.phase { actions.append(.endInit(phase, reset.reason)) }
        // The log of an init that was repeated within a call precedes the call's own.
        if reset.phase == .invoke { actions += reset.calls.map { .logStart($0) } }
        actions += reset.calls.map { .finish($0, reset.reason) }
        switch reset.next {
        case .end:
            go(to: .ended)
            actions.append(.remove)
        case .repeatInit(let running): actions += repeatInit(running)
        case .stop(let late): go(to: .stopped(late: late))
        }
        return actions
    }

    mutating func end(_ reason: FailureReason) -> [Action] {
        switch state {
        case .new:
            go(to: .ended)
            return [.remove]
        case .ended: return []
        case .idle, .stopped: return leave([], reason)
        case .starting(let start): return begun(start) + leave(start.calls, reason)
        case .invoking(let calls): return leave(calls, reason)
        case .resetting(var reset):
            var actions: [Action] = []
            if case .repeatInit(let running) = reset.next {
                actions = begun(Start(phase: .initialization, calls: [running]))
                actions += [.fail(running.call, reason), .finish(running.call, reason)]
            }
            reset.next = .end
            go(to: .resetting(reset))
            return actions
        }
    }

    /// What the calls of a start still lack of their beginning, before they can be finished.
    private func begun(_ start: Start) -> [Action] {
        switch (kind, start.phase) {
        case (.classic, .initialization): start.calls.flatMap { [.start($0.call), .logStart($0.call)] }
        case (.classic, .invoke): start.calls.map { .logStart($0.call) }
        case (.concurrent, _): []
        }
    }

    private mutating func leave(_ calls: [Running], _ reason: FailureReason) -> [Action] {
        var open = calls
        let answers = Self.failing(&open, reason)
        go(to: .resetting(Reset(reason: reason, calls: [], next: .end)))
        // One that has its answer has not failed because the environment ends.
        let reports = calls.map { Action.finish($0.call, $0.isAnswered ? nil : reason) }
        return answers + reports + [.reset(.spindown, atOnce: false)]
    }
}
