import Glibc
import LambdaWire
import Platform

/// A process of its own for each event, started before the event comes: `SHIM_MODE=standby`.
///
/// It waits where it reads its standard input, with its own start-up behind it. What belongs to an invocation is not in its
/// variables, which are older than the event, but in the file that `SHIM_CONTEXT_FILE` names, written before the event.
final class Standby: Host {
    private let context: HostContext
    private let folders: PrivateFolders
    private var waiting: Waiting?
    private var run: ProgramRun?
    private var starts = StartRecord()
    private var backoff = Backoff()
    private var restart: EventLoop.Timer?
    private var isClosing = false

    /// A process that waits for an event.
    private final class Waiting {
        let child: Child
        let process: RunningProcess
        let folder: String
        let started = ContinuousClock.now
        var log: ChildLog
        var errorsWatch: EventLoop.Watch?

        init(child: Child, process: RunningProcess, folder: String, log: ChildLog) {
            self.child = child
            self.process = process
            self.folder = folder
            self.log = log
        }
    }

    init(_ context: HostContext) {
        self.context = context
        folders = PrivateFolders(context)
    }

    func start(_ done: @escaping (ShimError?) -> Void) {
        do {
            waiting = try startOne()
        } catch {
            let report = starts.report(error, context)
            return done(.workerFailed(type: report.errorType, message: report.errorMessage, lines: report.stackTrace))
        }
        settle { done(nil) }
    }

    /// Nothing: the next one is started when the last one is gone, so that they can be told apart.
    func prepare() {}

    private func startOne() throws -> Waiting {
        restart?.cancel()
        restart = nil
        let folder = try folders.makeAlways()
        let number = context.reaper.number()
        let child = try Child(program: context.program)
        var variables = context.environment.variables(
            privateFolder: context.configuration.temporaryFolder == .private ? folder : nil,
            number: number
        )
        variables[Configuration.contextFile] = Self.contextFile(folder)
        try child.start(environment: variables)
        context.reaper.add(child, number: number)
        let new = Waiting(
            child: child,
            process: RunningProcess(child, loop: context.loop),
            folder: folder,
            log: context.childLog(nil)
        )
        // What it writes while it starts goes to the log, or a full pipe would stop it.
        new.errorsWatch = context.loop.watch(child.standardError, .readable) { [weak self, weak new] _ in
            if let self, let new { readErrors(of: new) }
        }
        new.process.onEnd = { [weak self, weak new] in
            if let self, let new { ended(new) }
        }
        new.process.watch()
        return new
    }

    private static func contextFile(_ folder: String) -> String { folder + "/context.json" }

    private func readErrors(of process: Waiting) {
        let piece = UnsafeMutableRawBufferPointer(rebasing: context.buffer.prefix(LogOutput.piece))
        guard let count = try? Descriptor.read(process.child.standardError, into: piece), count > 0 else {
            // At its end, or where nothing has come in.
            if process.errorsWatch?.isPaused == false, hasEnded(process.child.standardError, piece) {
                process.errorsWatch?.cancel()
            }
            return
        }
        process.log.take(UnsafeRawBufferPointer(rebasing: piece.prefix(count)))
    }

    private func hasEnded(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> Bool {
        do throws(SystemError) {
            return try Descriptor.read(descriptor, into: room) == 0
        } catch {
            return true
        }
    }

    /// It died before it had an event: that is not an error.
    private func ended(_ process: Waiting) {
        letGo(process)
        process.process.findEnd(until: .now.advanced(by: .seconds(1))) { [context] _ in
            context.reaper.end(process.child)
            // Where no event comes, nobody else tidies up.
            context.loop.after(.milliseconds(20)) { context.reaper.tidyFinished {} }
        }
        guard waiting === process else { return }
        waiting = nil
        backoff.ended(after: process.started.duration(to: .now))
        context.log(.debug, "\(context.program.name), in standby, ended without an event; it is started again")
        startLater()
    }

    private func letGo(_ process: Waiting) {
        process.errorsWatch?.cancel()
        process.errorsWatch = nil
        process.log.finish()
    }

    private func startLater() {
        guard !isClosing, waiting == nil, restart == nil else { return }
        guard backoff.delay > .zero else { return startQuietly() }
        restart = context.loop.after(backoff.delay) { [weak self] in
            guard let self, !isClosing, waiting == nil else { return }
            startQuietly()
        }
    }

    /// What keeps it from starting is reported when the next event needs it.
    private func startQuietly() {
        restart = nil
        waiting = try? startOne()
    }

    // MARK: - Events

    func respond(
        to invocation: Invocation,
        within limit: TimeLimit?,
        into writer: any ResponseWriter,
        _ done: @escaping (Verdict) -> Void
    ) {
        var taken: Waiting?
        do {
            let process = try fit() ?? startOne()
            (taken, waiting) = (process, nil)
            letGo(process)
            process.process.forget()
            try write(InvocationContext(invocation).json() + [0x0A], to: Self.contextFile(process.folder))
            let run = ProgramRun(
                child: process.child,
                invocation: invocation,
                limit: limit,
                writer: writer,
                context: context
            ) { [weak self] in self?.finished($0, limit, done) }
            self.run = run
            run.adopt()
        } catch {
            if let taken { end(taken) }
            done(.failure(starts.report(error, context)))
        }
    }

    /// The process that waits, if it still lives and is not too old; another one is ended.
    private func fit() -> Waiting? {
        guard let process = waiting else { return nil }
        let age = process.started.duration(to: .now)
        let isOld = context.configuration.standbyMaximumAge.map { age > $0 } ?? false
        if !isOld, lives(process.child) { return process }
        end(process)
        return nil
    }

    private func lives(_ child: Child) -> Bool {
        do throws(SystemError) {
            return try ProcessControl.peekEnd(of: child.pid) == nil
        } catch {
            return false
        }
    }

    private func end(_ process: Waiting) {
        if waiting === process { waiting = nil }
        letGo(process)
        process.process.forget()
        ProcessControl.signalGroup(process.child.pid, SIGKILL)
        context.reaper.end(process.child)
    }

    private func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(SystemError) in try writeAll(bytes, to: file.raw) }
        }.get()
    }

    private func finished(_ result: ProgramResult, _ limit: TimeLimit?, _ done: (Verdict) -> Void) {
        run = nil
        if result.stop == nil, result.end == .exited(status: 0) { backoff.answered() }
        let report = result.failure(
            program: context.program.name,
            memory: context.memory,
            margin: limit?.margin ?? .zero
        )
        done(report.map { .failure($0) } ?? .success)
    }

    func stop(_ signal: Int32) {
        isClosing = true
        run?.stop(.shutdown(signal), .shutdown)
    }

    func tidy(_ done: @escaping (ShimError?) -> Void) {
        context.reaper.tidy { [self] in
            folders.removeAll(but: waiting?.folder)
            if let problem = starts.problem { return done(problem) }
            startLater()
            settle { done(nil) }
        }
    }

    /// Waits a moment until the process that was started waits for its event: a frozen environment starts nothing.
    private func settle(_ done: @escaping () -> Void) {
        guard context.configuration.standbySettle > .zero, let waiting else { return done() }
        let limit = ContinuousClock.now.advanced(by: context.configuration.standbySettle)
        settle(waiting, until: limit, done)
    }

    private func settle(_ process: Waiting, until limit: ContinuousClock.Instant, _ done: @escaping () -> Void) {
        if waiting !== process || ContinuousClock.now >= limit || ProcessControl.waitsForInput(process.child.pid) {
            return done()
        }
        context.loop.after(.milliseconds(1)) { [weak self] in
            if let self { settle(process, until: limit, done) } else { done() }
        }
    }

    func close(_ done: @escaping () -> Void) {
        isClosing = true
        restart?.cancel()
        if let waiting { end(waiting) }
        context.reaper.tidy(done)
    }

    func cleanUp() { folders.removeAll() }
}
