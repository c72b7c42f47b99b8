/// What runtimes write to standard error around the reason for which a program ends, as data.
///
/// Each entry is what the runtime prints itself, not what a program could print through it. The tests run the real
/// runtimes; the general rules are for those that nobody has listed. Where two entries would match, the stricter one is
/// here: a program's own last line must not be taken for a runtime's.
enum ReasonRules {
    /// Lines that a runtime adds after the reason, whatever that is.
    static let trailers: [LinePattern] = [
        // R
        "Execution halted",
        "Calls: *",
        // Node.js, Bun
        "Node.js v%.%.%*",
        "Bun v%.%.% (*)",
        // Octave
        "error: ignoring const execution_exception& while preparing to exit",
        // go run
        "exit status %",
        // Perl
        "BEGIN failed--compilation aborted at * line %.",
        "Compilation failed in require at * line %.",
        "Execution of * aborted due to compilation errors.",
        // Rust
        "note: run with `RUST_BACKTRACE=*",
        "note: Some details are omitted, run with `RUST_BACKTRACE=*",
        // Julia
        "in expression starting at *:%",
        // make
        "make: *** [*] Error %",
        "make[%]: *** [*] Error %",
        // Python's faulthandler
        "Extension modules: * (total: %)",
        // .NET
        " --- End of * stack trace *---",
    ]

    /// Lines of a list of calls, which follow the reason.
    static let frames: [LinePattern] = [
        // Java, Node.js, .NET, Octave, C# and many more
        " at *",
        " ... % more",
        " ... % lines matching cause stack trace ...",
        // Ruby, Crystal
        " from *:%:in *",
        " from *:% in *",
        " from *",
        // PHP, Dart, gdb, libbacktrace
        "#% *",
        " #% *",
        " thrown in * on line %",
        // Perl's Carp
        " *::*(*) called at * line %",
        " eval {...} called at * line %",
        " require * called at * line %",
        // OCaml
        "Raised at *",
        "Raised by *",
        "Re-raised at *",
        "Called from *",
        // Elixir, Erlang
        " (*) *:%: *",
        " *.exs:%: *",
        // Free Pascal
        " $*",
        // D
        "??:? *",
        "*.d:% *",
    ]

    /// The line above a list of calls: it is dropped with what follows, as far as that looks like such a list.
    static let listHeads: [LinePattern] = [
        // Lua, PHP, Julia, Rust, Fortran, rlang, SBCL, GHC 9.10, and those who call it so
        "*tack traceback:",
        "*tack trace:",
        "*tacktrace:",
        "*acktrace:",
        "*acktrace for: *",
        "*tack backtrace:",
        "*all stack:",
        // GHC
        "CallStack (from *):",
        // Octave
        "error: called from",
        // Go
        "goroutine % [*]:",
        // Python's faulthandler
        "*(most recent call first):",
        // Racket
        " context...:",
        " errortrace...:",
        // R, rlang
        "Backtrace:",
        // Ada
        "Call stack traceback locations:",
    ]

    /// What the last line tells about where the reason is.
    struct Ending: Sendable {
        /// The last line.
        let last: LinePattern
        /// The nearest line above with the reason; the rest goes.
        var reason: LinePattern?
        /// The first line above of what goes together with the last line.
        var cut: LinePattern?
    }

    /// Reports that end in a line of their own kind.
    static let endings: [Ending] = [
        // R: warnings come between the error and the end.
        Ending(last: "Execution halted", cut: "In addition: Warning message*"),
        // Tcl
        Ending(last: " (file \"*\" line %)", cut: " while executing"),
        Ending(last: " (file \"*\" line %)", cut: " invoked from within"),
        // Swift
        Ending(last: "Backtrace took *s", reason: "*: Fatal error: *"),
        Ending(last: "Backtrace took *s", reason: "*Fatal error: *"),
        Ending(last: "Backtrace took *s", reason: "*rogram crashed: *"),
        // The sanitizers of C and C++
        Ending(last: "==%==ABORTING", reason: "SUMMARY: *Sanitizer: *"),
        // SBCL
        Ending(last: "unhandled condition in --disable-debugger mode, quitting", reason: "Unhandled * in thread *"),
        // A shell whose child aborted: what that said.
        Ending(last: "*Aborted*", reason: "terminate called *"),
        Ending(last: "*Aborted*", reason: "*: Assertion * failed."),
    ]

    /// The first line of a reason that may have more than one.
    static let headlines: [LinePattern] = [
        "*Error: *", "*Exception: *", "*Error:", "*Exception:",
        "Error *", "ERROR: *", "error: *", "fatal: *", "FATAL: *", "fatal error: *", "panic: *",
        "Exception in thread *", "thread *panicked at *", "terminate called *",
        "PHP * error: *", "Fatal error: *",
        "Uncaught *", "Unhandled *", "uncaught exception*", "unhandled exception*",
        "*: error: *", "*: fatal error: *",
        // Ruby
        "*:%:in *: * (*)",
        // Elixir
        "** (*) *",
    ]

    /// A second reason, which led to the first one.
    static let causes: [LinePattern] = [
        "Caused by: *", "caused by: *", "Caused by:", "caused by:", "Caused by *:",
    ]

    /// The same, where no word says so: right after the calls of the first one.
    static let unmarkedCauses: [LinePattern] = [
        // Ruby
        "*:%:in *: * (*)"
    ]

    /// Headlines that no program prints by chance, so that what follows without a mark is still the reason.
    static let sureHeadlines: [LinePattern] = [
        // Ruby
        "*:%:in *: * (*)"
    ]

    /// Words of a short last line that only says that it has ended; where the line above reports an error, both are the
    /// reason.
    static let ends: [String] = [
        "exit status", "exit code", "exited with", "exiting", "halted", "aborted", "aborting", "terminated",
        "terminating", "quitting", "core dumped", "giving up", "returned non-zero",
    ]

    /// Words that mark a line as an error, in lower case.
    static let errorWords: [String] = [
        "error", "exception", "panic", "fatal", "fail", "cannot", "can't", "could not", "couldn't", "unable",
        "invalid", "denied", "not found", "no such", "missing", "unexpected", "unknown", "undefined", "refused",
        "timed out", "out of memory", "overflow", "assert", "violation",
    ]

    /// What begins Python's report, in which the calls come before the reason.
    static let callsFirst: [LinePattern] = [
        "Traceback (most recent call last):"
    ]

    /// A report in a frame of bars, with `| ` before each line.
    static let framedCallsFirst: LinePattern = " + Exception Group Traceback (most recent call last):"
}
