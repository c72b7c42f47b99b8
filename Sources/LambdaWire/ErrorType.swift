/// The types of errors that the Runtime API and the Extensions API know.
///
/// A type of `Function.` counts as the function's own failure, one of `Runtime.` as the runtime's; the names are those of
/// Lambda where it has one for the case.
package enum ErrorType {
    // What a runtime reports.

    /// The function's configuration cannot be used.
    package static let configInvalid = "Runtime.ConfigInvalid"
    /// The working directory cannot be used.
    package static let invalidWorkingDirectory = "Runtime.InvalidWorkingDir"
    /// There is no such handler.
    package static let noSuchHandler = "Runtime.NoSuchHandler"
    /// The program cannot be executed.
    package static let invalidEntrypoint = "Runtime.InvalidEntrypoint"
    /// None of the others.
    package static let unknown = "Runtime.Unknown"
    /// The event cannot be given to a program.
    package static let eventRefused = "Runtime.EventRefused"
    /// A process could not be started.
    package static let startFailed = "Runtime.StartFailed"
    /// The Runtime API took no more of a streamed response.
    package static let brokenStream = "Runtime.BrokenStream"
    /// The runtime was told to end.
    package static let shutdown = "Runtime.Shutdown"
    /// The program was stopped before the deadline.
    package static let timedOut = "Function.TimedOut"
    /// The program ended with a status other than 0.
    package static let exitStatus = "Function.ExitStatus"
    /// The program wrote something to its standard output that nobody had asked for, or closed it.
    package static let unexpectedOutput = "Function.UnexpectedOutput"
    /// A signal ended the program.
    package static let killedBySignal = "Function.KilledBySignal"

    // What both ends say.

    /// A response is too large.
    package static let responseSizeTooLarge = "Function.ResponseSizeTooLarge"

    // What the service says.

    /// The runtime's process ended.
    package static let exitError = "Runtime.ExitError"
    /// A response broke off.
    package static let truncatedResponse = "Runtime.TruncatedResponse"
    /// The response mode is unknown.
    package static let invalidResponseMode = "Runtime.InvalidResponseModeHeader"
    /// Too many runtimes wait for an event.
    package static let tooManyIdleRuntimes = "Runtime.TooManyIdleRuntimes"
    /// A function's own type that is malformed.
    package static let unknownOfFunction = "Function.Unknown"
    /// The function ran into its time-out.
    package static let sandboxTimedOut = "Sandbox.Timedout"
    /// The runtime was killed because memory ran out.
    package static let outOfMemory = "Runtime.OutOfMemory"
    /// The environment failed.
    package static let sandboxFailure = "Sandbox.Failure"
}
