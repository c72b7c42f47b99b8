import Foundation
import LambdaWire
import Platform

/// A process that stays and answers one event after another, line by line: `SHIM_MODE=worker`.
///
/// A worker that breaks the rules or dies fails the event it was given, if it was, and is replaced before the next one.
final class Worker: Host {
    private let context: HostContext
    private let folders: PrivateFolders
    private var worker: WorkerProcess?
    /// The private folder of the last one that was started.
    private var folder: String?
    /// Workers that are being ended and no longer belong to the lane.
    private var ending: [WorkerProcess] = []
    private var current: Current?
    /// Looks at the answer, where that may be an error.
    private var copy: CopyingWriter?
    private var backoff = Backoff()
    private var starts = StartRecord()
    private var restart: EventLoop.Timer?
    /// Looks again whether a worker that is to get an event has started.
    private var look: EventLoop.Timer?
    /// Why the last worker was given up while no event was handled, where that is the next event's error.
    private var owed: (fault: WorkerFault, errors: StderrTail)?
    private var isClosing = false
    private var onReady: ((ShimError?) -> Void)?
    private var onAllGone: (() -> Void)?

    /// The event that is handled.
    private struct Current {
        let invocation: Invocation
        let limit: TimeLimit?
        let writer: any ResponseWriter
        let done: (Verdict) -> Void
        let started = ContinuousClock.now
        var deadline: EventLoop.Timer?
        /// Whether the worker has the event.
        var isGiven = false
        /// Whether it may be given to another worker, should this one turn out to be dead.
        var mayRetry = true
        /// Why the worker is being stopped.
        var stop: WorkerFault?
    }

    init(_ context: HostContext) {
        self.context = context
        folders = PrivateFolders(context)
    }

    private var configuration: Configuration { context.configuration }

    // MARK: - Workers

    func start(_ done: @escaping (ShimError?) -> Void) {
        do {
            try startWorker()
        } catch {
            return done(Self.startError(starts.report(error, context)))
        }
        guard configuration.workerReady == .line else { return done(nil) }
        onReady = done
    }

    private static func startError(_ report: ErrorReport) -> ShimError {
        .workerFailed(type: report.errorType, message: report.errorMessage, lines: report.stackTrace)
    }

    private func startWorker() throws {
        restart?.cancel()
        restart = nil
        let number = context.reaper.number()
        let folder = try folders.make()
        self.folder = folder
        let new = try WorkerProcess(
            context,
            environment: context.environment.variables(privateFolder: folder, number: number),
            number: number
        )
        worker = new
        new.onEvent = { [weak self, weak new] event in
            if let self, let new { happened(event, to: new) }
        }
    }

    private func happened(_ event: WorkerProcess.Event, to process: WorkerProcess) {
        switch event {
        case .ready:
            if let onReady {
                self.onReady = nil
                return onReady(nil)
            }
            if current != nil { give() }
        case .answered: answered()
        case .failed(let fault): failed(fault, process)
        case .gone: gone(process)
        }
    }

    /// The lane's worker can no longer be used.
    private func failed(_ fault: WorkerFault, _ process: WorkerProcess) {
        guard process === worker else { return }
        worker = nil
        ending.append(process)
        backoff.ended(after: process.started.duration(to: .now))
        let report = {
            fault.report(program: self.context.program.name, memory: self.context.memory, errors: process.errors)
        }
        if let onReady {
            self.onReady = nil
            return onReady(Self.startError(report()))
        }
        guard let current else {
            // Nobody was waiting: its death is not an error, but what it wrote unasked is.
            if case .unaskedOutput = fault { owed = (fault, process.errors) }
            if case .ended = fault { context.log(.warn, "\(report().errorMessage); it is started again") }
            return startLater()
        }
        if case .ended = fault, current.stop == nil, current.mayRetry, !current.isGiven || process.hasReadNothing {
            // It died before it read the event, which is not an error: a new one gets the event, once.
            self.current?.mayRetry = false
            return give()
        }
        let reason = current.stop ?? fault
        // Its last lines are in its log by now, whatever the reason is.
        finish(
            .failure(reason.report(program: context.program.name, memory: context.memory, errors: process.errors))
        )
    }

    private func gone(_ process: WorkerProcess) {
        ending.removeAll { $0 === process }
        // Where no event comes, nobody else tidies up.
        if !isClosing { context.loop.after(.milliseconds(20)) { [context] in context.reaper.tidyFinished {} } }
        if ending.isEmpty, worker == nil { onAllGone?() }
    }

    /// Starts a new one while nobody waits for it; one that dies at once is not started again at once.
    private func startLater() {
        guard !isClosing, worker == nil, restart == nil else { return }
        guard backoff.delay > .zero else { return startQuietly() }
        restart = context.loop.after(backoff.delay) { [weak self] in
            guard let self, !isClosing, worker == nil else { return }
            startQuietly()
        }
    }

    /// What keeps it from starting is reported when the next event needs it.
    private func startQuietly() {
        restart = nil
        try? startWorker()
    }

    // MARK: - Events

    func prepare() {}

    func respond(
        to invocation: Invocation,
        within limit: TimeLimit?,
        into writer: any ResponseWriter,
        _ done: @escaping (Verdict) -> Void
    ) {
        current = Current(invocation: invocation, limit: limit, writer: writer, done: done)
        if let limit {
            current?.deadline = context.loop.after(ContinuousClock.now.duration(to: limit.stopAt)) { [weak self] in
                self?.stop(limit)
            }
        }
        if worker?.isFit() == false, let worker, case .idle = worker.state {
            // Its output has ended, so it will end too.
            retire()
        }
        if let (fault, errors) = owed {
            owed = nil
            let report = fault.report(program: context.program.name, memory: context.memory, errors: errors)
            return finish(.failure(report))
        }
        give()
    }

    /// Gives the event to the worker, which is started where there is none; one that is not ready yet gets it when it is.
    private func give() {
        look?.cancel()
        look = nil
        guard let event = current, event.stop == nil else { return }
        do {
            if worker == nil { try startWorker() }
        } catch {
            return finish(.failure(starts.report(error, context)))
        }
        guard let worker, case .idle = worker.state else { return }
        if worker.answers == 0 {
            if worker.isStarting() {
                look = context.loop.after(.milliseconds(1)) { [weak self] in self?.give() }
                return
            }
            // A greeting is found here, and fails the event.
            guard worker.isFit() else { return }
        }
        let bytes: [UInt8]
        do {
            bytes = try WorkerEvent.bytes(
                of: event.invocation,
                delimiter: configuration.workerDelimiter.byte,
                form: configuration.workerEvent
            )
        } catch {
            return finish(
                .failure(
                    ErrorReport(
                        type: ErrorType.eventRefused,
                        message: "the event holds a NUL, and a NUL ends events (SHIM_WORKER_DELIMITER is 'nul')"
                    )
                )
            )
        }
        let writer = configuration.workerErrors == .on ? CopyingWriter(event.writer) : nil
        copy = writer
        current?.isGiven = true
        worker.give(bytes, event.invocation.requestID, writer ?? event.writer)
    }

    private func answered() {
        backoff.answered()
        // It was told to stop before: its end is waited for.
        guard current?.stop == nil else { return }
        if let report = copy?.error {
            return finish(.failure(report))
        }
        finish(.success)
    }

    private func finish(_ verdict: Verdict) {
        guard let event = current else { return }
        event.deadline?.cancel()
        look?.cancel()
        event.writer.onChange = {}
        current = nil
        copy = nil
        event.done(verdict)
    }

    /// The deadline has come near.
    private func stop(_ limit: TimeLimit) {
        guard let event = current, event.stop == nil else { return }
        let fault = WorkerFault.deadline(
            margin: limit.margin,
            after: event.started.duration(to: .now),
            waitsForMore: worker?.waitsForMore ?? false
        )
        stop(fault, .deadline, limit.grace)
    }

    func stop(_ signal: Int32) {
        isClosing = true
        stop(.shutdown(signal), .shutdown(signal), .shutdown)
    }

    private func stop(_ fault: WorkerFault, _ reason: StopReason, _ grace: Stopping.Grace) {
        guard current != nil else { return }
        current?.stop = fault
        if let worker { return worker.stop(reason, grace) }
        finish(
            .failure(fault.report(program: context.program.name, memory: context.memory, errors: StderrTail()))
        )
    }

    // MARK: - Between events

    func tidy(_ done: @escaping (ShimError?) -> Void) {
        worker?.rest()
        if let most = configuration.workerMaximumEvents, let worker, worker.answers >= most { retire() }
        context.reaper.tidyFinished { [weak self] in
            guard let self else { return }
            if ending.isEmpty { folders.removeAll(but: folder) }
            if let problem = starts.problem { return done(problem) }
            if worker == nil, restart == nil { startLater() }
            done(nil)
        }
    }

    /// Ends the worker, which has done nothing wrong.
    private func retire() {
        guard let process = worker else { return }
        worker = nil
        ending.append(process)
        process.stop(.replaced, isClosing ? .shutdown : .standard)
    }

    func close(_ done: @escaping () -> Void) {
        isClosing = true
        restart?.cancel()
        retire()
        onAllGone = { [weak self] in
            self?.onAllGone = nil
            done()
        }
        if ending.isEmpty { onAllGone?() }
    }

    func cleanUp() { folders.removeAll() }
}
