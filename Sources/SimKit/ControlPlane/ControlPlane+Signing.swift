/// Code signing configurations, and the functions that have one.
extension ControlPlane {
    private func signing(_ request: ControlRequest) throws(ControlError) -> SigningRecord {
        let arn = try request.string("CodeSigningConfigArn") ?? ""
        guard let found = signing(arn) else { throw .signingNotFound(arn) }
        return found
    }

    /// The configuration of an ARN.
    func signing(_ arn: String) -> SigningRecord? {
        let id = arn.split(separator: ":").last.map(String.init) ?? ""
        return place.signing(id) == arn ? store.signings[id] : nil
    }

    func createSigning(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let stamp = Stamp.now
        var record = SigningRecord(
            id: "csc-" + Identifiers.hex(9).prefix(17),
            description: "",
            publishers: [],
            policy: "Warn",
            lastModified: stamp.lastModified
        )
        record.tags = Dictionary(try request.texts("Tags") ?? []) { $1 }
        try set(&record, request)
        try store.save(record)
        return .object([("CodeSigningConfig", record.answer(in: place))])
    }

    private func set(_ record: inout SigningRecord, _ request: ControlRequest) throws(ControlError) {
        record.description = try request.string("Description") ?? record.description
        record.publishers = try request.strings("AllowedPublishers.SigningProfileVersionArns") ?? record.publishers
        record.policy = try request.string("CodeSigningPolicies.UntrustedArtifactOnDeployment") ?? record.policy
    }

    func getSigning(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        .object([("CodeSigningConfig", try signing(request).answer(in: place))])
    }

    func updateSigning(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        var record = try signing(request)
        try set(&record, request)
        record.lastModified = Stamp.now.lastModified
        try store.save(record)
        return .object([("CodeSigningConfig", record.answer(in: place))])
    }

    func deleteSigning(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let record = try signing(request)
        guard !store.functions.values.contains(where: { $0.codeSigningARN == place.signing(record.id) }) else {
            throw .conflict(
                "Cannot delete the Code Signing Config as it is being used by a function: \(place.signing(record.id))"
            )
        }
        try store.removeSigning(record.id)
        return nil
    }

    func listSignings(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let all = store.signings.values.sorted { ($0.lastModified, $0.id) < ($1.lastModified, $1.id) }
        return try page(all.map { $0.answer(in: place) }, request, "CodeSigningConfigs")
    }

    func listFunctionsBySigning(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let arn = place.signing(try signing(request).id)
        let functions = store.functions.values.filter { $0.codeSigningARN == arn }.map(\.name).sorted()
        return try page(functions.map { .string(place.function($0)) }, request, "FunctionArns")
    }

    // MARK: - Of a function

    /// The ARN of the configuration that a request gives a function, which must be there.
    func givenSigning(_ request: ControlRequest) throws(ControlError) -> String? {
        guard let arn = try request.string("CodeSigningConfigArn") else { return nil }
        guard signing(arn) != nil else { throw .codeSigningNotFound(arn) }
        return arn
    }

    func putFunctionSigning(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        // A configuration that is not there comes before a function that is not there (recorded).
        let arn = try givenSigning(request)
        var record = try unqualifiedRecord(named(request))
        record.codeSigningARN = arn
        try store.save(record)
        note("the code signing configuration of '\(record.name)' is kept; no signature is checked here")
        return functionSigning(record)
    }

    func getFunctionSigning(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        functionSigning(try unqualifiedRecord(named(request)))
    }

    private func functionSigning(_ record: FunctionRecord) -> JSONValue {
        guard let arn = record.codeSigningARN else { return .object([]) }
        return .object([("CodeSigningConfigArn", .string(arn)), ("FunctionName", .string(record.name))])
    }

    func deleteFunctionSigning(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        var record = try unqualifiedRecord(named(request))
        record.codeSigningARN = nil
        try store.save(record)
        return nil
    }
}
