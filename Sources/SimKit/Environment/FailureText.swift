import LambdaWire
import Platform

/// Ends of processes in Lambda's own words.
enum FailureText {
    /// Why something failed: Lambda's words name the request, where there is one.
    typealias Reason = (_ requestID: String?) -> FunctionFailure

    /// A runtime that ended while it was expected to run.
    static func exit(_ end: ProcessEnd, requestID: String?) -> FunctionFailure {
        let message =
            switch end {
            case .exited(0): "Runtime exited without providing a reason"
            case .exited(let status): "Runtime exited with error: exit status \(status)"
            case .signalled(let signal): "Runtime exited with error: signal: \(name(ofSignal: signal))"
            }
        return FunctionFailure(ErrorType.exitError, message, requestID: requestID)
    }

    /// Processes that used more memory than the function has.
    static func outOfMemory(requestID: String?) -> FunctionFailure {
        FunctionFailure(ErrorType.outOfMemory, "Runtime exited with error: signal: killed", requestID: requestID)
    }

    /// An invocation that took too long.
    static func timeout(_ limit: Duration, requestID: String) -> FunctionFailure {
        let seconds = twoDecimals(limit.milliseconds / 1000)
        return FunctionFailure(
            ErrorType.sandboxTimedOut,
            "Task timed out after \(seconds) seconds",
            requestID: requestID,
            isTimeout: true
        )
    }

    /// A package without a bootstrap.
    static func noBootstrap(requestID: String?) -> FunctionFailure {
        FunctionFailure(
            ErrorType.invalidEntrypoint,
            "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
            requestID: requestID
        )
    }

    /// An image whose working directory is not there.
    static func noWorkingDirectory(_ path: String, requestID: String?) -> FunctionFailure {
        FunctionFailure("Runtime.InvalidWorkingDir", "chdir \(path): no such file or directory", requestID: requestID)
    }

    /// A bootstrap that cannot be executed.
    static func cannotStart(_ path: String, _ words: String, requestID: String?) -> FunctionFailure {
        FunctionFailure(ErrorType.invalidEntrypoint, startFailure(path, words), requestID: requestID)
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
