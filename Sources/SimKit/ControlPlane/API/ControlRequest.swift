/// One call of the API: its parameters, wherever they came from.
struct ControlRequest {
    let operation: ControlOperation
    /// The status of success.
    let status: Int
    /// The parameters of the path, the query and the body, by their names in the model.
    private let parameters: JSONValue

    /// Collects the parameters.
    ///
    /// - Parameters:
    ///   - route: The line of the table.
    ///   - path: The parameters of the path, decoded.
    ///   - query: Those of the query; numbers become numbers, `tagKeys` a list.
    ///   - body: The bytes of the body; empty where there is none.
    /// - Throws: ``ControlError`` where the body is not a JSON object.
    init(
        _ route: ControlRoute,
        path: [String: String],
        query: [(name: String, value: String)],
        body: [UInt8]
    ) throws(ControlError) {
        operation = route.operation
        status = route.status
        var members: [(String, JSONValue)] = []
        if !body.isEmpty {
            let value: JSONValue
            do throws(JSONCheck.Problem) {
                value = try JSONValue.parse(body)
            } catch {
                throw .notJSON(error.description)
            }
            guard let found = value.members else {
                throw .serialization("Start of structure or map found where not expected.")
            }
            members = found
        }
        let tagKeys = query.filter { $0.name == "tagKeys" }.map { JSONValue.string($0.value) }
        if !tagKeys.isEmpty { members.append(("TagKeys", .array(tagKeys))) }
        for (name, value) in query where name != "tagKeys" {
            members.append((name, name == "MaxItems" ? Int(value).map { .int($0) } ?? .string(value) : .string(value)))
        }
        for (name, value) in path { members.append((name, .string(value))) }
        parameters = .object(members)
    }

    /// A parameter; `null` counts as not given.
    subscript(_ name: String) -> JSONValue? {
        guard let value = parameters[name], !value.isNull else { return nil }
        return value
    }

    /// A parameter in a parameter, `LoggingConfig.LogFormat`.
    subscript(path path: String) -> JSONValue? {
        var value: JSONValue? = parameters
        for name in path.split(separator: ".") { value = value?[String(name)] }
        return value
    }

    /// A text.
    func string(_ path: String) throws(ControlError) -> String? {
        try read(path, "a String") { $0.string }
    }

    /// A whole number.
    func int(_ path: String) throws(ControlError) -> Int? {
        try read(path, "an Integer") { $0.int }
    }

    /// A truth value.
    func bool(_ path: String) throws(ControlError) -> Bool? {
        try read(path, "a Boolean") { $0.bool ?? ($0.string == "true" ? true : $0.string == "false" ? false : nil) }
    }

    /// A list of texts.
    func strings(_ path: String) throws(ControlError) -> [String]? {
        try read(path, "a List of Strings") { value in
            guard let values = value.array else { return nil }
            let texts = values.compactMap(\.string)
            return texts.count == values.count ? texts : nil
        }
    }

    /// An object whose values are texts, in the order in which they were sent.
    func texts(_ path: String) throws(ControlError) -> [(String, String)]? {
        try read(path, "a Map of Strings") { value in
            guard let members = value.members else { return nil }
            let texts = members.compactMap { name, value in value.string.map { (name, $0) } }
            return texts.count == members.count ? texts : nil
        }
    }

    /// An object.
    func object(_ path: String) throws(ControlError) -> JSONValue? {
        try read(path, "a Structure") { $0.members == nil ? nil : $0 }
    }

    private func read<T>(
        _ path: String,
        _ type: String,
        _ convert: (JSONValue) -> T?
    ) throws(ControlError) -> T? {
        guard let value = self[path: path], !value.isNull else { return nil }
        guard let converted = convert(value) else {
            let kind =
                switch value {
                case .string: "STRING_VALUE"
                case .int, .number: "NUMBER_VALUE"
                case .bool: "TRUE_VALUE"
                case .array: "START_ARRAY"
                default: "START_OBJECT"
                }
            throw .serialization("\(kind) can not be converted to \(type)")
        }
        return converted
    }
}
