import LambdaWire
import Platform

/// Why something failed, before it is known for which call: Lambda's own words name the request.
struct FailureReason: Equatable, Sendable {
    private enum Words: Equatable, Sendable {
        /// Lambda's own, after the request's id.
        case platform(payloadType: String, message: String)
        /// The function's own, to the byte.
        case reported(FunctionFailure)
    }

    /// What the log and the metrics call it.
    let type: String
    /// Whether it is a time-out.
    let isTimeout: Bool
    private let words: Words

    /// A failure that Lambda reports.
    ///
    /// - Parameters:
    ///   - type: What the log calls it.
    ///   - message: What comes after `Error: `.
    ///   - payloadType: What the caller is told, where that is something else.
    ///   - isTimeout: Whether it is a time-out.
    init(_ type: String, _ message: String, payloadType: String? = nil, isTimeout: Bool = false) {
        self.type = type
        self.isTimeout = isTimeout
        words = .platform(payloadType: payloadType ?? type, message: message)
    }

    /// What the function itself reported.
    init(reported failure: FunctionFailure) {
        type = failure.type
        isTimeout = false
        words = .reported(failure)
    }

    /// The failure of one call, or of an init, which has no request.
    func failure(requestID: String?) -> FunctionFailure {
        switch words {
        case .reported(let failure):
            // The runtime that says so of its init is about to end: the log speaks of it as of an end.
            var failure = failure
            failure.isReported = false
            return failure
        case .platform(let payloadType, let message):
            var failure = FunctionFailure(payloadType, message, requestID: requestID, isTimeout: isTimeout)
            failure.type = type
            return failure
        }
    }
}

/// Ends of processes and limits in Lambda's own words.
extension FailureReason {
    /// A runtime that ended while it was expected to run.
    static func exit(_ end: ProcessEnd) -> FailureReason {
        switch end {
        case .exited(0): FailureReason(ErrorType.exitError, "Runtime exited without providing a reason")
        case .exited(let status): FailureReason(ErrorType.exitError, "Runtime exited with error: exit status \(status)")
        case .signalled(let signal):
            FailureReason(ErrorType.exitError, "Runtime exited with error: signal: \(name(ofSignal: signal))")
        }
    }

    /// Processes that used more memory than the function has: only the log says so, the caller sees them killed.
    static let outOfMemory = FailureReason(
        ErrorType.outOfMemory,
        "Runtime exited with error: signal: killed",
        payloadType: ErrorType.exitError
    )

    /// A call that took too long.
    static func timeout(_ limit: Duration) -> FailureReason {
        let seconds = twoDecimals(limit.milliseconds / 1000)
        return FailureReason(ErrorType.sandboxTimedOut, "Task timed out after \(seconds) seconds", isTimeout: true)
    }

    /// An init that took too long.
    static let initTimeout = FailureReason(ErrorType.sandboxTimedOut, "Init timed out", isTimeout: true)

    /// The simulator is asked to end.
    static let stopped = FailureReason(ErrorType.sandboxFailure, "The simulator is stopped")

    /// A package without a bootstrap.
    static let noBootstrap = FailureReason(
        ErrorType.invalidEntrypoint,
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
    )

    /// An image whose working directory is not there.
    static func noWorkingDirectory(_ path: String) -> FailureReason {
        FailureReason("Runtime.InvalidWorkingDir", "chdir \(path): no such file or directory")
    }

    /// A bootstrap that cannot be executed.
    static func cannotStart(_ path: String, _ words: String) -> FailureReason {
        FailureReason(ErrorType.invalidEntrypoint, startFailure(path, words))
    }

    /// An extension that ended while it was expected to run.
    static func extensionExit(_ end: ProcessEnd) -> FailureReason {
        switch end {
        case .exited(0): FailureReason("Extension.Crash", "exit code 0")
        case .exited(let status): FailureReason("Extension.Crash", "exit status \(status)")
        case .signalled(let signal): FailureReason("Extension.Crash", "signal: \(name(ofSignal: signal))")
        }
    }

    /// What Go says of a file that cannot be executed.
    ///
    /// - Parameters:
    ///   - path: The file, as it is on Lambda.
    ///   - words: The system's own words.
    /// - Returns: The message.
    static func startFailure(_ path: String, _ words: String) -> String {
        "fork/exec \(path): \(words.prefix(1).lowercased() + words.dropFirst())"
    }

    /// The words that Go has for a signal.
    static func name(ofSignal number: Int32) -> String {
        let names: [Int32: String] = [
            1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 5: "trace/breakpoint trap", 6: "aborted",
            7: "bus error", 8: "floating point exception", 9: "killed", 10: "user defined signal 1",
            11: "segmentation fault", 12: "user defined signal 2", 13: "broken pipe", 14: "alarm clock",
            15: "terminated", 16: "stack fault", 17: "child exited", 18: "continued", 19: "stopped (signal)",
            20: "stopped", 21: "stopped (tty input)", 22: "stopped (tty output)", 23: "urgent I/O condition",
            24: "CPU time limit exceeded", 25: "file size limit exceeded", 26: "virtual timer expired",
            27: "profiling timer expired", 28: "window changed", 29: "I/O possible", 30: "power failure",
            31: "bad system call",
        ]
        return names[number] ?? "signal \(number)"
    }
}
