import LambdaWire
import HTTPWire
import Platform

/// Why the shim could not start, or could not carry on.
public enum ShimError: Error, Equatable, Sendable {
    /// The environment lacks a variable that the Lambda service always sets.
    case missingEnvironment(name: String)
    /// A setting has a value that it cannot have.
    case badSetting(name: String, value: String, expected: String)
    /// A variable that begins with `SHIM_` and is not a setting.
    case unknownSetting(name: String, suggestion: String?)
    /// The address of the Runtime API is not an IP and a port.
    case badRuntimeAPI(value: String)
    /// The process may have too few descriptors to run a program.
    case tooFewDescriptors(limit: Int, needed: Int)
    /// So many starts have failed that the next program would find too few descriptors.
    case descriptorsSpent(limit: Int)
    /// The system ran out of descriptors while a program was started, and Foundation can no longer be used.
    case noDescriptorForAProgram
    /// No thread can be started.
    case noThread(cause: String)
    /// The task root cannot be entered.
    case badTaskRoot(path: String, cause: String)
    /// No program was found; each place that was looked at is listed.
    case programNotFound(name: String, tried: [String])
    /// More than one file fits the handler.
    case programAmbiguous(name: String, candidates: [String])
    /// The program is there and cannot run here.
    case programUnusable(path: String, why: String, hint: String)
    /// A setting was given that needs another one, or that another one excludes.
    case settingNeeds(name: String, needed: String)
    /// A program that is started before the first event could not be started, or ended before it was ready.
    case workerFailed(type: String, message: String, lines: [String])
    /// The Runtime API cannot be reached, or went away.
    case runtimeAPIGone(address: String, cause: String)
    /// The Runtime API answered with something that the protocol does not allow.
    case protocolViolation(operation: String, why: String)
    /// The Runtime API answered with a status after which the loop must end.
    case unexpectedStatus(operation: String, status: Int, body: String)

    /// The end of what a program wrote to standard error, where it is a program that failed.
    var lines: [String] {
        if case .workerFailed(_, _, let lines) = self { return lines }
        return []
    }

    /// What the Runtime API is told, by Lambda's own conventions.
    public var errorType: String {
        switch self {
        case .workerFailed(let type, _, _): type
        case .missingEnvironment, .settingNeeds, .badSetting, .unknownSetting, .badRuntimeAPI, .tooFewDescriptors:
            ErrorType.configInvalid
        case .badTaskRoot: ErrorType.invalidWorkingDirectory
        case .programNotFound, .programAmbiguous: ErrorType.noSuchHandler
        case .programUnusable: ErrorType.invalidEntrypoint
        case .runtimeAPIGone, .protocolViolation, .unexpectedStatus, .descriptorsSpent, .noDescriptorForAProgram,
            .noThread:
            ErrorType.unknown
        }
    }
}

extension ShimError: CustomStringConvertible {
    /// What failed, on what, and why; a remedy, if there is one, follows on a line of its own after `hint: `.
    public var description: String {
        switch self {
        case .missingEnvironment(let name):
            "the variable '\(name)' is missing\nhint: Lambda sets it; to try a program here, use 'shim-sim run PROGRAM'"
        case .badSetting(let name, let value, let expected):
            "the setting '\(name)' cannot be '\(value)'\nhint: \(expected)"
        case .settingNeeds(let name, let needed):
            "the setting '\(name)' cannot be used here\nhint: it needs \(needed)"
        case .workerFailed(_, let message, _): message
        case .unknownSetting(let name, let suggestion):
            "'\(name)' is not a setting"
                + "\nhint: " + (suggestion.map { "did you mean '\($0)'?" } ?? "see 'shim --help' for the settings")
        case .badRuntimeAPI(let value):
            "'\(value)' is not an address of the Runtime API"
                + "\nhint: AWS_LAMBDA_RUNTIME_API is an IP address and a port, 127.0.0.1:9001"
        case .tooFewDescriptors(let limit, let needed):
            "the process may open only \(limit) files"
                + "\nhint: raise the limit to \(needed) or more: 'ulimit -n \(needed)'"
        case .descriptorsSpent(let limit):
            "too few of \(limit) descriptors are left: each program that could not be started keeps two"
        case .noDescriptorForAProgram:
            "the system has no descriptor left for a program: too many files are open in it"
        case .noThread(let cause):
            "cannot start a thread: \(cause)\nhint: Foundation needs one to run programs: "
                + "raise the limits of processes and memory ('ulimit -u', 'ulimit -v')"
        case .badTaskRoot(let path, let cause):
            "cannot enter the task root '\(path)': \(cause)\nhint: LAMBDA_TASK_ROOT names the folder of the package"
        case .programNotFound(let name, let tried):
            "cannot find the program '\(name)': tried \(tried.joined(separator: ", "))"
                + "\nhint: the function's handler, or the argument of shim in bootstrap, names a file of the package"
        case .programAmbiguous(let name, let candidates):
            "several files fit the handler '\(name)': \(candidates.joined(separator: ", "))"
                + "\nhint: give the whole name of one of them as the function's handler"
        case .programUnusable(let path, let why, let hint): "cannot run '\(path)': \(why)\nhint: \(hint)"
        case .runtimeAPIGone(let address, let cause): "cannot reach the Runtime API at '\(address)': \(cause)"
        case .protocolViolation(let operation, let why): "the Runtime API broke the protocol in '\(operation)': \(why)"
        case .unexpectedStatus(let operation, let status, let body):
            "the Runtime API answered '\(operation)' with status \(status)" + (body.isEmpty ? "" : ": \(body)")
        }
    }
}
