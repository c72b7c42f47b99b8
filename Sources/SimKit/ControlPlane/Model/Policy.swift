/// Resource policies of functions and layers: stored and answered, not enforced.
enum Policy {
    /// The whole document.
    static func document(_ statements: [JSONValue]) -> JSONValue {
        .object([("Version", "2012-10-17"), ("Id", "default"), ("Statement", .array(statements))])
    }

    /// Makes a statement of AddPermission's parameters.
    ///
    /// - Throws: ``ControlError`` where the principal is not one.
    static func statement(_ request: ControlRequest, resource: String) throws(ControlError) -> JSONValue {
        let principal = try request.string("Principal") ?? ""
        var equals: [(String, JSONValue)] = []
        for (member, key) in [
            ("SourceAccount", "AWS:SourceAccount"), ("FunctionUrlAuthType", "lambda:FunctionUrlAuthType"),
            ("PrincipalOrgID", "aws:PrincipalOrgID"), ("EventSourceToken", "lambda:EventSourceToken"),
        ] {
            if let value = try request.string(member) { equals.append((key, .string(value))) }
        }
        var condition: [(String, JSONValue)] = []
        if !equals.isEmpty { condition.append(("StringEquals", .object(equals))) }
        if try request.bool("InvokedViaFunctionUrl") == true {
            condition.append(("Bool", .object([("lambda:InvokedViaFunctionUrl", "true")])))
        }
        if let source = try request.string("SourceArn") {
            condition.append(("ArnLike", .object([("AWS:SourceArn", .string(source))])))
        }
        return .members(
            ("Sid", .string(try request.string("StatementId") ?? "")),
            ("Effect", "Allow"),
            ("Principal", try self.principal(principal)),
            ("Action", .string(try request.string("Action") ?? "")),
            ("Resource", .string(resource)),
            ("Condition", condition.isEmpty ? nil : .object(condition))
        )
    }

    static func principal(_ text: String) throws(ControlError) -> JSONValue {
        if text == "*" { return "*" }
        if text.hasSuffix(".amazonaws.com") { return .object([("Service", .string(text))]) }
        if text.utf8.count == 12, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) {
            return .object([("AWS", .string("arn:aws:iam::\(text):root"))])
        }
        if text.hasPrefix("arn:aws"), text.contains(":iam:") || text.contains(":sts:") {
            return .object([("AWS", .string(text))])
        }
        throw .invalid("The provided principal was invalid. Please check the principal and try again.")
    }

    /// Adds a statement whose id is new.
    static func add(_ statement: JSONValue, to statements: inout [JSONValue]) throws(ControlError) {
        let id = statement["Sid"]?.string ?? ""
        guard !statements.contains(where: { $0["Sid"]?.string == id }) else {
            throw .conflict(
                "The statement id (\(id)) provided already exists. "
                    + "Please provide a new statement id, or remove the existing statement."
            )
        }
        let size = document(statements + [statement]).text.utf8.count
        guard size <= 20_480 else { throw .policyTooLarge(size) }
        statements.append(statement)
    }

    /// Removes the statement of an id.
    static func remove(_ id: String, from statements: inout [JSONValue]) throws(ControlError) {
        guard let index = statements.firstIndex(where: { $0["Sid"]?.string == id }) else {
            throw .notFound("Statement \(id) is not found in resource policy.")
        }
        statements.remove(at: index)
    }
}
