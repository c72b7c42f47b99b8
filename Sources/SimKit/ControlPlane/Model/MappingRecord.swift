/// An event source mapping: stored and answered; nothing is polled.
struct MappingRecord: Codable, Equatable, Sendable {
    let id: String
    /// The ARN of the function, qualified as it was asked for.
    var functionARN: String
    /// Seconds since 1970.
    var lastModified: Double
    var isEnabled: Bool
    /// The other members, as they were sent.
    var settings: [String: JSONValue]
    /// `nil` in what older simulators have written.
    var tags: [String: String]?

    /// Members that are answered with a value where none was sent (recorded).
    private static let defaults: [(String, JSONValue)] = [
        ("BatchSize", 10), ("MaximumBatchingWindowInSeconds", 0), ("FunctionResponseTypes", .array([])),
    ]
    private static let streamDefaults: [(String, JSONValue)] = [
        ("BatchSize", 100), ("MaximumBatchingWindowInSeconds", 0), ("FunctionResponseTypes", .array([])),
        ("BisectBatchOnFunctionError", false), ("MaximumRecordAgeInSeconds", -1), ("MaximumRetryAttempts", -1),
        ("ParallelizationFactor", 1), ("TumblingWindowInSeconds", 0),
        ("DestinationConfig", .object([("OnFailure", .object([]))])), ("LastProcessingResult", "No records processed"),
    ]

    /// Whether the source is a stream, of Kinesis or DynamoDB.
    private var isStream: Bool {
        let source = settings["EventSourceArn"]?.string ?? ""
        return source.contains(":kinesis:") || source.contains(":dynamodb:")
    }

    func answer(in place: Place, state: String? = nil) -> JSONValue {
        var members = settings
        for (name, value) in isStream ? Self.streamDefaults : Self.defaults where members[name] == nil {
            members[name] = value
        }
        return .object(
            [
                ("UUID", .string(id)), ("EventSourceMappingArn", .string(place.mapping(id))),
                ("FunctionArn", .string(functionARN)), ("LastModified", .number(lastModified)),
                ("State", .string(state ?? (isEnabled ? "Enabled" : "Disabled"))),
                ("StateTransitionReason", .string(isStream ? "User action" : "USER_INITIATED")),
            ] + members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        )
    }
}
