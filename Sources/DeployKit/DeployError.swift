import FunctionFile

/// Why something could not be deployed.
package enum DeployError: Error, Equatable, Sendable, CustomStringConvertible {
    /// AWS, or its CLI, refused.
    case refused(AWSFailure)
    /// A wait ended badly.
    case notReady(what: String, reason: String)
    /// A wait took too long.
    case timedOut(what: String, seconds: Int)
    /// The package cannot be deployed.
    case badPackage(path: String, problem: String, hint: String?)
    /// What is asked for contradicts itself, or what is there.
    case contradiction(String, hint: String?)
    /// The function is not there.
    case noFunction(String)
    /// The new version failed its test; the alias has not moved.
    case smokeFailed(version: String, detail: String)
    /// The answer of AWS is not what it must be.
    case strangeAnswer(operation: String)

    /// The part that says what failed.
    package var message: String {
        switch self {
        case .refused(let failure):
            "'aws \(failure.operation)' failed: " + (failure.code.map { "\($0): " } ?? "")
                + failure.message
        case .notReady(let what, let reason): "\(what): \(reason)"
        case .timedOut(let what, let seconds): "\(what): not ready after \(seconds) s"
        case .badPackage(let path, let problem, _): "cannot deploy '\(path)': \(problem)"
        case .contradiction(let text, _): text
        case .noFunction(let name): "there is no function '\(name)'"
        case .smokeFailed(let version, let detail):
            "version \(version) failed the smoke test: \(detail)"
        case .strangeAnswer(let operation): "'aws \(operation)' gave an answer that shim-deploy does not understand"
        }
    }

    /// What to do about it, where there is something to do.
    package var hint: String? {
        switch self {
        case .refused(let failure): RefusalTable.hint(for: failure)
        case .timedOut: "run it again to go on, or allow it more time: --wait SECONDS"
        case .badPackage(_, _, let hint): hint
        case .contradiction(_, let hint): hint
        case .noFunction:
            "'shim-deploy PACKAGE NAME' makes it; --region and --profile say where it is looked for"
        case .smokeFailed: "callers still get the previous version: 'shim-deploy logs' may say more"
        case .notReady(let what, _) where what == "the function cannot run":
            "mend the cause and run it again: a function that could not be made, and that nobody calls, is created again"
        case .notReady, .strangeAnswer: nil
        }
    }

    package var description: String { message + (hint.map { "\nhint: " + $0 } ?? "") }
}
