import FunctionFile

/// One statement of a function's policy, read for what it permits, whatever its id.
package struct PolicyStatement: Sendable, Equatable {
    /// The statement's id.
    package let id: String
    private let value: JSON

    /// Reads the statements of GetPolicy's answer, whose policy is JSON inside a text.
    package static func read(_ answer: JSON) -> [PolicyStatement] {
        guard let text = answer["Policy"]?.string, let policy = JSON.parse(text.utf8) else { return [] }
        return (policy["Statement"]?.array ?? []).map(PolicyStatement.init)
    }

    init(_ value: JSON) {
        self.value = value
        id = value["Sid"]?.string ?? ""
    }

    private var allows: Bool { value["Effect"]?.string == "Allow" }

    private func hasAction(_ action: String) -> Bool {
        let actions = value["Action"]?.strings ?? [value["Action"]?.string].compactMap(\.self)
        return actions.contains(action) || actions.contains("lambda:*")
    }

    private var isForEverybody: Bool {
        let principal = value["Principal"]
        return principal?.string == "*" || principal?["AWS"]?.string == "*"
    }

    /// The value of a condition, whatever its operator; moto writes some without one.
    private func condition(_ key: String) -> String? {
        for (name, values) in value["Condition"]?.object ?? [:] {
            if let text = values.string,
                name.lowercased() == key.lowercased().replacing("lambda:", with: "")
            {
                return text
            }
            for (inner, value) in values.object ?? [:] where inner.lowercased() == key.lowercased() {
                return value.string ?? value.bool.map { $0 ? "true" : "false" } ?? value.strings?.first
            }
        }
        let short = key.replacing("lambda:", with: "")
        let bare = value[short]
        return bare?.string ?? bare?.bool.map { $0 ? "true" : "false" }
    }

    private var conditionCount: Int {
        (value["Condition"]?.object ?? [:]).values.reduce(0) { $0 + ($1.object?.count ?? 1) }
    }

    /// Whether everybody may call the function's URL.
    package var permitsPublicURL: Bool {
        allows && isForEverybody && hasAction("lambda:InvokeFunctionUrl")
            && condition("lambda:FunctionUrlAuthType") == "NONE" && conditionCount <= 1
    }

    /// Whether everybody may invoke the function by way of its URL.
    package var permitsPublicInvocation: Bool {
        allows && isForEverybody && hasAction("lambda:InvokeFunction")
            && condition("lambda:InvokedViaFunctionUrl")?.lowercased() == "true" && conditionCount <= 1
    }

    /// Whether a service may invoke the function from a source.
    package func permits(_ service: String, source: String) -> Bool {
        guard allows, hasAction("lambda:InvokeFunction"),
            value["Principal"]?["Service"]?.string == service
        else {
            return false
        }
        return condition("AWS:SourceArn") == source
    }

    /// The bucket that a statement is for.
    package var bucket: String? {
        guard value["Principal"]?["Service"]?.string == "s3.amazonaws.com" else { return nil }
        return condition("AWS:SourceArn")?.split(separator: ":").last.map(String.init)
    }
}
