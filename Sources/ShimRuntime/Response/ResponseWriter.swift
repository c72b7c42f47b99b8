import LambdaWire
import Platform

/// How a program did on one event.
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
    /// - Throws: Why it is not taken; the program is of no more use then.
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
