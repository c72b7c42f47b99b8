import Platform

/// What one run of the program came to.
struct ChildResult {
    /// Why the shim stopped the program before it ended by itself.
    enum Stop: Equatable {
        /// The deadline came near.
        case deadline
        /// It wrote more than a response may have.
        case tooMuchOutput(limit: Int)
        /// The Runtime API takes no more of a streamed response.
        case brokenStream(SystemError)
        /// The shim itself was told to end by this signal.
        case shutdown(Int32)
    }

    /// How the process ended.
    let end: ProcessEnd
    /// Why it was stopped, if it was.
    let stop: Stop?
    /// What it wrote to standard output and was not streamed.
    let output: [UInt8]
    /// Whether it wrote anything to standard output.
    let hasOutput: Bool
    /// The end of what it wrote to standard error.
    let errors: StderrTail
    /// How long it ran.
    let duration: Duration
}
