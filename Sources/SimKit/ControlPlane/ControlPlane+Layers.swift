import HTTPWire
import Platform

/// Layers: their versions, contents and policies.
extension ControlPlane {
    /// The name of a layer, which may be given as an ARN.
    private func layerName(_ request: ControlRequest) throws(ControlError) -> String {
        let text = try request.string("LayerName") ?? ""
        return text.split(separator: ":").last.map(String.init) ?? text
    }

    private func layerNumber(_ request: ControlRequest) throws(ControlError) -> Int {
        let text = try request.string("VersionNumber") ?? ""
        guard let number = Int(text) else { throw .serialization("STRING_VALUE can not be converted to a Long") }
        guard number >= 1 else { throw .invalid("Layer Version Cannot be less than 1") }
        return number
    }

    /// The layer's version of an ARN, for a function.
    func layerUse(_ arn: String) throws(ControlError) -> FunctionSettings.LayerUse {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let missing = ControlError.invalid("Layer version \(arn) does not exist.")
        guard parts.count == 8, let number = Int(parts[7]) else { throw missing }
        guard parts[3] == place.region else {
            throw .invalid(
                "Layers are not in the same region as the function. "
                    + "Layers are expected to be in region \(place.region)."
            )
        }
        guard parts[4] == place.account else {
            throw .accessDenied(
                "User: arn:aws:iam::\(place.account):user/simulator is not authorized to perform: "
                    + "lambda:GetLayerVersion on resource: \(arn) because no resource-based policy allows the "
                    + "lambda:GetLayerVersion action"
            )
        }
        guard let version = store.layers[parts[6]]?.version(number) else { throw missing }
        return FunctionSettings.LayerUse(
            arn: arn,
            codeSize: version.code.size,
            blob: version.code.blob,
            unpackedSize: version.code.unpackedSize
        )
    }

    func publishLayer(_ request: ControlRequest, _ fetched: FetchedCode?) throws(ControlError) -> JSONValue {
        let name = try layerName(request)
        let code: CodeReference
        if case .object(let object)? = fetched {
            code = try store.add(object)
        } else if let text = try request.string("Content.ZipFile") {
            guard let bytes = Base64.decode(text) else { throw .serialization("ZipFile is not base64") }
            code = try store.add(zip: bytes)
        } else {
            throw .invalid("Please provide a source for layer content.")
        }
        var record = store.layers[name] ?? LayerRecord(name: name)
        let version = LayerRecord.Version(
            number: record.nextVersion,
            description: try request.string("Description") ?? "",
            createdDate: Stamp.now.lastModified,
            code: code,
            runtimes: try request.strings("CompatibleRuntimes"),
            architectures: try request.strings("CompatibleArchitectures"),
            license: try request.string("LicenseInfo")
        )
        record.nextVersion += 1
        record.versions.append(version)
        try store.save(record)
        return record.answer(version, location: location(record, version), in: place)
    }

    private func location(_ record: LayerRecord, _ version: LayerRecord.Version) -> String {
        "\(origin)/_/layers/\(record.name)/\(version.number)"
    }

    func getLayer(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try layerName(request)
        let number = try layerNumber(request)
        guard let record = store.layers[name], let version = record.version(number) else { throw .noSuchResource }
        return record.answer(version, location: location(record, version), in: place)
    }

    func getLayerByARN(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let parts = try (request.string("Arn") ?? "").split(separator: ":").map(String.init)
        guard parts.count == 8, let number = Int(parts[7]), let record = store.layers[parts[6]],
            let version = record.version(number)
        else { throw .noSuchResource }
        return record.answer(version, location: location(record, version), in: place)
    }

    /// Deletes a version; one that is not there is deleted already, and functions that use it keep its content.
    func deleteLayer(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let name = try layerName(request)
        let number = try layerNumber(request)
        guard var record = store.layers[name], record.version(number) != nil else { return nil }
        record.versions.removeAll { $0.number == number }
        // The record stays without versions: numbers are never used again.
        try store.save(record)
        store.removeUnusedCode()
        return nil
    }

    private func fits(_ version: LayerRecord.Version, _ request: ControlRequest) -> Bool {
        let runtime = request["CompatibleRuntime"]?.string
        let architecture = request["CompatibleArchitecture"]?.string
        return (runtime == nil || version.runtimes?.contains(runtime ?? "") == true)
            && (architecture == nil || version.architectures?.contains(architecture ?? "") == true)
    }

    func listLayers(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let layers: [JSONValue] = store.layers.values.sorted { $0.name < $1.name }.compactMap { record in
            guard let newest = record.versions.last(where: { fits($0, request) }) else { return nil }
            return .object([
                ("LayerName", .string(record.name)), ("LayerArn", .string(place.layer(record.name))),
                ("LatestMatchingVersion", record.listed(newest, in: place)),
            ])
        }
        return try page(layers, request, "Layers")
    }

    func listLayerVersions(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try layerName(request)
        let record = store.layers[name] ?? LayerRecord(name: name)
        let versions = record.versions.reversed().filter { fits($0, request) }
        return try page(versions.map { record.listed($0, in: place) }, request, "LayerVersions")
    }

    // MARK: - Policies

    private func layerVersion(
        _ request: ControlRequest
    ) throws(ControlError) -> (record: LayerRecord, index: Int, arn: String) {
        let name = try layerName(request)
        let number = try layerNumber(request)
        let arn = place.layer(name, version: number)
        guard let record = store.layers[name], let index = record.versions.firstIndex(where: { $0.number == number })
        else { throw .notFound("Layer version \(arn) does not exist.") }
        return (record, index, arn)
    }

    private func check(_ request: ControlRequest, _ version: LayerRecord.Version) throws(ControlError) {
        guard let revision = try request.string("RevisionId"), revision != version.policyRevision else { return }
        throw .precondition("GetLayerPolicy")
    }

    func addLayerPermission(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        var (record, index, arn) = try layerVersion(request)
        let organization = try request.string("OrganizationId").map {
            JSONValue.object([("StringEquals", .object([("aws:PrincipalOrgID", .string($0))]))])
        }
        let statement = JSONValue.members(
            ("Sid", .string(try request.string("StatementId") ?? "")),
            ("Effect", "Allow"),
            ("Principal", try Policy.principal(request.string("Principal") ?? "")),
            ("Action", .string(try request.string("Action") ?? "")),
            ("Resource", .string(arn)),
            ("Condition", organization)
        )
        var statements = record.versions[index].policy
        try Policy.add(statement, to: &statements)
        try check(request, record.versions[index])
        record.versions[index].policy = statements
        record.versions[index].policyRevision = Stamp.now.revisionID
        try store.save(record)
        return .object([
            ("Statement", .string(statement.text)),
            ("RevisionId", .string(record.versions[index].policyRevision)),
        ])
    }

    func removeLayerPermission(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        var (record, index, _) = try layerVersion(request)
        try check(request, record.versions[index])
        var statements = record.versions[index].policy
        try Policy.remove(request.string("StatementId") ?? "", from: &statements)
        record.versions[index].policy = statements
        record.versions[index].policyRevision = Stamp.now.revisionID
        try store.save(record)
        return nil
    }

    func getLayerPolicy(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let (record, index, _) = try layerVersion(request)
        let version = record.versions[index]
        guard !version.policy.isEmpty else { throw .notFound("No policy is associated with the given resource.") }
        return .object([
            ("Policy", .string(Policy.document(version.policy).text)),
            ("RevisionId", .string(version.policyRevision)),
        ])
    }

    // MARK: - Contents

    /// The address of this API, for the locations of code.
    var origin: String { "http://\(address?.description ?? "127.0.0.1")" }

    /// `GET /_/code/NAME/VERSION` and `/_/layers/NAME/VERSION`: what `Location` leads to.
    func serveZip(_ exchange: HTTPExchange, _ path: Substring) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count == 4, exchange.head.method == "GET" || exchange.head.method == "HEAD" else { return false }
        let version = PercentCoding.decode(parts[3]) ?? ""
        let code =
            parts[1] == "code"
            ? store.functions[parts[2]]?.version(version)?.code
            : Int(version).flatMap { store.layers[parts[2]]?.version($0)?.code }
        guard let code, code.imageURI == nil else { return false }
        do throws(SystemError) {
            let bytes = try Files.read(store.path(code.blob), atMost: 512 << 20)
            exchange.respond(200, ["Content-Type": "application/zip"], bytes)
        } catch {
            ControlError.service("\(error)").answer(exchange, requestID: Identifiers.uuid())
        }
        return true
    }
}
