/// The state of the function's runtime (section "Runtime API" of docs/reference/shim-sim.md).
///
/// The raw values are the names that Lambda's error messages use.
enum RuntimeState: String {
    /// The process runs and has not asked for an event.
    case started = "Started"
    /// It reported that its init failed.
    case initError = "InitError"
    /// It waits for an event.
    case ready = "Ready"
    /// It has an event and has not answered.
    case running = "Running"
    /// Its answer is being read.
    case invocationResponse = "InvocationResponse"
    /// Its error report is being read.
    case invocationErrorResponse = "InvocationErrorResponse"
    /// It has answered and not asked for the next event.
    case responseSent = "RuntimeResponseSentState"
}
