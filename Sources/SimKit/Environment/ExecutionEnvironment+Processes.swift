import Platform

/// What the environment's processes do, and what follows from it.
extension ExecutionEnvironment {
    /// Starts the extensions, and the runtime when they have registered.
    func launch() {
        api.reset()
        hasLaunchedRuntime = false
        starter.launchExtensions(extensions, api: server.address.description)
        memory.start { [weak self] in self?.processes.map(\.pid) ?? [] }
        if extensions.areRegistered { launchRuntime() }
    }

    func launchRuntime() {
        hasLaunchedRuntime = true
        process = starter.launchRuntime(
            api: server.address.description,
            ended: { [weak self] in self?.runtimeEnded($0) },
            failed: { [weak self] in self?.runtimeIsGone($0) }
        )
    }

    var processes: [RuntimeProcess] { (process.map { [$0] } ?? []) + extensions.processes }

    func freeze(_ frozen: Bool) {
        for process in processes { process.freeze(frozen) }
    }

    func extensionsMoved() {
        if !hasLaunchedRuntime, extensions.areRegistered {
            guard phase == .initializing || phase == .invoking, !isResetting else { return }
            launchRuntime()
        } else {
            goOn()
        }
    }

    func extensionFailed(_ type: String, _ message: String) {
        guard !isResetting else { return }
        let failure = FunctionFailure(type, message, requestID: invocation?.id)
        switch phase {
        case .initializing, .invoking: stopRuntime(failure)
        case .idle: process?.kill()
        case .new, .needsInit, .ended: break
        }
    }

    /// Goes on where the runtime and all extensions have come back for more.
    func goOn() {
        guard api.state == .ready, extensions.areReady, !isResetting else { return }
        switch phase {
        case .initializing:
            limit?.cancel()
            process?.drainOutput()
            let duration = initBegan?.duration(to: .now) ?? .zero
            memory.look()
            initBegan = nil
            initDuration = duration
            logExtensions()
            log.event(.initReport(.initialization, duration: duration, failure: nil))
            beginInvocation()
        case .invoking:
            if initBegan != nil {
                initBegan = nil
                logExtensions()
                offer()
            } else if invocation?.progress == .done {
                finish()
            }
        case .new, .idle, .needsInit, .ended: break
        }
    }

    func offer() {
        guard let invocation else { return }
        extensions.invoke(invocation)
        api.offer(invocation)
    }

    func logExtensions() {
        for (name, events) in extensions.descriptions {
            log.event(.extensionState(name: name, state: "Ready", events: events, errorType: nil))
        }
    }

    func runtimeReportedInitError(_ failure: FunctionFailure) {
        cause = failure
        initHasReported = true
        // It must exit now; one that does not is not waited for.
        let reporting = process
        loop.after(.milliseconds(500)) { if reporting?.isRunning == true { reporting?.kill() } }
    }

    func runtimeEnded(_ failure: @escaping FailureText.Reason) {
        if let pid = process?.pid { orphans.remove(pid) }
        process = nil
        if phase == .idle { lateFailure = failure }
        runtimeIsGone(failure)
    }

    /// The process has ended, or there never was one: what else runs goes too, and then it is clear how to go on.
    func runtimeIsGone(_ failure: FailureText.Reason) {
        guard !isResetting else { return }
        isResetting = true
        limit?.cancel()
        governor?.stop()
        let reason = cause ?? failure(invocation?.id)
        if phase == .invoking { invocation?.fail(reason) }
        let word = phase == .ended ? "spindown" : reason.isTimeout ? "timeout" : "failure"
        extensions.shutDown(reason: word, within: shutdownBudget) { [weak self] in self?.afterReset(reason) }
    }

    func afterReset(_ reason: FunctionFailure) {
        isResetting = false
        orphans.kill(api: server.address.description)
        server.closeConnections()
        api.reset()
        log.endLine()
        switch phase {
        case .initializing:
            let duration = initBegan?.duration(to: .now) ?? .zero
            initBegan = nil
            log.event(.initReport(.initialization, duration: duration, failure: reason))
            phase = .needsInit
            // Only an init that has said why it failed is not repeated within the invocation.
            if !initHasReported { cause = nil }
            beginInvocation()
        case .invoking:
            if let began = initBegan {
                log.event(.initReport(.invoke, duration: began.duration(to: .now), failure: reason))
                initBegan = nil
            }
            finish()
        case .idle: phase = .needsInit
        case .ended: finishEnding()
        case .new, .needsInit: break
        }
    }
}
