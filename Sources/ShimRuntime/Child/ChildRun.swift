import Glibc
import Platform

/// One invocation's program from its start to its end.
///
/// One `poll` loop over its three pipes, its end (a pidfd) and the signals to the shim, with the deadline as its
/// time-out: no thread, and nothing to deadlock.
///
/// - Standard input: the event is written as the program takes it; a program that does not read is no error.
/// - Standard output: kept, up to the bound of a response; or sent on at once, as fast as the reader takes it.
/// - Standard error: goes to the log as it comes.
/// - The end is seen by the pidfd, not by the end of the pipes: a grandchild may hold these for ever. It is killed then
///   with the rest of the group, and what the pipes hold is taken. A group that has let go of the pipes holds up nothing:
///   ``Leftovers`` ends it once the answer is out.
struct ChildRun {
    /// When the program is asked to stop, and how long it has before it is killed.
    struct TimeLimit {
        let stopAt: ContinuousClock.Instant
        let grace: Duration
        /// When it is killed; nothing else may take longer either, a log that is not read for one.
        var killAt: ContinuousClock.Instant { stopAt.advanced(by: grace) }
    }

    /// What a pipe is enlarged to for much data, and so the most that one can hold when its writers are gone.
    private static let largestPipe: Int32 = 1 << 20

    /// A program that is told to stop for another reason than the deadline has so long before it is killed.
    static let shutdownGrace: Duration = .milliseconds(300)

    private let child: Child
    private let event: [UInt8]
    private let timeLimit: TimeLimit?
    private let maximumOutput: Int
    private let stream: ResponseStream?
    private let signals: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private let started: ContinuousClock.Instant

    private var written = 0
    private var inputIsOpen = true
    private var outputIsOpen = true
    private var errorsAreOpen = true
    private var stop: ChildResult.Stop?
    private var killAt: ContinuousClock.Instant?
    private var output: [UInt8]
    private var outputCount = 0
    private var log: ChildLog

    /// Takes a child that is about to start; the room of `output` and `buffer` is used, `signals` may be -1.
    ///
    /// With a `stream`, the program's output goes there and not into the result.
    init(
        child: Child,
        event: [UInt8],
        timeLimit: TimeLimit?,
        maximumOutput: Int,
        output: [UInt8],
        stream: ResponseStream? = nil,
        log: ChildLog,
        signals: Int32,
        buffer: UnsafeMutableRawBufferPointer
    ) {
        self.child = child
        self.event = event
        self.timeLimit = timeLimit
        self.maximumOutput = maximumOutput
        self.output = output
        self.stream = stream
        self.log = log
        self.signals = signals
        self.buffer = buffer
        started = ContinuousClock.now
        if event.count > 1 << 16 {
            // Fewer turns for a large event, and the answer to one is likely to be large.
            Descriptor.enlargePipe(child.standardInput, to: Self.largestPipe)
            Descriptor.enlargePipe(child.standardOutput, to: Self.largestPipe)
        }
    }

    /// Starts the program and runs it to its end.
    ///
    /// - Throws: Foundation's error where it could not be started, ``SystemError`` where it cannot be waited for.
    mutating func run(environment: [String: String]) throws -> ChildResult {
        // Most events fit into the pipe: the program finds its event there and need not wait for us.
        feed()
        try child.start(environment: environment)
        writeInput()
        child.openEndDescriptor()
        while try !step(child.endDescriptor) {}
        if outputIsOpen || errorsAreOpen { ProcessControl.signalGroup(child.pid, SIGKILL) }
        try drain()
        return ChildResult(
            end: try findEnd(),
            stop: stop,
            output: output,
            hasOutput: outputCount > 0,
            errors: log.tail,
            duration: started.duration(to: .now)
        )
    }

    /// Waits for something to happen and handles it.
    ///
    /// - Returns: Whether the process has ended.
    private mutating func step(_ endDescriptor: Int32) throws -> Bool {
        let streamIsBlocked = stream?.isBlocked ?? false
        let seen = try poll(
            [
                PollRequest(endDescriptor, .readable),
                PollRequest(outputIsOpen && !streamIsBlocked ? child.standardOutput : -1, .readable),
                PollRequest(errorsAreOpen && !log.isBlocked ? child.standardError : -1, .readable),
                PollRequest(inputIsOpen ? child.standardInput : -1, .writable),
                PollRequest(signals, .readable),
                PollRequest(log.isBlocked ? 2 : -1, .writable),
                PollRequest(streamIsBlocked ? stream?.descriptor ?? -1 : -1, .writable),
            ],
            timeout: timeout(hasEndDescriptor: endDescriptor >= 0)
        )
        if !seen[6].isEmpty { stream?.flush() }
        if !seen[1].isEmpty { try readOutput() }
        if !seen[2].isEmpty || !seen[5].isEmpty { readErrors() }
        if !seen[3].isEmpty { writeInput() }
        // First of all the end: a program that was done before the signal or the deadline has its answer delivered.
        if !seen[0].isEmpty { return true }
        if endDescriptor < 0, hasEnded { return true }
        if !seen[4].isEmpty, let signal = Signals.next(from: signals) {
            stopProgram(.shutdown(signal), Self.shutdownGrace)
        }
        if stop == nil, let failure = stream?.failure { refuseOutput(.brokenStream(failure)) }
        let now = ContinuousClock.now
        if let timeLimit, stop == nil, now >= timeLimit.stopAt { stopProgram(.deadline, timeLimit.grace) }
        if let killAt, now >= killAt {
            signalProgram(SIGKILL)
            self.killAt = nil
        }
        return false
    }

    private func timeout(hasEndDescriptor: Bool) -> Duration? {
        let next = killAt ?? (stop == nil ? timeLimit?.stopAt : nil)
        let remaining = next.map { ContinuousClock.now.duration(to: $0) }
        return hasEndDescriptor ? remaining : min(remaining ?? .milliseconds(5), .milliseconds(5))
    }

    private mutating func stopProgram(_ reason: ChildResult.Stop, _ grace: Duration) {
        // A signal to the shim counts more than what stopped the program before: the shim must end, too.
        if case .shutdown = reason { stop = reason }
        if stop == nil { stop = reason }
        killAt = min(killAt ?? .now.advanced(by: grace), .now.advanced(by: grace))
        signalProgram(SIGTERM)
        // A stopped or frozen process does not see SIGTERM before it goes on.
        signalProgram(SIGCONT)
        closeInput()
    }

    /// Sends a signal to the program's group, and to the program where it has left that for another (`setpgid`).
    private func signalProgram(_ signal: Int32) {
        ProcessControl.signalGroup(child.pid, signal)
        if getpgid(child.pid) != child.pid { ProcessControl.signal(child.pid, signal) }
    }

    private mutating func writeInput() {
        if !inputIsOpen || !feed() || written == event.count { closeInput() }
    }

    /// Writes what the pipe takes now.
    ///
    /// - Returns: Whether the program can still read.
    @discardableResult
    private mutating func feed() -> Bool {
        while written < event.count {
            let count = event.withUnsafeBytes { bytes in
                // EPIPE and the like: the program does not want to read, which is its right.
                Result { () throws(SystemError) in
                    try Descriptor.write(
                        child.standardInput,
                        UnsafeRawBufferPointer(rebasing: bytes.dropFirst(written))
                    )
                }
            }
            switch count {
            case .success(let count?): written += count
            case .success(nil): return true
            case .failure: return false
            }
        }
        return true
    }

    private mutating func closeInput() {
        guard inputIsOpen else { return }
        inputIsOpen = false
        child.closeInput()
    }

    private mutating func readOutput() throws {
        guard outputIsOpen else { return }
        guard let count = readSome(child.standardOutput, buffer) else { return }
        guard count > 0 else {
            outputIsOpen = false
            return
        }
        if outputCount == 0, count == buffer.count {
            Descriptor.enlargePipe(child.standardOutput, to: Self.largestPipe)
        }
        try take(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
        if outputCount > maximumOutput { refuseOutput(.tooMuchOutput(limit: maximumOutput)) }
    }

    /// Keeps what the program wrote, or sends it on; what is beyond the bound is only counted.
    private mutating func take(_ bytes: UnsafeRawBufferPointer) throws {
        outputCount += bytes.count
        guard outputCount <= maximumOutput else { return }
        if let stream {
            try stream.write(bytes)
        } else {
            makeRoom(for: bytes.count)
            output.append(contentsOf: bytes)
        }
    }

    /// Stops a program whose output nobody can take.
    private mutating func refuseOutput(_ reason: ChildResult.Stop) {
        // With its reader gone, a program that floods its output gets SIGPIPE.
        outputIsOpen = false
        child.closeOutput()
        stopProgram(reason, Self.shutdownGrace)
    }

    /// Grows the output in two steps: doubling would copy a large one often, and keep two of it meanwhile.
    ///
    /// Room that is not written to costs no memory.
    private mutating func makeRoom(for count: Int) {
        guard output.count + count > output.capacity else { return }
        output.reserveCapacity(output.count < 1 << 18 ? 1 << 20 : maximumOutput + buffer.count)
    }

    /// Moves one piece from the program to the log; never blocks on a log that nobody reads while a deadline runs.
    private mutating func readErrors() {
        guard errorsAreOpen else { return }
        log.flush(until: .now)
        if log.isBlocked { return }
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Log.piece))
        guard let count = readSome(child.standardError, piece) else { return }
        guard count > 0 else {
            errorsAreOpen = false
            return
        }
        log.take(UnsafeRawBufferPointer(rebasing: piece.prefix(count)), until: .now)
    }

    /// The number of bytes, 0 at the end, `nil` where there is nothing now; a pipe that cannot be read has ended.
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

    /// Takes what the pipes hold now that nobody of the group can write to them any more.
    ///
    /// It is bounded, should an escaped process write on.
    private mutating func drain() throws {
        // What an escaped process goes on writing would wait in memory for a reader that is slow.
        var room = stream == nil ? Int.max : Int(Self.largestPipe)
        while outputIsOpen, room > 0 {
            guard let count = readSome(child.standardOutput, buffer), count > 0 else { break }
            room -= count
            try take(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
            if outputCount > maximumOutput {
                stop = stop ?? .tooMuchOutput(limit: maximumOutput)
                break
            }
        }
        var remaining = Int(Self.largestPipe)
        let limit = logLimit
        while errorsAreOpen, remaining > 0 {
            guard let count = readSome(child.standardError, buffer), count > 0 else { break }
            log.take(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)), until: limit)
            remaining -= count
        }
        log.finish(until: limit)
    }

    /// How long a log that is not read may hold up the answer of a program that has ended.
    private var logLimit: ContinuousClock.Instant? {
        if case .shutdown? = stop { return .now.advanced(by: Self.shutdownGrace) }
        return timeLimit?.killAt
    }

    private var hasEnded: Bool {
        do throws(SystemError) {
            return try ProcessControl.peekEnd(of: child.pid) != nil
        } catch {
            return true
        }
    }

    private mutating func findEnd() throws(SystemError) -> ProcessEnd {
        if let end = try knownEnd() { return end }
        // Its thread is between the reaping and the telling, and usually waits for this processor.
        for _ in 0..<100 {
            if let end = child.end { return end }
            ProcessControl.yield()
        }
        // Or a process of its group traces it, and has not asked how it ended: the system tells nobody else before.
        ProcessControl.signalGroup(child.pid, SIGKILL)
        while true {
            if let end = try knownEnd() { return end }
            if let timeLimit, ContinuousClock.now >= timeLimit.killAt {
                stop = stop ?? .deadline
                return .signalled(SIGKILL)
            }
            _ = try poll([], timeout: .milliseconds(1))
        }
    }

    /// How the process ended, as the system says, or Process where it has reaped it.
    private func knownEnd() throws(SystemError) -> ProcessEnd? {
        do throws(SystemError) {
            return try ProcessControl.peekEnd(of: child.pid)
        } catch {
            // ECHILD: Process has reaped it and will know in a moment.
            guard error.errno == ECHILD else { throw error }
            return child.end
        }
    }
}
