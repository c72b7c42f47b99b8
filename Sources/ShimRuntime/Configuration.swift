import LambdaWire
import Platform

/// What the environment says, read once.
public struct Configuration: Equatable, Sendable {
    /// How stdout becomes the response.
    public enum StandardOutput: String, CaseIterable, Sendable {
        /// The bytes as they are.
        case raw
        /// Text without its last newline, as a JSON string.
        case jsonString = "json-string"
        /// The bytes as they come, while the program runs.
        case stream
        /// The same, where they begin with Lambda's prelude: JSON with status and headers, then eight NUL bytes.
        case streamHTTP = "stream-http"
    }

    /// How the program answers events.
    public enum Mode: String, CaseIterable, Sendable {
        /// A process of its own for each.
        case process
        /// A process that stays and answers line by line.
        case worker
        /// A process of its own for each, started before the event comes.
        case standby
    }

    /// What the program is given of an event.
    public enum EventForm: String, CaseIterable, Sendable {
        /// The event's bytes.
        case raw
        /// An HTTP request, as a CGI program gets it.
        case http
        /// An HTTP request where the event is one, else its bytes.
        case auto
    }

    /// What ends an event and an answer of a worker.
    public enum WorkerDelimiter: String, CaseIterable, Sendable {
        /// A line end.
        case newline
        /// A NUL.
        case nul

        var byte: UInt8 { self == .nul ? 0 : 0x0A }
    }

    /// What a worker is given.
    public enum WorkerEventForm: String, CaseIterable, Sendable {
        /// The event.
        case event
        /// An object with the event and what Lambda says about it.
        case envelope
    }

    /// When a worker may be given events.
    public enum WorkerReady: String, CaseIterable, Sendable {
        /// Once it was started.
        case start
        /// When it has written a line.
        case line
    }

    /// A setting that is on or off.
    public enum Switch: String, CaseIterable, Sendable {
        case on
        case off
    }

    /// What `TMPDIR` is for the program.
    public enum TemporaryFolder: String, CaseIterable, Sendable {
        /// What the environment says; files stay for the next invocation.
        case shared
        /// A folder of its own per invocation, removed after it.
        case `private`
    }

    /// The folder of the package, and the program's working directory.
    public let taskRoot: String
    /// The handler string of the function's configuration, `nil` where it has none.
    public let handler: String?
    /// The function's memory in MB, as Lambda says it.
    var memorySize: String? { environment[LambdaVariable.memorySize] }
    /// How long before the deadline the program is stopped; a quarter of the time there was is the most.
    public let timeoutMargin: Duration
    /// How stdout becomes the response.
    public let standardOutput: StandardOutput
    /// What `TMPDIR` is for the program.
    public let temporaryFolder: TemporaryFolder
    /// How the program answers events.
    public let mode: Mode
    /// What the program is given of an event.
    public let eventForm: EventForm
    /// What precedes a CGI program's own paths.
    public let scriptPrefix: String
    /// What ends an event and an answer of a worker.
    public let workerDelimiter: WorkerDelimiter
    /// What a worker is given.
    public let workerEvent: WorkerEventForm
    /// Whether an answer of a worker may be an error.
    public let workerErrors: Switch
    /// When a worker may be given events.
    public let workerReady: WorkerReady
    /// After how many answers a worker is replaced; `nil` where it is not.
    public let workerMaximumEvents: Int?
    /// How long to wait until a program in standby reads its standard input, before the next event is asked for.
    public let standbySettle: Duration
    /// How old a program in standby may become; `nil` where it may be of any age.
    public let standbyMaximumAge: Duration?
    /// Whether Lambda is made to send SIGTERM at the end of an environment.
    public let sigterm: Switch
    /// How many events Lambda sends at once.
    public let concurrency: Int
    /// Everything the bootstrap was given; the program gets it too.
    public let environment: [String: String]

    /// The variable that names the file with the context, for a program in standby.
    static let contextFile = "SHIM_CONTEXT_FILE"

    /// The settings and what they may be, for the help and for a near miss.
    public static let settings: [(name: String, values: String, help: String)] = [
        (
            "SHIM_MODE", "process (default), worker or standby",
            "process runs the program for each event; a worker stays and answers each event, a line on standard input, with "
                + "a line on standard output; standby runs it for each event, and starts it before the event comes"
        ),
        (
            "SHIM_EVENT", "raw (default), http or auto",
            "http runs the program as a CGI program for events of API Gateway, function URLs and load balancers; auto runs "
                + "it this way for these and with the event's bytes for others"
        ),
        ("SHIM_SCRIPT_PREFIX", "a path like /prod", "what comes before a CGI program's own paths: SCRIPT_NAME"),
        ("SHIM_WORKER_DELIMITER", "newline (default) or nul", "what ends an event and an answer of a worker"),
        (
            "SHIM_WORKER_EVENT", "event (default) or envelope",
            "envelope gives a worker {\"event\":...,\"context\":{\"requestId\":...,\"deadlineMs\":...}}"
        ),
        (
            "SHIM_WORKER_ERRORS", "off (default) or on",
            "on makes an answer {\"errorType\":...,\"errorMessage\":...} of a worker the error of the invocation"
        ),
        (
            "SHIM_WORKER_READY", "start (default) or line",
            "line waits in Lambda's init until the worker has written its first line"
        ),
        ("SHIM_WORKER_MAX_EVENTS", "1 to 1000000000, default none", "replace a worker after this many events"),
        (
            "SHIM_STANDBY_SETTLE_MS", "0 (default) to 10000",
            "wait up to this many milliseconds for the program in standby to read its standard input"
        ),
        (
            "SHIM_STANDBY_MAX_AGE", "1 to 86400, default none",
            "replace a program in standby that has waited for longer than this many seconds"
        ),
        (
            "SHIM_SIGTERM", "off (default) or on",
            "on makes Lambda send SIGTERM before it ends an environment: the program has 300 ms then"
        ),
        (
            "SHIM_TIMEOUT_MARGIN_MS", "0 to 60000, default 500",
            "stop the program this many milliseconds before the deadline (at most a quarter of the time it has)"
        ),
        (
            "SHIM_STDOUT", "raw (default), json-string, stream or stream-http",
            "json-string returns stdout without its last newline, as a JSON string; stream sends it on as it comes, "
                + "stream-http too, with Lambda's HTTP prelude at its beginning"
        ),
        (
            "SHIM_TMPDIR", "shared (default) or private",
            "private gives each invocation its own folder as TMPDIR and removes it afterwards"
        ),
    ]

    /// Reads the environment.
    ///
    /// - Throws: ``ShimError`` that names the variable that is missing, unknown or has a value it cannot have.
    public init(environment: [String: String]) throws(ShimError) {
        self.environment = environment
        for name in environment.keys.sorted() where name.hasPrefix("SHIM_") {
            if Self.settings.contains(where: { $0.name == name }) || name == Self.contextFile { continue }
            let suggestion = Self.settings.first { Self.isNear($0.name, name) }?.name
            throw .unknownSetting(name: name, suggestion: suggestion)
        }
        taskRoot = environment[LambdaVariable.taskRoot].flatMap { $0.isEmpty ? nil : $0 } ?? "/var/task"
        handler = environment[LambdaVariable.handler].flatMap { $0.isEmpty ? nil : $0 }
        timeoutMargin = .milliseconds(try Self.margin(environment["SHIM_TIMEOUT_MARGIN_MS"]))
        standardOutput = try Self.choice("SHIM_STDOUT", environment) ?? .raw
        temporaryFolder = try Self.choice("SHIM_TMPDIR", environment) ?? .shared
        mode = try Self.choice("SHIM_MODE", environment) ?? .process
        eventForm = try Self.choice("SHIM_EVENT", environment) ?? .raw
        scriptPrefix = try Self.prefix("SHIM_SCRIPT_PREFIX", environment)
        workerDelimiter = try Self.choice("SHIM_WORKER_DELIMITER", environment) ?? .newline
        workerEvent = try Self.choice("SHIM_WORKER_EVENT", environment) ?? .event
        workerErrors = try Self.choice("SHIM_WORKER_ERRORS", environment) ?? .off
        workerReady = try Self.choice("SHIM_WORKER_READY", environment) ?? .start
        workerMaximumEvents = try Self.number("SHIM_WORKER_MAX_EVENTS", 1...1_000_000_000, environment)
        standbySettle = .milliseconds(try Self.number("SHIM_STANDBY_SETTLE_MS", 0...10_000, environment) ?? 0)
        standbyMaximumAge = try Self.number("SHIM_STANDBY_MAX_AGE", 1...86_400, environment).map { .seconds($0) }
        sigterm = try Self.choice("SHIM_SIGTERM", environment) ?? .off
        concurrency = try Self.number(LambdaVariable.maximumConcurrency, 1...10_000, environment) ?? 1
        try checkCombination()
    }

    /// Refuses settings that have no effect or contradict each other.
    private func checkCombination() throws(ShimError) {
        for (prefix, needed) in [("SHIM_WORKER_", Mode.worker), ("SHIM_STANDBY_", .standby)] where mode != needed {
            guard let name = environment.keys.sorted().first(where: { $0.hasPrefix(prefix) }) else { continue }
            throw .settingNeeds(name: name, needed: "SHIM_MODE=\(needed.rawValue)")
        }
        if eventForm != .raw, mode != .process {
            // Its variables are older than the request.
            throw .settingNeeds(name: "SHIM_EVENT", needed: "SHIM_MODE=process")
        }
        if eventForm != .raw, standardOutput == .jsonString || standardOutput == .stream {
            throw .settingNeeds(name: "SHIM_EVENT", needed: "SHIM_STDOUT=raw or stream-http")
        }
        if eventForm == .raw, !scriptPrefix.isEmpty {
            throw .settingNeeds(name: "SHIM_SCRIPT_PREFIX", needed: "SHIM_EVENT=http or auto")
        }
        if workerErrors == .on, standardOutput == .stream || standardOutput == .streamHTTP {
            throw .settingNeeds(name: "SHIM_WORKER_ERRORS", needed: "a response that is not streamed (SHIM_STDOUT)")
        }
    }

    private static func prefix(_ name: String, _ environment: [String: String]) throws(ShimError) -> String {
        guard let text = environment[name] else { return "" }
        guard text.hasPrefix("/"), !text.hasSuffix("/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .badSetting(name: name, value: text, expected: "a path without a slash at its end, '/prod'")
        }
        return text
    }

    private static func number(
        _ name: String,
        _ range: ClosedRange<Int>,
        _ environment: [String: String]
    ) throws(ShimError) -> Int? {
        guard let text = environment[name] else { return nil }
        // Digits only: Int also takes '+5'.
        guard text.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let value = Int(text), range.contains(value) else {
            let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .badSetting(name: name, value: text, expected: expected)
        }
        return value
    }

    private static func margin(_ text: String?) throws(ShimError) -> Int {
        guard let text else { return 500 }
        // Digits only: Int also takes '+5'.
        guard text.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let value = Int(text), value <= 60_000 else {
            throw .badSetting(
                name: "SHIM_TIMEOUT_MARGIN_MS",
                value: text,
                expected: "a whole number of milliseconds from 0 to 60000"
            )
        }
        return value
    }

    private static func choice<C: RawRepresentable & CaseIterable>(
        _ name: String,
        _ environment: [String: String]
    ) throws(ShimError) -> C? where C.RawValue == String {
        guard let text = environment[name] else { return nil }
        if let value = C(rawValue: text) { return value }
        let words = C.allCases.map { "'\($0.rawValue)'" }
        throw .badSetting(name: name, value: text, expected: "one of " + words.joined(separator: ", "))
    }

    /// Whether one name is the other with a word left out, added or misspelt: they share their first and last letters.
    private static func isNear(_ known: String, _ given: String) -> Bool {
        given.hasPrefix(known.prefix(8)) || known.hasPrefix(given) || given.hasPrefix(known)
    }
}
