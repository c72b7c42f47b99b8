import Platform

/// A function called one or several times in one environment, as `shim-sim run` does it.
package final class OneShot {
    /// How it went.
    package enum Outcome: Equatable, Sendable {
        /// Every invocation succeeded.
        case succeeded
        /// At least one failed.
        case failed
        /// A signal ended it; nothing is left behind.
        case interrupted(Int32)
        /// An answer could not be written, and nothing more was called.
        case unwritten(SystemError)
    }

    /// Where the answers and the log go.
    package struct Outputs {
        /// Gets the bytes of the answers.
        package var answer: (UnsafeRawBufferPointer) throws(SystemError) -> Void
        /// Gets lines of the log.
        package var log: ([UInt8]) -> Void
        /// Whether a person reads the answers among other lines: each then ends its line.
        package var endsLines = false
        /// Shows that something is going on, where somebody looks.
        package var progress: ProgressLine?

        /// Where things go.
        package init(
            answer: @escaping (UnsafeRawBufferPointer) throws(SystemError) -> Void,
            log: @escaping ([UInt8]) -> Void,
            endsLines: Bool = false,
            progress: ProgressLine? = nil
        ) {
            self.answer = answer
            self.log = log
            self.endsLines = endsLines
            self.progress = progress
        }
    }

    private let context: SimulatorContext
    private let function: FunctionConfiguration
    private let event: [UInt8]
    private let outputs: Outputs
    private let environment: ExecutionEnvironment
    private var remaining: Int
    private var outcome = Outcome.succeeded
    private var lastByte: UInt8 = 0x0A
    private var canWrite = true
    /// Whether nothing more may be called, and the end is under way.
    private var isOver = false
    private var signalWatch: EventLoop.Watch?

    /// Prepares everything that can be refused before something is started.
    ///
    /// - Parameters:
    ///   - function: What is called.
    ///   - event: The event; must be JSON.
    ///   - count: How many times.
    ///   - context: The loop and the temporary folder.
    ///   - outputs: Where answers and log go.
    /// - Throws: ``SimError`` where the event or the target cannot be used.
    package init(
        _ function: FunctionConfiguration,
        event: [UInt8],
        count: Int,
        context: SimulatorContext,
        outputs: Outputs
    ) throws(SimError) {
        try EventLimits.check(event)
        self.context = context
        self.function = function
        self.event = event
        self.outputs = outputs
        remaining = count
        let deployment = try Deployment(function, in: context)
        try deployment.checkBootstrap()
        for note in deployment.notes { outputs.log(Array("shim-sim: \(note)\n".utf8)) }
        let progress = outputs.progress
        environment = try ExecutionEnvironment(function, deployment, tenantID: nil, context: context) { line in
            progress?.hide()
            outputs.log(line)
        }
    }

    /// Calls the function, and cleans up.
    ///
    /// - Returns: How it went; everything is cleaned up.
    /// - Throws: ``SystemError`` of the loop.
    package func run() throws(SystemError) -> Outcome {
        let signals = context.signals
        signalWatch = context.loop.watch(signals, .readable) { [weak self] _ in
            guard let signal = Signals.next(from: signals) else { return }
            self?.interrupt(by: signal)
        }
        environment.owner = self
        // One that has come already is seen before anything starts.
        if try poll([PollRequest(signals, .readable)], timeout: .zero).first?.isEmpty == false {
            context.loop.later { [weak self] in Signals.next(from: signals).map { self?.interrupt(by: $0) } }
        } else {
            callNext()
        }
        try context.loop.run()
        signalWatch?.cancel()
        return outcome
    }

    private func callNext() {
        guard !isOver else { return }
        guard remaining > 0 else { return stop() }
        remaining -= 1
        // One answer per line; the last one ends as the function ended it.
        if lastByte != 0x0A { write([0x0A]) }
        let invocation = Invocation(event: event, context: CallerContext(arn: function.arn), mode: .either)
        invocation.caller = self
        outputs.progress?.begin(limit: function.timeout)
        environment.begin(invocation)
    }

    private func fail() {
        if outcome == .succeeded { outcome = .failed }
    }

    private func endLine() {
        if outputs.endsLines, lastByte != 0x0A { write([0x0A]) }
    }

    private func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        guard let last = bytes.last, canWrite else { return }
        outputs.progress?.hide()
        lastByte = last
        do throws(SystemError) {
            try outputs.answer(bytes)
        } catch {
            canWrite = false
            // That nobody reads the answers is not a failure, and does not hide one.
            if outcome == .succeeded || outcome == .failed && error != .brokenPipe { outcome = .unwritten(error) }
            // Not in the middle of an answer.
            context.loop.later { [weak self] in self?.stop() }
        }
    }

    private func interrupt(by signal: Int32) {
        if case .interrupted(let first) = outcome { context.leaveAtOnce(by: first) }
        outcome = .interrupted(signal)
        stop()
    }

    private func stop() {
        guard !isOver else { return }
        isOver = true
        outputs.progress?.end()
        let context = context
        environment.end(within: .seconds(1)) {
            context.orphans.killAll()
            context.loop.stop()
        }
    }
}

extension OneShot: EnvironmentOwner {
    package func environmentIsFree(_ environment: ExecutionEnvironment) {
        context.loop.later { [weak self] in self?.callNext() }
    }

    package func environment(_ environment: ExecutionEnvironment, finished report: InvocationReport) {
        outputs.progress?.end()
    }
}

extension OneShot: Caller {
    package func hear(_ delivery: Invocation.Delivery) {
        switch delivery {
        case .began, .reported: break
        case .bytes(let bytes): write(bytes)
        case .ended(let error):
            if error != nil { fail() }
            endLine()
        case .failed(let failure):
            fail()
            write(failure.payload)
            endLine()
        }
    }
}

/// What an event may be.
package enum EventLimits {
    /// Bytes of an event of a synchronous call.
    package static let synchronous = 6_291_456
    /// Bytes of an event that is queued.
    package static let asynchronous = 1_048_576

    /// Checks an event that the user gave.
    package static func check(_ event: [UInt8]) throws(SimError) {
        guard event.count <= synchronous else { throw .eventTooLarge(bytes: event.count) }
        do throws(JSONCheck.Problem) {
            try JSONCheck.check(event)
        } catch {
            throw .eventNotJSON(error.description)
        }
    }
}
