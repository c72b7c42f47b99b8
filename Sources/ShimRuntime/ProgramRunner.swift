import LambdaWire
import Platform

/// Runs the program for one invocation after another.
///
/// The next child's pipes are made while nobody waits for them: ``prepare()`` between response and reply.
final class ProgramRunner {
    /// What one invocation came to.
    enum Outcome {
        /// The response's bytes; none where it was streamed.
        case response([UInt8])
        /// The error, and how the run is told in the log.
        case failure(ErrorReport)
        /// The shim was told to end by a signal; the error is still to be reported.
        case shutdown(signal: Int32, ErrorReport)
    }

    private let program: Program
    private let configuration: Configuration
    private let environment: ChildEnvironment
    private let log: Log
    private let signals: Int32
    private let leftovers = Leftovers()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private var prepared: Child?
    private var output: [UInt8] = []
    private var privateFolders: [String] = []
    private var anyStartFailed = false

    init(program: Program, configuration: Configuration, log: Log, signals: Int32) {
        self.program = program
        self.configuration = configuration
        self.log = log
        self.signals = signals
        environment = ChildEnvironment(configuration: configuration)
    }

    deinit { buffer.deallocate() }

    /// Makes what the next child needs and the event has no part in.
    func prepare() {
        // Failing here (no descriptor left) is told where it matters: when the next event needs the child.
        if prepared == nil { prepared = try? Child(program: program) }
    }

    /// Ends what the last invocation left, frees what can be freed.
    func tidy() {
        leftovers.clear()
        // Only now: nobody is left who could write into one.
        for folder in privateFolders { removePrivateFolder(folder) }
        privateFolders = []
    }

    /// Ends what is left for good, before the shim itself ends.
    func end() {
        tidy()
        leftovers.reap()
    }

    /// What one more program takes while it runs and the next one is prepared: Process's sockets, a pidfd, pipes, /proc.
    private static let descriptorsOfAProgram = 8

    /// Whether the next program finds the descriptors that it needs.
    ///
    /// Process keeps two for each program that the system did not start, and nothing gets them back. With none left its
    /// sockets would be descriptor 0, and no later event could be handled; so the runtime ends before, and Lambda starts
    /// it anew. Looked at only where a start has failed.
    var canGoOn: Bool {
        guard anyStartFailed, let open = try? Files.list("/proc/self/fd").count else { return true }
        return open + Self.descriptorsOfAProgram <= Descriptor.limit
    }

    /// The content type of responses that are streamed; `nil` where they are sent as a whole.
    var streamType: String? { configuration.standardOutput.streamType }

    /// Runs the program on one event, with its output going to the stream if there is one.
    func run(_ invocation: Invocation, stream: ResponseStream?) throws -> Outcome {
        let folder: String?
        do throws(SystemError) {
            folder = try makePrivateFolder()
            if let folder { privateFolders.append(folder) }
        } catch {
            let place = environment.temporaryFolder
            return .failure(
                ErrorReport(
                    type: ErrorType.startFailed,
                    message: "cannot make a private folder in '\(place)': \(error); SHIM_TMPDIR is 'private'"
                )
            )
        }
        do {
            let child = try prepared ?? Child(program: program)
            prepared = nil
            // A child that could not be started has no process to wait for.
            defer { if child.pid != 0 { leftovers.add(child) } }
            return outcome(of: try result(of: child, invocation, folder, stream), invocation)
        } catch let gone as ShimError {
            throw gone
        } catch let failure as StartFailure {
            anyStartFailed = true
            return .failure(failure.report(program: program))
        } catch {
            return .failure(
                ErrorReport(type: ErrorType.startFailed, message: "\(program.name) could not be run: \(error)")
            )
        }
    }

    private func result(
        of child: Child,
        _ invocation: Invocation,
        _ folder: String?,
        _ stream: ResponseStream?
    ) throws -> ChildResult {
        let room = output
        output = []
        var run = ChildRun(
            child: child,
            event: invocation.event,
            timeLimit: timeLimit(invocation.deadline),
            maximumOutput: stream == nil ? RuntimeAPIClient.maximumPayload : ResponseStream.maximumBytes,
            output: room,
            stream: stream,
            log: ChildLog(log: log, requestID: invocation.requestID),
            signals: signals,
            buffer: buffer
        )
        return try run.run(environment: environment.variables(for: invocation, privateFolder: folder))
    }

    private func outcome(of result: ChildResult, _ invocation: Invocation) -> Outcome {
        let report = result.failure(
            program: program.name,
            memory: configuration.environment[LambdaVariable.memorySize],
            margin: margin(invocation.deadline)
        )
        guard let report else { return response(result) }
        if case .shutdown(let signal)? = result.stop { return .shutdown(signal: signal, report) }
        return .failure(report)
    }

    private func response(_ result: ChildResult) -> Outcome {
        switch configuration.standardOutput {
        case .stream, .streamHTTP: return .response([])
        case .raw:
            if result.output.isEmpty { return .response(Array("\"child process exited with code 0\"".utf8)) }
            return .response(result.output)
        case .jsonString:
            let text = result.output.last == 0x0A ? result.output.dropLast() : result.output[...]
            let json = JSONText.encode(String(decoding: text, as: UTF8.self))
            let limit = RuntimeAPIClient.maximumPayload
            guard json.count <= limit else {
                return .failure(
                    ErrorReport(
                        type: ErrorType.responseSizeTooLarge,
                        message: "the output of \(program.name) has \(json.count) bytes as a JSON string; "
                            + "a response has at most \(limit)"
                    )
                )
            }
            return .response(json)
        }
    }

    /// Takes a response's room back, for the next output.
    func reuse(_ response: consuming [UInt8]) {
        response.removeAll(keepingCapacity: true)
        output = response
    }

    /// How long before the deadline the program is stopped: what is set, but a quarter of the time there was at most.
    private func margin(_ deadline: Invocation.Deadline?) -> Duration {
        guard let deadline else { return .zero }
        return min(configuration.timeoutMargin, deadline.received.duration(to: deadline.instant) / 4)
    }

    private func timeLimit(_ deadline: Invocation.Deadline?) -> ChildRun.TimeLimit? {
        guard let deadline else { return nil }
        let margin = margin(deadline)
        // Half of the margin to end by itself; the other half is for the report.
        return ChildRun.TimeLimit(stopAt: deadline.instant.advanced(by: .zero - margin), grace: margin / 2)
    }

    /// How long a log that is not read may hold up the answer.
    func logLimit(_ invocation: Invocation) -> ContinuousClock.Instant {
        timeLimit(invocation.deadline)?.killAt ?? .now.advanced(by: .seconds(1))
    }

    private func makePrivateFolder() throws(SystemError) -> String? {
        guard configuration.temporaryFolder == .private else { return nil }
        return try Files.makeTemporaryFolder(prefix: environment.temporaryFolder + "/shim-")
    }

    private func removePrivateFolder(_ folder: String) {
        do throws(SystemError) {
            try Files.removeTree(folder)
        } catch {
            log(.warn, "cannot remove the private folder '\(folder)': \(error)")
        }
    }
}
