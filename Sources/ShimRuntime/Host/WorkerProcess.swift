import Glibc
import Platform

/// One worker from its start to its end: what it is given, what it writes, how it ends.
///
/// It tells its owner of one answer after another, and of the fault that made it useless. After that it is ended in its own
/// time, and only then is it gone.
final class WorkerProcess {
    /// What happens to a worker.
    enum Event {
        /// It has said that it is ready.
        case ready
        /// It has answered the event; the writer has all of the answer.
        case answered
        /// It can no longer be used; an event that it is answering has failed.
        case failed(WorkerFault)
        /// Its process has ended, or nobody waits for it any longer.
        case gone
    }

    /// What it is doing.
    enum State {
        /// It has not yet said that it is ready.
        case starting
        /// It waits for an event.
        case idle
        /// It answers one.
        case answering(writer: any ResponseWriter)
        /// It is being ended.
        case ending
        /// It has ended.
        case gone
    }

    /// Called for everything that happens; set by the owner.
    var onEvent: (Event) -> Void = { _ in }

    private(set) var state: State
    /// How many events it has answered.
    private(set) var answers = 0
    let started = ContinuousClock.now

    private let context: HostContext
    private let child: Child
    private let process: RunningProcess
    private var output: WorkerOutput
    private var input: InputFeed?
    private var log: ChildLog
    private var outputWatch: EventLoop.Watch?
    private var errorsWatch: EventLoop.Watch?
    private var inputWatch: EventLoop.Watch?
    private var closing: EventLoop.Timer?

    /// How long after the end of its output its own end is waited for, before that counts as a fault of its own.
    private static let closingTime: Duration = .milliseconds(200)

    /// Starts a worker.
    ///
    /// - Throws: ``StartFailure``, or ``SystemError`` where no pipe could be made; nothing runs then.
    init(_ context: HostContext, environment: [String: String], number: Int?) throws {
        self.context = context
        let waits = context.configuration.workerReady == .line
        output = WorkerOutput(
            delimiter: context.configuration.workerDelimiter.byte,
            expected: waits ? .ready : .nothing
        )
        state = waits ? .starting : .idle
        log = context.childLog(nil)
        child = try Child(program: context.program)
        process = RunningProcess(child, loop: context.loop)
        try child.start(environment: environment)
        context.reaper.add(child, number: number)
        watch()
    }

    private func watch() {
        let loop = context.loop
        outputWatch = loop.watch(child.standardOutput, .readable) { [weak self] _ in self?.readOutput() }
        errorsWatch = loop.watch(child.standardError, .readable) { [weak self] _ in self?.readErrors() }
        process.onEnd = { [weak self] in self?.processEnded() }
        process.onAbandoned = { [weak self] in self?.vanish() }
        process.watch()
    }

    /// The end of what it wrote to standard error since it was given its last event, or since its start.
    var errors: StderrTail { log.tail }

    /// Whether it is seen to start still, so that what it writes next may be a greeting and no answer; looked up now.
    ///
    /// One that sleeps where it reads has started. One that sleeps in another way, which may be its way to read, has so
    /// when it is asked a second time.
    func isStarting() -> Bool {
        guard answers == 0, !hasStarted, context.configuration.workerReady == .start else { return false }
        if ProcessControl.waitsForInput(child.pid) || started.duration(to: .now) > Self.longestStart {
            hasStarted = true
        } else if ProcessControl.sleeps(child.pid) {
            hasStarted = wasAsleep
            wasAsleep = true
        } else {
            wasAsleep = false
        }
        return !hasStarted
    }

    private var hasStarted = false
    private var wasAsleep = false

    /// One that has been busy for so long may well read by now, in some thread.
    private static let longestStart: Duration = .seconds(5)

    /// Whether it can be given an event now, looked up now: what it wrote unasked is found, and its end.
    func isFit() -> Bool {
        guard case .idle = state else { return false }
        readOutput()
        if case .idle = state { return closing == nil }
        return false
    }

    /// Gives it an event; it must be idle.
    func give(_ bytes: [UInt8], _ requestID: String, _ writer: any ResponseWriter) {
        guard case .idle = state else { return }
        // What it has written by now belongs to no event, or to the last one.
        drainErrors()
        unreadEvent = requestID
        hasRead = false
        output.expectAnswer()
        state = .answering(writer: writer)
        writer.onChange = { [weak self] in self?.writerChanged() }
        if bytes.count > 1 << 16 { Descriptor.enlargePipe(child.standardInput, to: ProgramRun.largestPipe) }
        var feed = InputFeed(bytes)
        let progress = feed.feed(child.standardInput)
        written = feed.written
        switch progress {
        case .done: break
        case .blocked:
            input = feed
            inputWatch = context.loop.watch(child.standardInput, .writable) { [weak self] _ in self?.writeInput() }
        // One that has read some may answer still; else its end is near.
        case .refused: if written == 0 { expectEnd(.closedInput) }
        }
    }

    /// The event that it was given and that no line of its standard error belongs to yet, as it has read nothing of it.
    private var unreadEvent: String?

    /// What it writes from now on belongs to its event, once it has read some of that.
    private func beginLog() {
        guard let id = unreadEvent else { return }
        unreadEvent = nil
        log.begin(id)
    }

    /// How many bytes of its last event its pipe has taken.
    private var written = 0

    /// Whether it was seen that it has read some of its event.
    private var hasRead = false

    /// Whether it has read nothing of its last event, so that another worker may get that.
    var hasReadNothing: Bool { written == 0 || Descriptor.unread(child.standardInput) == written }

    /// Whether it has read all of its event and sleeps where it reads on, as far as the system tells.
    var waitsForMore: Bool {
        guard case .answering = state, input == nil, Descriptor.unread(child.standardInput) == 0 else { return false }
        return ProcessControl.waitsForInput(child.pid)
    }

    /// Ends it: SIGTERM, its input closes, and SIGKILL where that is not enough.
    func stop(_ reason: StopReason, _ grace: Stopping.Grace) {
        if case .gone = state { return }
        closeInput()
        // The signal first: many a program would end at the end of its input before it had seen why.
        process.stop(reason, grace)
        if case .answering = state {} else { child.closeInput() }
    }

    // MARK: - The streams

    private func writeInput() {
        let progress = input?.feed(child.standardInput)
        written = input?.written ?? written
        if progress != .blocked { closeInput() }
    }

    private func closeInput() {
        inputWatch?.cancel()
        (inputWatch, input) = (nil, nil)
    }

    /// Reads one piece; all that has come where it reads on by itself.
    private func readOutput() {
        guard outputWatch != nil else { return }
        let buffer = context.buffer
        do throws(SystemError) {
            guard let count = try Descriptor.read(child.standardOutput, into: buffer) else { return }
            guard count > 0 else { return endOutput() }
            take(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
        } catch {
            fail(.refusedOutput(.unreadable(error)))
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        if case .answering = state, !hasRead {
            // A greeting of one that is still starting is not the answer to what it has not read.
            guard !hasReadNothing else { return fail(.unaskedOutput(WorkerFault.quote(bytes))) }
            hasRead = true
        }
        let step = output.take(bytes)
        if case .answering(let writer) = state, step.answer > 0 {
            do throws(OutputRefusal) {
                try writer.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(step.answer)))
            } catch {
                return fail(.refusedOutput(error))
            }
            if writer.isBlocked { outputWatch?.isPaused = true }
        }
        let unasked = step.unasked.map { WorkerFault.quote(bytes.dropFirst($0)) }
        switch (state, step.isComplete, unasked) {
        case (.answering, true, let text?): fail(.secondAnswer(text))
        case (.answering, true, nil): answered()
        case (.starting, true, let text?): fail(.unaskedOutput(text))
        case (.starting, true, nil):
            state = .idle
            onEvent(.ready)
        case (.idle, _, let text?): fail(.unaskedOutput(text))
        default: break
        }
    }

    private func answered() {
        // What it wrote to standard error before its answer is in the pipe by now, and belongs to this event.
        beginLog()
        drainErrors()
        log.finish()
        closeInput()
        answers += 1
        outputWatch?.isPaused = false
        state = .idle
        onEvent(.answered)
    }

    /// What it writes from now on belongs to no event.
    func rest() { log.begin(nil) }

    private func writerChanged() {
        guard case .answering(let writer) = state else { return }
        if let failure = writer.failure { return fail(.refusedOutput(failure)) }
        outputWatch?.isPaused = writer.isBlocked
    }

    private func endOutput() {
        outputWatch?.cancel()
        outputWatch = nil
        expectEnd(.closedOutput)
    }

    /// Usually its end comes with that of a stream; only a worker that lives on has closed it.
    private func expectEnd(_ fault: WorkerFault) {
        closing?.cancel()
        closing = context.loop.after(Self.closingTime) { [weak self] in self?.fail(fault) }
    }

    private func readErrors() {
        guard errorsWatch != nil, moveErrors() else { return }
        guard log.isBlocked, let errorsWatch else { return }
        errorsWatch.isPaused = true
        context.log.output.whenRoom { [weak errorsWatch] in errorsWatch?.isPaused = false }
    }

    /// Moves what the pipe holds, bounded should it write on.
    private func drainErrors() {
        for _ in 0..<256 where errorsWatch != nil && !log.isBlocked { if !moveErrors() { return } }
    }

    /// Moves one piece from the worker to the log.
    ///
    /// - Returns: Whether there was one.
    private func moveErrors() -> Bool {
        let piece = UnsafeMutableRawBufferPointer(rebasing: context.buffer.prefix(LogOutput.piece))
        do throws(SystemError) {
            guard let count = try Descriptor.read(child.standardError, into: piece) else { return false }
            if count > 0 {
                if unreadEvent != nil, !hasReadNothing { beginLog() }
                log.take(UnsafeRawBufferPointer(rebasing: piece.prefix(count)))
                return true
            }
        } catch {}
        errorsWatch?.cancel()
        errorsWatch = nil
        return false
    }

    // MARK: - The end

    /// It can no longer be used: its owner is told why, and it is ended.
    private func fail(_ fault: WorkerFault) {
        switch state {
        case .ending, .gone: return
        case .starting, .idle, .answering: break
        }
        drainErrors()
        log.finish()
        outputWatch?.cancel()
        outputWatch = nil
        state = .ending
        if case .refusedOutput = fault { child.closeOutput() }
        onEvent(.failed(fault))
        stop(.replaced, .standard)
    }

    private func processEnded() {
        closing?.cancel()
        // Its last answer may be in the pipe.
        for _ in 0..<64 where outputWatch != nil { readOutput() }
        closing?.cancel()
        process.findEnd(until: .now.advanced(by: .seconds(1))) { [weak self] end in
            guard let self else { return }
            if case .gone = state { return }
            fail(.ended(end ?? .signalled(SIGKILL)))
            vanish()
        }
    }

    private func vanish() {
        if case .gone = state { return }
        fail(.ended(.signalled(SIGKILL)))
        state = .gone
        process.forget()
        closing?.cancel()
        for watch in [outputWatch, errorsWatch, inputWatch] { watch?.cancel() }
        context.reaper.end(child)
        onEvent(.gone)
        onEvent = { _ in }
    }
}
