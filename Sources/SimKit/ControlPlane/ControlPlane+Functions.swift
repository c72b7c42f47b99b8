import LambdaWire

/// Create, read, update and delete functions.
extension ControlPlane {
    /// The code in a request: the zip itself, or what was got from a bucket or a registry.
    private func code(
        _ request: ControlRequest,
        _ path: String,
        _ fetched: FetchedCode?
    ) throws(ControlError) -> CodeReference? {
        switch fetched {
        case .object(let object)?: return try store.add(object)
        case .image(let image)?: return image
        case nil: break
        }
        guard let text = try request.string(path + "ZipFile") else { return nil }
        guard let bytes = Base64.decode(text) else {
            throw .serialization("ZipFile is not base64")
        }
        return try store.add(zip: bytes)
    }

    func createFunction(_ request: ControlRequest, _ fetched: FetchedCode?) throws(ControlError) -> JSONValue {
        let name = try named(request).name
        guard name.utf8.count <= 64 else {
            throw .invalid(
                "1 validation error detected: Value '\(name)' at 'functionName' failed to satisfy constraint: "
                    + "Member must have length less than or equal to 64"
            )
        }
        var settings = FunctionSettings()
        settings.packageType = try request.string("PackageType") ?? "Zip"
        if settings.packageType == "Zip" {
            for member in ["Runtime", "Handler"] where request[member] == nil {
                throw .invalid(
                    "Runtime and Handler are mandatory parameters for functions created with deployment packages."
                )
            }
        } else if ["Runtime", "Handler", "Layers"].contains(where: { request[$0] != nil }) {
            throw .invalid(
                "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."
            )
        }
        settings.architectures = try request.strings("Architectures") ?? settings.architectures
        try settings.apply(request, layer: layerUse)
        guard store.functions[name] == nil, !isTaken(name) else { throw .conflict("Function already exist: \(name)") }
        let tags = Dictionary(try request.texts("Tags") ?? []) { $1 }
        guard tags.count <= 50 else { throw .invalid("Number of tags exceeds resource tag limit.") }
        // Also where the other kind of source is given (boto/boto3#2705).
        let isFitting = settings.packageType == "Zip" || request[path: "Code.ZipFile"] == nil
        guard isFitting, let code = try code(request, "Code.", fetched) else {
            throw .invalid("Please provide a source for function code.")
        }
        try checkSize(code, settings)
        let stamp = Stamp.now
        var record = FunctionRecord(
            name: name,
            latest: FunctionVersion(
                version: "$LATEST",
                settings: settings,
                code: code,
                revisionID: stamp.revisionID,
                lastModified: stamp.lastModified
            )
        )
        record.tags = tags
        record.codeSigningARN = try givenSigning(request)
        var shown = record.latest
        if try request.bool("Publish") == true { shown = try record.publish(description: nil, .now).version }
        try store.save(record)
        noteRuntime(record)
        noteLayers(record)
        prepare(name)
        return shown.configuration(name, arn: place.function(name), in: place, .created)
    }

    /// Code and layers together have a limit, unpacked.
    private func checkSize(_ code: CodeReference, _ settings: FunctionSettings) throws(ControlError) {
        let layers = settings.layers.reduce(0) { $0 + $1.unpackedSize }
        guard code.unpackedSize + layers < LambdaLimit.unpackedCode else {
            throw .invalid(
                "Function code combined with layers exceeds the maximum allowed size of \(LambdaLimit.unpackedCode) bytes. "
                    + "The actual size is \(code.unpackedSize + layers) bytes."
            )
        }
    }

    /// A program that looks below /opt by itself finds nothing there, and may not even fail.
    private func noteLayers(_ record: FunctionRecord) {
        guard options.template.isolation == .none, !record.latest.settings.layers.isEmpty else { return }
        note(
            "the layers of '\(record.name)' are in /opt only with --isolate; without it, PATH and LD_LIBRARY_PATH lead to them"
        )
    }

    /// Reports early what only a call would report.
    private func noteRuntime(_ record: FunctionRecord) {
        guard let runtime = record.latest.settings.runtime, !runtime.hasPrefix("provided") else { return }
        note(
            "'\(record.name)' asks for the runtime '\(runtime)', which is Lambda's own: "
                + "it runs here only if its code or a layer has a bootstrap"
        )
    }

    func getFunction(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let record = try record(name)
        let version = try record.resolve(name.qualifier, in: place)
        let isQualified = name.qualifier != nil
        return .members(
            (
                "Configuration",
                version.configuration(record.name, arn: place.function(record.name, name.qualifier), in: place)
            ),
            (
                "Code",
                location(record.name, version)
            ),
            ("Tags", isQualified || record.tags.isEmpty ? nil : .texts(record.tags)),
            (
                "Concurrency",
                isQualified
                    ? nil
                    : record.reservedConcurrency.map { .object([("ReservedConcurrentExecutions", .int($0))]) }
            )
        )
    }

    /// Where the code of a version is.
    private func location(_ name: String, _ version: FunctionVersion) -> JSONValue {
        guard let uri = version.code.imageURI else {
            return .object([
                ("RepositoryType", "S3"), ("Location", .string("\(origin)/_/code/\(name)/\(version.version)")),
            ])
        }
        return .members(
            ("RepositoryType", "ECR"),
            ("ImageUri", .string(uri)),
            ("ResolvedImageUri", version.code.resolvedImageURI.map { .string($0) })
        )
    }

    func getFunctionConfiguration(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let record = try record(name)
        return try record.resolve(name.qualifier, in: place)
            .configuration(record.name, arn: place.function(record.name, name.qualifier), in: place)
    }

    func listFunctions(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let all = try request.string("FunctionVersion") == "ALL"
        let functions = store.functions.values.sorted { $0.name < $1.name }.flatMap { record in
            all
                ? ([record.latest] + record.versions).map { version in
                    version.configuration(
                        record.name,
                        arn: place.function(record.name, version.version),
                        in: place,
                        .listed
                    )
                }
                : [record.latest.configuration(record.name, arn: place.function(record.name), in: place, .listed)]
        }
        return try page(functions, request, "Functions")
    }

    func updateFunctionCode(_ request: ControlRequest, _ fetched: FetchedCode?) throws(ControlError) -> JSONValue {
        let name = try named(request)
        var record = try unqualifiedRecord(name)
        let isImage = record.latest.settings.packageType == "Image"
        if isImage, request["ImageUri"] == nil {
            throw .invalid("Please provide ImageUri when updating a function with packageType Image.")
        }
        if !isImage, request["ImageUri"] != nil {
            throw .invalid("Please don't provide ImageUri when updating a function with packageType Zip.")
        }
        try record.check(revision: request.string("RevisionId"))
        try record.checkSettled(in: place)
        guard let code = try code(request, "", fetched) else {
            throw .invalid("Please provide a source for function code.")
        }
        try checkSize(code, record.latest.settings)
        var settings = record.latest.settings
        settings.architectures = try request.strings("Architectures") ?? settings.architectures
        record.update(settings: settings, code: code, .now)
        if try request.bool("DryRun") == true {
            store.removeUnusedCode()
            return record.latest.configuration(record.name, arn: place.function(record.name), in: place)
        }
        var shown = record.latest
        var qualifier: String?
        if try request.bool("Publish") == true {
            shown = try record.publish(description: nil, .now).version
            qualifier = shown.version
        }
        try store.save(record)
        store.removeUnusedCode()
        prepare(record.name)
        return shown.configuration(record.name, arn: place.function(record.name, qualifier), in: place)
    }

    func updateFunctionConfiguration(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        var record = try unqualifiedRecord(name)
        try record.check(revision: request.string("RevisionId"))
        try record.checkSettled(in: place)
        var settings = record.latest.settings
        try settings.apply(request, layer: layerUse)
        try checkSize(record.latest.code, settings)
        let hadLayers = !record.latest.settings.layers.isEmpty
        record.update(settings: settings, .now)
        try store.save(record)
        if !hadLayers { noteLayers(record) }
        prepare(record.name)
        return record.latest.configuration(record.name, arn: place.function(record.name), in: place)
    }

    func deleteFunction(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let name = try named(request)
        if let qualifier = name.qualifier, qualifier != "$LATEST", Int(qualifier) == nil, !qualifier.hasPrefix("$") {
            throw .invalid("Deletion of aliases is not currently supported.")
        }
        if name.qualifier == "$LATEST" {
            throw .invalid("$LATEST version cannot be deleted without deleting the function.")
        }
        var record = try unqualifiedRecord(name)
        if let version = name.qualifier {
            try record.delete(version: version, in: place)
            try store.save(record)
            store.removeUnusedCode()
            retire(name.name, version)
            return nil
        }
        try store.removeFunction(record.name)
        for qualifier in record.urls.keys { stopURL(record.name, qualifier) }
        for version in [record.latest] + record.versions { retire(record.name, version.version) }
        return nil
    }

    // MARK: - Versions

    func publishVersion(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        var record = try unqualifiedRecord(name)
        try record.checkSettled(in: place)
        let (version, isNew) = try record.publish(
            description: request.string("Description"),
            codeSha256: request.string("CodeSha256"),
            revision: request.string("RevisionId"),
            .now
        )
        if isNew { try store.save(record) }
        return version.configuration(
            record.name,
            arn: place.function(record.name, version.version),
            in: place
        )
    }

    func listVersions(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let record = try unqualifiedRecord(name)
        let versions = ([record.latest] + record.versions).map { version in
            version.configuration(
                record.name,
                arn: place.function(record.name, version.version),
                in: place,
                .listed
            )
        }
        return try page(versions, request, "Versions")
    }

    // MARK: - Aliases

    /// `nil` where the request does not mention weights.
    private func weights(_ request: ControlRequest) throws(ControlError) -> [String: Double]? {
        guard let routing = try request.object("RoutingConfig") else { return nil }
        let weights = routing["AdditionalVersionWeights"]?.members ?? []
        return Dictionary(weights.map { ($0.0, $0.1.double ?? 0) }) { $1 }
    }

    func createAlias(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let version = try request.string("FunctionVersion") ?? ""
        guard var record = store.functions[name.name] else {
            throw .functionNotFound(place.function(name.name, version))
        }
        let alias = try record.createAlias(
            request.string("Name") ?? "",
            version: version,
            description: request.string("Description") ?? "",
            weights: weights(request) ?? [:],
            .now,
            in: place
        )
        try store.save(record)
        return alias.answer(record.name, in: place)
    }

    func getAlias(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let wanted = try request.string("Name") ?? ""
        guard let alias = store.functions[name.name]?.alias(wanted) else {
            throw .aliasNotFound(place.function(name.name, wanted))
        }
        return alias.answer(name.name, in: place)
    }

    func updateAlias(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let wanted = try request.string("Name") ?? ""
        guard var record = store.functions[name.name], record.alias(wanted) != nil else {
            throw .notFound("Alias not found: \(place.function(name.name, wanted))")
        }
        let alias = try record.updateAlias(
            wanted,
            version: request.string("FunctionVersion"),
            description: request.string("Description"),
            weights: weights(request),
            revision: request.string("RevisionId"),
            .now,
            in: place
        )
        let before = store.functions[record.name]?.alias(wanted)?.functionVersion
        try store.save(record)
        if record.provisioned[wanted] != nil, let before, before != alias.functionVersion {
            for version in [before, alias.functionVersion] { provision(record, version) }
        }
        return alias.answer(record.name, in: place)
    }

    func deleteAlias(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let name = try named(request)
        let alias = try request.string("Name") ?? ""
        guard var record = store.functions[name.name] else { throw .functionNotFound(place.function(name.name)) }
        guard record.alias(alias) != nil else { return nil }
        record.deleteAlias(alias)
        try store.save(record)
        stopURL(record.name, alias)
        return nil
    }

    func listAliases(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let record = try unqualifiedRecord(name)
        let version = try request.string("FunctionVersion")
        let aliases = record.aliases.filter {
            version == nil || $0.functionVersion == version || $0.weights[version ?? ""] != nil
        }
        return try page(aliases.map { $0.answer(record.name, in: place) }, request, "Aliases", limit: 10_000)
    }
}
