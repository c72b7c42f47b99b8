import FunctionFile

/// Whether a setting is already as it is desired.
enum Comparison {
    /// Members whose values are sets: their order means nothing.
    private static let sets: Set<String> = [
        "SubnetIds", "SecurityGroupIds", "AllowMethods", "AllowOrigins", "AllowHeaders",
        "ExposeHeaders",
        "FunctionResponseTypes",
    ]

    /// Compares what is named: members that only the answer has are defaults, or nobody's concern here.
    static func holds(_ desired: JSON, in observed: JSON?, key: String = "") -> Bool {
        switch desired {
        case .object(let members):
            return members.allSatisfy { holds($0.value, in: observed?[$0.key], key: $0.key) }
        case .array(let values):
            guard let present = observed?.array ?? (values.isEmpty ? [] : nil),
                present.count == values.count
            else {
                return false
            }
            if sets.contains(key) {
                return values.map { $0.text() }.sorted() == present.map { $0.text() }.sorted()
            }
            return zip(values, present).allSatisfy { holds($0, in: $1) }
        case .null: return observed == nil || observed == .null
        case .string(let text):
            return observed?.string == text || (text.isEmpty && observed == nil)
        case .bool(let value): return observed?.bool == value || (!value && observed == nil)
        case .int, .number:
            return observed == desired || (observed?.int != nil && observed?.int == desired.int)
        }
    }

    /// Compares a member of the function's configuration, with Lambda's default where the answer does not have it.
    static func holds(_ key: String, _ desired: JSON, in configuration: JSON, function: String)
        -> Bool
    {
        holds(desired, in: value(of: key, in: configuration, function: function), key: key)
    }

    /// What the answer says of a member, with Lambda's default where it says nothing.
    static func value(of key: String, in configuration: JSON, function: String) -> JSON? {
        let observed =
            key == "ImageConfig"
            ? configuration.at("ImageConfigResponse", "ImageConfig") : configuration[key]
        if key == "LoggingConfig" {
            let defaults: [String: JSON] = [
                "LogFormat": .string("Text"), "LogGroup": .string("/aws/lambda/\(function)"),
            ]
            return .object(defaults.merging(observed?.object ?? [:]) { $1 })
        }
        guard let fallback = ConfigurationKeys.defaults[key] else { return observed }
        guard let observed else { return fallback }
        if let members = fallback.object, let present = observed.object {
            return .object(members.merging(present) { $1 })
        }
        return observed
    }

    /// What a value is called in a line of a plan.
    static func label(_ value: JSON?) -> String {
        switch value {
        case nil, .null?: "none"
        case .string(let text)?: text.isEmpty ? "none" : text
        case .array(let values)?:
            values.isEmpty ? "none" : values.map { label($0["Arn"] ?? $0) }.joined(separator: ",")
        case .object(let members)?:
            members.count == 1
                ? label(members.values.first)
                : members.sorted { $0.key < $1.key }.map { "\($0.key)=\(label($0.value))" }.joined(
                    separator: ","
                )
        case let value?: value.text()
        }
    }
}
