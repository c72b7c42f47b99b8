import LambdaWire
import Platform

/// What the environment says, read once.
public struct Configuration: Equatable, Sendable {
    /// How stdout becomes the response.
    public enum StandardOutput: String, CaseIterable, Sendable {
        /// The bytes as they are.
        case raw
        /// Text, less one last newline, as a JSON string.
        case jsonString = "json-string"
        /// The bytes as they come, while the program runs.
        case stream
        /// The same, where they begin with Lambda's prelude: JSON with status and headers, then eight NUL bytes.
        case streamHTTP = "stream-http"
    }

    /// What `TMPDIR` is for the program.
    public enum TemporaryFolder: String, CaseIterable, Sendable {
        /// What the environment says; files stay for the next invocation.
        case shared
        /// An own folder per invocation, removed after it.
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
    /// Everything the bootstrap was given; the program gets it too.
    public let environment: [String: String]

    /// The settings and what they may be, for the help and for a near miss.
    public static let settings: [(name: String, values: String, help: String)] = [
        (
            "SHIM_TIMEOUT_MARGIN_MS", "0 to 60000, default 500",
            "stop the program so many milliseconds before the deadline (at most a quarter of the time there is)"
        ),
        (
            "SHIM_STDOUT", "raw (default), json-string, stream or stream-http",
            "json-string returns stdout, less one last newline, as a JSON string; stream sends it on as it comes, "
                + "stream-http too, with Lambda's HTTP prelude at its beginning"
        ),
        (
            "SHIM_TMPDIR", "shared (default) or private",
            "private gives each invocation an own folder as TMPDIR and removes it afterwards"
        ),
    ]

    /// Reads the environment.
    ///
    /// - Throws: ``ShimError`` that names the variable that is missing, unknown or has a value it cannot have.
    public init(environment: [String: String]) throws(ShimError) {
        self.environment = environment
        for name in environment.keys.sorted() where name.hasPrefix("SHIM_") {
            if Self.settings.contains(where: { $0.name == name }) { continue }
            let suggestion = Self.settings.first { Self.isNear($0.name, name) }?.name
            throw .unknownSetting(name: name, suggestion: suggestion)
        }
        taskRoot = environment[LambdaVariable.taskRoot].flatMap { $0.isEmpty ? nil : $0 } ?? "/var/task"
        handler = environment[LambdaVariable.handler].flatMap { $0.isEmpty ? nil : $0 }
        timeoutMargin = .milliseconds(try Self.margin(environment["SHIM_TIMEOUT_MARGIN_MS"]))
        standardOutput = try Self.choice("SHIM_STDOUT", environment) ?? .raw
        temporaryFolder = try Self.choice("SHIM_TMPDIR", environment) ?? .shared
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
