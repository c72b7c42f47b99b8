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

    /// The revision of what a policy belongs to: the function, the version or the alias.
    private func revision(_ record: FunctionRecord, _ key: String) -> String {
        record.alias(key)?.revisionID ?? record.version(key)?.revisionID ?? record.latest.revisionID
    }

    /// Whether a change of a policy may go on: the request names no revision, or that of the policy or of its owner.
    private func isCurrent(_ request: ControlRequest, _ record: FunctionRecord, _ key: String) throws(ControlError)
        -> Bool
    {
        guard let given = try request.string("RevisionId") else { return true }
        return given == revision(record, key) || given == record.policyRevisions?[key]
    }

    private func setRevision(_ record: inout FunctionRecord, _ key: String) {
        let revision = Stamp.now.revisionID
        var revisions = record.policyRevisions ?? [:]
        revisions[key] = record.policies[key] == nil ? nil : revision
        record.policyRevisions = revisions
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
        guard try isCurrent(request, record, key) else { throw .precondition("GetPolicy") }
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
        guard try isCurrent(request, record, key) else { throw .precondition() }
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
            ("RevisionId", .string(record.policyRevisions?[key] ?? revision(record, key))),
        ])
    }

    // MARK: - Tags

    /// What has tags.
    private enum Tagged {
        case function(FunctionRecord)
        case mapping(MappingRecord)
        case signing(SigningRecord)

        var tags: [String: String] {
            switch self {
            case .function(let record): record.tags
            case .mapping(let record): record.tags ?? [:]
            case .signing(let record): record.tags
            }
        }
    }

    /// What the ARN of a request names.
    private func tagged(_ request: ControlRequest) throws(ControlError) -> Tagged {
        let arn = try request.string("Resource") ?? ""
        let parts = arn.split(separator: ":").map(String.init)
        guard parts.count >= 7 else { throw .noSuchResource }
        switch parts[5] {
        case "function":
            guard parts.count == 7 else {
                throw .invalid(
                    "Tags on function aliases and versions are not supported. Please specify a function ARN."
                )
            }
            guard place.function(parts[6]) == arn, let record = store.functions[parts[6]] else {
                throw .functionNotFound(arn)
            }
            return .function(record)
        case "event-source-mapping":
            guard let mapping = store.mappings[parts[6]], place.mapping(parts[6]) == arn else {
                throw .notFound("Event source mapping not found: \(arn)")
            }
            return .mapping(mapping)
        case "code-signing-config":
            guard let record = signing(arn) else { throw .notFound("Code signing config not found: \(arn)") }
            return .signing(record)
        case "capacity-provider": throw .notFound("Capacity provider not found: \(arn)")
        default: throw .noSuchResource
        }
    }

    /// Changes the tags of what a request names.
    private func changeTags(
        _ request: ControlRequest,
        _ change: (inout [String: String]) throws(ControlError) -> Void
    ) throws(ControlError) {
        let found = try tagged(request)
        var tags = found.tags
        try change(&tags)
        switch found {
        case .function(var record):
            record.tags = tags
            record.latest.revisionID = Stamp.now.revisionID
            try store.save(record)
        case .mapping(var record):
            record.tags = tags
            try store.save(record)
        case .signing(var record):
            record.tags = tags
            try store.save(record)
        }
    }

    func tagResource(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let new = try request.texts("Tags") ?? []
        guard !new.isEmpty else { throw .invalid("An error occurred and the request cannot be processed.") }
        try changeTags(request) { tags throws(ControlError) in
            tags.merge(new) { $1 }
            guard tags.count <= 50 else { throw .invalid("Number of tags exceeds resource tag limit.") }
        }
        return nil
    }

    func untagResource(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let keys = try request.strings("TagKeys") ?? []
        try changeTags(request) { tags throws(ControlError) in
            for key in keys { tags[key] = nil }
        }
        return nil
    }

    func listTags(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        .object([("Tags", .texts(try tagged(request).tags))])
    }
}
