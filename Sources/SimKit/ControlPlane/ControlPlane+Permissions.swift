/// Resource policies and tags of functions.
extension ControlPlane {
    /// The key of a policy in the record: the function itself, a version or an alias that exists.
    private func policyKey(_ record: FunctionRecord, _ qualifier: String?) throws(ControlError) -> String {
        guard let qualifier else { return "" }
        if record.version(qualifier) != nil || record.alias(qualifier) != nil { return qualifier }
        let arn = place.function(record.name, qualifier)
        // What cannot be an alias is looked for among the versions.
        let isAlias = qualifier.utf8.contains { $0 &- 0x30 >= 10 } && !qualifier.contains("$")
        throw isAlias ? .aliasNotFound(arn) : .functionNotFound(arn)
    }

    /// The revision that guards a policy: that of the version or the alias.
    private func revision(_ record: FunctionRecord, _ key: String) -> String {
        record.alias(key)?.revisionID ?? record.version(key)?.revisionID ?? record.latest.revisionID
    }

    private func setRevision(_ record: inout FunctionRecord, _ key: String) {
        let revision = Stamp.now.revisionID
        if let index = record.aliases.firstIndex(where: { $0.name == key }) {
            record.aliases[index].revisionID = revision
        } else if let index = record.versions.firstIndex(where: { $0.version == key }) {
            record.versions[index].revisionID = revision
        } else {
            record.latest.revisionID = revision
        }
    }

    func addPermission(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        guard name.qualifier != "$LATEST" else {
            throw .invalid("We currently do not support adding policies for $LATEST.")
        }
        var record = try unqualifiedRecord(name)
        let key = try policyKey(record, name.qualifier)
        if let given = try request.string("RevisionId"), given != revision(record, key) {
            throw .precondition("GetPolicy")
        }
        let statement = try Policy.statement(request, resource: place.function(record.name, name.qualifier))
        try Policy.add(statement, to: &record.policies[key, default: []])
        setRevision(&record, key)
        try store.save(record)
        return .object([("Statement", .string(statement.text))])
    }

    func removePermission(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let name = try named(request)
        guard var record = store.functions[name.name] else {
            throw .notFound("No policy found for: \(place.function(name.name))")
        }
        let key = try policyKey(record, name.qualifier)
        guard var statements = record.policies[key] else {
            throw .notFound("No policy is associated with the given resource.")
        }
        if let given = try request.string("RevisionId"), given != revision(record, key) { throw .precondition() }
        try Policy.remove(request.string("StatementId") ?? "", from: &statements)
        record.policies[key] = statements.isEmpty ? nil : statements
        setRevision(&record, key)
        try store.save(record)
        return nil
    }

    func getPolicy(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let key = name.qualifier == "$LATEST" ? "" : name.qualifier ?? ""
        guard let record = store.functions[name.name], let statements = record.policies[key] else {
            throw .noSuchResource
        }
        return .object([
            ("Policy", .string(Policy.document(statements).text)),
            ("RevisionId", .string(revision(record, key))),
        ])
    }

    // MARK: - Tags

    /// The function, layer or mapping that an ARN names, and how its tags are read and written.
    private func tagged(_ request: ControlRequest) throws(ControlError) -> FunctionRecord {
        let arn = try request.string("Resource") ?? ""
        let parts = arn.split(separator: ":").map(String.init)
        guard parts.count >= 7, parts[5] == "function" else { throw .noSuchResource }
        guard parts.count == 7 else {
            throw .invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.")
        }
        guard parts[3] == place.region, parts[4] == place.account, let record = store.functions[parts[6]] else {
            throw .functionNotFound(arn)
        }
        return record
    }

    func tagResource(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let tags = try request.texts("Tags") ?? []
        guard !tags.isEmpty else { throw .invalid("An error occurred and the request cannot be processed.") }
        var record = try tagged(request)
        record.tags.merge(tags) { $1 }
        guard record.tags.count <= 50 else { throw .invalid("Number of tags exceeds resource tag limit.") }
        record.latest.revisionID = Stamp.now.revisionID
        try store.save(record)
        return nil
    }

    func untagResource(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        var record = try tagged(request)
        for key in try request.strings("TagKeys") ?? [] { record.tags[key] = nil }
        record.latest.revisionID = Stamp.now.revisionID
        try store.save(record)
        return nil
    }

    func listTags(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        .object([("Tags", .texts(try tagged(request).tags))])
    }
}
