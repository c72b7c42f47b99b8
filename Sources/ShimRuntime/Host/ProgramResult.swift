import Platform

/// What one run of the program came to.
struct ProgramResult {
    /// How the process ended.
    let end: ProcessEnd
    /// Why the shim stopped it before it ended by itself, if it did.
    let stop: StopReason?
    /// Whether it wrote anything to standard output.
    let hasOutput: Bool
    /// The end of what it wrote to standard error.
    let errors: StderrTail
    /// How long it ran.
    let duration: Duration
}
