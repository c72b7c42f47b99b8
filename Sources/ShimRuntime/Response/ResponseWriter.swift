import LambdaWire
import Platform

/// The outcome of a program for one event.
enum Verdict: Equatable {
    /// What it wrote is the response.
    case success
    /// What it wrote is dropped where that is still possible.
    case failure(ErrorReport)
}

/// Why a program's output is not taken.
enum OutputRefusal: Error, Equatable {
    /// It is more than a response may have.
    case tooLarge(limit: Int)
    /// The Runtime API takes no more of a streamed response.
    case broken(SystemError)
    /// It does not begin with the header block of a CGI program; the line that is wrong, as a quotation.
    case malformed(why: String, line: String)
    /// It cannot be read, so that nobody knows what is missing.
    case unreadable(SystemError)
}

extension OutputRefusal {
    /// What `/error` is told.
    ///
    /// - Parameters:
    ///   - program: What the user calls the program.
    ///   - lines: The last lines that it wrote to standard error.
    /// - Returns: The report.
    func report(program: String, lines: [String]) -> ErrorReport {
        switch self {
        case .tooLarge(let limit):
            ErrorReport(
                type: ErrorType.responseSizeTooLarge,
                message: "\(program) wrote more than \(limit) bytes to standard output, the most a response has",
                stackTrace: lines
            )
        case .broken(let cause):
            ErrorReport(
                type: ErrorType.brokenStream,
                message: "\(program) was stopped because the Runtime API took no more of its response: \(cause)",
                stackTrace: lines
            )
        case .malformed(let why, let line):
            ErrorReport(
                type: ErrorType.unexpectedOutput,
                message: "\(program) did not answer as a CGI program does: \(why)"
                    + (line.isEmpty ? "" : ", at '\(line)'")
                    + "; its output begins with lines like 'Content-Type: text/plain', and an empty line ends them",
                stackTrace: lines
            )
        case .unreadable(let cause):
            ErrorReport(
                type: ErrorType.unknown,
                message: "the standard output of \(program) cannot be read: \(cause)",
                stackTrace: lines
            )
        }
    }
}

/// What the Runtime API gets for an event, in the end.
enum Answer: Equatable {
    /// The whole response.
    case response([UInt8])
    /// An error.
    case error(ErrorReport)
    /// The end of a response that is streamed, and what went wrong after its first byte.
    case endOfStream(ErrorReport?)

    /// The error, if it is one.
    var error: ErrorReport? {
        switch self {
        case .response: nil
        case .error(let report): report
        case .endOfStream(let report): report
        }
    }
}

/// What becomes of a program's standard output: one object per lane, for one response after another.
///
/// A host writes to it and does not know where the bytes go; it reads no more of the program's output while the writer is
/// blocked.
protocol ResponseWriter: AnyObject {
    /// Begins the response to an event.
    func begin(_ requestID: String)

    /// Takes what the program wrote.
    ///
    /// - Throws: Why it is not taken; the program is stopped then.
    func write(_ bytes: UnsafeRawBufferPointer) throws(OutputRefusal)

    /// Whether bytes go on at once, to a reader that may be slow.
    var isStream: Bool { get }

    /// Whether something waits for a reader that is slow.
    var isBlocked: Bool { get }

    /// Called when it is no longer blocked, or ``failure`` is set.
    var onChange: () -> Void { get set }

    /// Why nothing more can be taken, where that showed after a write.
    var failure: OutputRefusal? { get }

    /// Ends the response.
    ///
    /// - Returns: What the Runtime API is to get. A success may turn out to be an error: output that is not what was asked for.
    func finish(_ verdict: Verdict) -> Answer
}
