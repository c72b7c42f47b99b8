import Glibc
import Platform

/// One event's own process, from the event to the process's end.
///
/// - Standard input: the event is written as the program takes it; not reading it is not an error.
/// - Standard output: goes to the writer, as fast as that takes it.
/// - Standard error: goes to the log as it comes.
/// - The end of the process is the end of the answer, not the end of the pipes: a grandchild may hold these for ever. It is
///   killed then with the rest of the group, and what the pipes hold is taken. A group that has let go of the pipes holds up
///   nothing: ``Reaper`` ends it once the answer is out.
final class ProgramRun {
    /// What a pipe is enlarged to for much data, and so the most that one can hold when its writers are gone.
    static let largestPipe: Int32 = 1 << 20

    private let context: HostContext
    private let child: Child
    private let process: RunningProcess
    private let limit: TimeLimit?
    private let writer: any ResponseWriter
    private let done: (ProgramResult) -> Void
    private let started: ContinuousClock.Instant

    private var input: InputFeed
    private var log: ChildLog
    private var outputWatch: EventLoop.Watch?
    private var errorsWatch: EventLoop.Watch?
    private var inputWatch: EventLoop.Watch?
    private var deadline: EventLoop.Timer?
    private var outputIsOpen = true
    private var errorsAreOpen = true
    private var hasOutput = false
    private var isDone = false

    init(
        child: Child,
        invocation: Invocation,
        limit: TimeLimit?,
        writer: any ResponseWriter,
        context: HostContext,
        _ done: @escaping (ProgramResult) -> Void
    ) {
        self.child = child
        self.context = context
        self.limit = limit
        self.writer = writer
        self.done = done
        process = RunningProcess(child, loop: context.loop)
        input = InputFeed(invocation.event)
        log = context.childLog(invocation.requestID)
        started = .now
        if invocation.event.count > 1 << 16 {
            // Fewer turns for a large event, and the answer to one is likely to be large.
            Descriptor.enlargePipe(child.standardInput, to: Self.largestPipe)
            Descriptor.enlargePipe(child.standardOutput, to: Self.largestPipe)
        }
    }

    /// Starts the program.
    ///
    /// - Throws: ``StartFailure``; nothing runs then, and nobody is called back.
    func start(environment: [String: String], number: Int?) throws(StartFailure) {
        // Most events fit into the pipe: the program finds its event there and need not wait for us.
        let progress = input.feed(child.standardInput)
        try child.start(environment: environment)
        context.reaper.add(child, number: number)
        watch(progress)
    }

    /// Gives the event to a program that was started before it came.
    func adopt() { watch(input.feed(child.standardInput)) }

    private func watch(_ progress: InputFeed.Progress) {
        let loop = context.loop
        // A large event may go on at once: the program reads by now.
        if progress != .blocked || input.feed(child.standardInput) != .blocked {
            child.closeInput()
        } else {
            inputWatch = loop.watch(child.standardInput, .writable) { [weak self] _ in self?.writeInput() }
        }
        outputWatch = loop.watch(child.standardOutput, .readable) { [weak self] _ in self?.readOutput() }
        errorsWatch = loop.watch(child.standardError, .readable) { [weak self] _ in self?.readErrors() }
        process.onEnd = { [self] in processEnded() }
        process.onAbandoned = { [self] in finish(nil) }
        process.watch()
        writer.onChange = { [weak self] in self?.writerChanged() }
        guard let limit else { return }
        deadline = loop.after(ContinuousClock.now.duration(to: limit.stopAt)) { [weak self] in
            guard let self, process.stopping == .running else { return }
            stop(.deadline, limit.grace)
        }
    }

    /// Stops the program before it ends by itself; its end is waited for.
    func stop(_ reason: StopReason, _ grace: Stopping.Grace) {
        guard !isDone else { return }
        closeInput()
        process.stop(reason, grace)
    }

    // MARK: - The three streams

    private func writeInput() { if input.feed(child.standardInput) != .blocked { closeInput() } }

    private func closeInput() {
        inputWatch?.cancel()
        inputWatch = nil
        child.closeInput()
    }

    private func readOutput() {
        guard outputIsOpen else { return }
        guard let count = readOutputSome() else { return }
        guard count > 0 else { return endOutput() }
        if !hasOutput, count >= 64 << 10 {
            Descriptor.enlargePipe(child.standardOutput, to: Self.largestPipe)
        }
        take(UnsafeRawBufferPointer(rebasing: context.buffer.prefix(count)))
        if writer.isBlocked { outputWatch?.isPaused = true }
    }

    private func endOutput() {
        outputIsOpen = false
        outputWatch?.cancel()
        outputWatch = nil
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        hasOutput = true
        do throws(OutputRefusal) {
            try writer.write(bytes)
        } catch {
            refuse(error)
        }
    }

    /// Stops a program whose output nobody can take.
    private func refuse(_ reason: OutputRefusal) {
        guard outputIsOpen else { return }
        endOutput()
        // With its reader gone, a program that floods its output gets SIGPIPE.
        child.closeOutput()
        refusal = reason
        stop(.refusedOutput(reason), .standard)
    }

    /// Why output was not taken, be it after the process had ended.
    private var refusal: OutputRefusal?

    private func writerChanged() {
        guard !isDone else { return }
        if let failure = writer.failure { return refuse(failure) }
        outputWatch?.isPaused = writer.isBlocked
    }

    /// Moves one piece from the program to the log; what the log does not take waits in the program's pipe.
    private func readErrors() {
        guard errorsAreOpen else { return }
        let piece = UnsafeMutableRawBufferPointer(rebasing: context.buffer.prefix(LogOutput.piece))
        guard let count = readSome(child.standardError, piece) else { return }
        guard count > 0 else {
            errorsAreOpen = false
            errorsWatch?.cancel()
            errorsWatch = nil
            return
        }
        log.take(UnsafeRawBufferPointer(rebasing: piece.prefix(count)))
        guard log.isBlocked, let errorsWatch else { return }
        errorsWatch.isPaused = true
        context.log.output.whenRoom { [weak errorsWatch] in errorsWatch?.isPaused = false }
    }

    /// The number of bytes of the response, 0 at its end, `nil` where there is nothing now.
    ///
    /// Output that cannot be read has not ended: otherwise a response that was cut off would count as a success.
    private func readOutputSome() -> Int? {
        do throws(SystemError) {
            return try Descriptor.read(child.standardOutput, into: context.buffer)
        } catch {
            refuse(.unreadable(error))
            return nil
        }
    }

    /// The number of bytes of the log, 0 at the end, `nil` where there is nothing now; a pipe that cannot be read has ended.
    ///
    /// Only a read tells the end: `poll` looks for bytes first and for writers then, so it reports POLLHUP alone of a pipe
    /// whose last writer wrote and closed it between the two.
    private func readSome(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> Int? {
        do throws(SystemError) {
            return try Descriptor.read(descriptor, into: room)
        } catch {
            return 0
        }
    }

    // MARK: - The end

    private func processEnded() {
        if outputIsOpen || errorsAreOpen { ProcessControl.signalGroup(child.pid, SIGKILL) }
        drain()
        process.findEnd(until: limit?.killAt) { [self] in finish($0) }
    }

    /// Takes what the pipes hold now that nobody of the group can write to them any more.
    ///
    /// It is bounded, should an escaped process write on.
    private func drain() {
        // What an escaped process goes on writing would wait in memory for a reader that is slow.
        var room = writer.isStream ? Int(Self.largestPipe) : Int.max
        while outputIsOpen, room > 0 {
            guard let count = readOutputSome(), count > 0 else { break }
            room -= count
            take(UnsafeRawBufferPointer(rebasing: context.buffer.prefix(count)))
        }
        var remaining = Int(Self.largestPipe)
        while errorsAreOpen, remaining > 0 {
            guard let count = readSome(child.standardError, context.buffer), count > 0 else { break }
            log.take(UnsafeRawBufferPointer(rebasing: context.buffer.prefix(count)))
            remaining -= count
        }
        log.finish()
    }

    /// Gives the result; `nil` where it cannot be learned how the process ended, or it is still there.
    private func finish(_ end: ProcessEnd?) {
        guard !isDone else { return }
        if case .abandoned = process.stopping { drain() }
        isDone = true
        process.forget()
        deadline?.cancel()
        for watch in [outputWatch, errorsWatch, inputWatch] { watch?.cancel() }
        writer.onChange = {}
        // They refer back to this object.
        (process.onEnd, process.onAbandoned) = ({}, {})
        context.reaper.end(child)
        let stop = process.stopping.reason ?? refusal.map { .refusedOutput($0) } ?? (end == nil ? .deadline : nil)
        done(
            ProgramResult(
                end: end ?? .signalled(SIGKILL),
                stop: stop,
                hasOutput: hasOutput,
                errors: log.tail,
                duration: started.duration(to: .now)
            )
        )
    }
}
