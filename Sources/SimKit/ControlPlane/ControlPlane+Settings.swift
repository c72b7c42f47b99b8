import LambdaWire

/// What surrounds a function: concurrency, asynchronous calls, management of its runtime, the account.
extension ControlPlane {
    private static let accountConcurrency = 1000
    private static let unreservedMinimum = 100

    // MARK: - Reserved concurrency

    func putConcurrency(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        guard name.qualifier == nil else {
            throw .invalid(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
                    + "operation. Please specify either a function name or an unqualified function ARN."
            )
        }
        guard var record = store.functions[name.name] else {
            throw .functionNotFound(place.function(name.name, "$LATEST"))
        }
        let wanted = try request.int("ReservedConcurrentExecutions") ?? 0
        let provisioned = record.provisioned.values.reduce(0) { $0 + $1.requested }
        guard wanted >= provisioned else {
            throw .invalidBare(
                " ReservedConcurrentExecutions  \(wanted) should not be lower than function's total provisioned "
                    + "concurrency [\(provisioned)]."
            )
        }
        let others = store.functions.values.filter { $0.name != record.name }
        let reserved = others.reduce(wanted) { $0 + ($1.reservedConcurrency ?? 0) }
        guard Self.accountConcurrency - reserved >= Self.unreservedMinimum else {
            throw .invalidBare(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                    + "below its minimum value of [\(Self.unreservedMinimum)]."
            )
        }
        record.reservedConcurrency = wanted
        try store.save(record)
        applyConcurrency(record)
        return .object([("ReservedConcurrentExecutions", .int(wanted))])
    }

    func getConcurrency(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let record = try unqualifiedRecord(named(request))
        return .members(("ReservedConcurrentExecutions", record.reservedConcurrency.map { .int($0) }))
    }

    func deleteConcurrency(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        var record = try unqualifiedRecord(named(request))
        record.reservedConcurrency = nil
        try store.save(record)
        applyConcurrency(record)
        return nil
    }

    // MARK: - Provisioned concurrency

    /// The record and the qualifier that provisioned concurrency is for.
    private func provisioned(
        _ request: ControlRequest,
        latest: ControlError
    ) throws(ControlError) -> (FunctionRecord, String) {
        let name = try named(request)
        let qualifier = name.qualifier ?? "$LATEST"
        guard qualifier != "$LATEST" else { throw latest }
        let arn = place.function(name.name, qualifier)
        guard let record = store.functions[name.name],
            record.version(qualifier) != nil || record.alias(qualifier) != nil
        else { throw Int(qualifier) == nil ? .aliasNotFound(arn) : .functionNotFound(arn) }
        return (record, qualifier)
    }

    private static let publishedOnly = ControlError.invalid(
        "The function resource provided must be an alias or a published version."
    )

    func putProvisioned(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        var (record, qualifier) = try provisioned(
            request,
            latest: .invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
        )
        if let alias = record.alias(qualifier), record.provisioned[alias.functionVersion] != nil {
            throw .conflict(
                "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
            )
        }
        if record.version(qualifier) != nil,
            record.aliases.contains(where: { $0.functionVersion == qualifier && record.provisioned[$0.name] != nil })
        {
            throw .conflict("Version is pointed by a Provisioned Concurrency alias")
        }
        let wanted = try request.int("ProvisionedConcurrentExecutions") ?? 0
        try checkProvisioned(wanted, qualifier, record)
        let made = ProvisionedRecord(requested: wanted, lastModified: Stamp.now.lastModified)
        record.provisioned[qualifier] = made
        try store.save(record)
        renewProvisioned(record, qualifier)
        return Self.answer(made, .none)
    }

    /// New environments are told what they are now.
    private func renewProvisioned(_ record: FunctionRecord, _ qualifier: String) {
        provision(record, record.alias(qualifier)?.functionVersion ?? qualifier)
    }

    /// The limits of the account and of the function (recorded).
    private func checkProvisioned(
        _ wanted: Int,
        _ qualifier: String,
        _ record: FunctionRecord
    ) throws(ControlError) {
        if let reserved = record.reservedConcurrency {
            let others = record.provisioned.reduce(0) { $0 + ($1.key == qualifier ? 0 : $1.value.requested) }
            guard wanted + others <= reserved else {
                throw .invalid(
                    "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for "
                        + "function"
                )
            }
            return
        }
        let others = store.functions.values.filter { $0.name != record.name }
        let unreserved = others.reduce(Self.accountConcurrency) { $0 - ($1.reservedConcurrency ?? 0) }
        guard wanted <= unreserved else {
            throw .invalidBare(
                "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
                    + "[\(unreserved)]."
            )
        }
        guard unreserved - wanted >= Self.unreservedMinimum else {
            throw .invalidBare(
                "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
                    + "minimum value of [\(Self.unreservedMinimum)]."
            )
        }
    }

    private static func answer(_ record: ProvisionedRecord, _ provision: FunctionService.Provision) -> JSONValue {
        let isReady = provision.ready >= record.requested
        let ready = provision.hasFailed ? 0 : min(provision.ready, record.requested)
        return .members(
            ("RequestedProvisionedConcurrentExecutions", .int(record.requested)),
            ("AvailableProvisionedConcurrentExecutions", .int(ready)),
            ("AllocatedProvisionedConcurrentExecutions", .int(ready)),
            ("Status", provision.hasFailed ? "FAILED" : isReady ? "READY" : "IN_PROGRESS"),
            ("StatusReason", provision.hasFailed ? "FUNCTION_ERROR_INIT_FAILURE" : nil),
            ("LastModified", .string(record.lastModified))
        )
    }

    private func answer(_ found: ProvisionedRecord, _ record: FunctionRecord, _ qualifier: String) -> JSONValue {
        Self.answer(found, provision(of: record, record.alias(qualifier)?.functionVersion ?? qualifier))
    }

    func getProvisioned(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let (record, qualifier) = try provisioned(request, latest: Self.publishedOnly)
        guard let found = record.provisioned[qualifier] else { throw .noProvisionedConcurrency }
        return answer(found, record, qualifier)
    }

    func deleteProvisioned(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        var (record, qualifier) = try provisioned(request, latest: Self.publishedOnly)
        record.provisioned[qualifier] = nil
        try store.save(record)
        renewProvisioned(record, qualifier)
        return nil
    }

    func listProvisioned(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let record = try unqualifiedRecord(named(request))
        let all = record.provisioned.sorted { $0.key < $1.key }.map { qualifier, found in
            JSONValue.object(
                [("FunctionArn", .string(place.function(record.name, qualifier)))]
                    + (answer(found, record, qualifier).members ?? [])
            )
        }
        return try page(all, request, "ProvisionedConcurrencyConfigs")
    }

    // MARK: - Asynchronous calls

    private func noEventInvoke(_ name: NamedFunction) -> ControlError {
        let arn = place.function(name.name, name.qualifier ?? "$LATEST")
        return .notFound("The function \(arn) doesn't have an EventInvokeConfig")
    }

    func putEventInvoke(_ request: ControlRequest, replaces: Bool) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let attempts = try request.int("MaximumRetryAttempts")
        let age = try request.int("MaximumEventAgeInSeconds")
        let destinations = try request.object("DestinationConfig")
        guard attempts != nil || age != nil || destinations != nil else {
            throw .invalid("You must specify at least one of error handling or destination setting.")
        }
        let qualifier = name.qualifier ?? "$LATEST"
        guard var record = store.functions[name.name],
            record.version(qualifier) != nil || record.alias(qualifier) != nil
        else { throw .notFound("The function doesn't exist.") }
        let success = try request.string("DestinationConfig.OnSuccess.Destination")
        let failure = try request.string("DestinationConfig.OnFailure.Destination")
        try check(destinations: [success, failure].compactMap(\.self), of: name, success, failure)
        var found = record.eventInvokes[qualifier]
        if !replaces, found == nil { throw noEventInvoke(name) }
        if replaces { found = nil }
        var settings = found ?? EventInvokeRecord(lastModified: 0)
        settings.maximumRetryAttempts = attempts ?? settings.maximumRetryAttempts
        settings.maximumEventAge = age ?? settings.maximumEventAge
        if destinations?["OnSuccess"] != nil { settings.onSuccess = success }
        if destinations?["OnFailure"] != nil { settings.onFailure = failure }
        settings.lastModified = Double(Stamp.now.time.milliseconds) / 1000
        record.eventInvokes[qualifier] = settings
        try store.save(record)
        for arn in [success, failure].compactMap(\.self) where !arn.isEmpty && !arn.contains(":lambda:") {
            note("'\(arn)' is kept as a destination of '\(record.name)'; nothing is sent there from here")
        }
        return settings.answer(arn: place.function(record.name, qualifier))
    }

    private func check(
        destinations: [String],
        of name: NamedFunction,
        _ success: String?,
        _ failure: String?
    ) throws(ControlError) {
        for arn in destinations where !arn.isEmpty {
            let parts = arn.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let service = parts.count > 2 ? parts[2] : ""
            guard ["lambda", "sqs", "sns", "events", "s3"].contains(service) || arn.hasPrefix("kafka:") else {
                let shown = [("onSuccess", "OnSuccess", success), ("onFailure", "OnFailure", failure)].map { entry in
                    "\(entry.0)=" + (entry.2.map { "\(entry.1)(destination=\($0))" } ?? "null")
                }
                throw .invalid(
                    "The provided destination config DestinationConfig(\(shown.joined(separator: ", "))) is invalid."
                )
            }
            guard service == "lambda" else { continue }
            let target = parts.count > 6 ? parts[6] : ""
            guard target != name.name else {
                throw .invalid("You can't specify the function as a destination for itself.")
            }
            guard store.functions[target] != nil || isTaken(target) else {
                throw .invalid("The destination ARN \(arn) is invalid.")
            }
        }
    }

    func getEventInvoke(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let qualifier = name.qualifier ?? "$LATEST"
        guard let found = store.functions[name.name]?.eventInvokes[qualifier] else { throw noEventInvoke(name) }
        return found.answer(arn: place.function(name.name, qualifier))
    }

    func deleteEventInvoke(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        let name = try named(request)
        let qualifier = name.qualifier ?? "$LATEST"
        guard var record = store.functions[name.name], record.eventInvokes[qualifier] != nil else {
            throw noEventInvoke(name)
        }
        record.eventInvokes[qualifier] = nil
        try store.save(record)
        return nil
    }

    func listEventInvokes(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        guard let record = store.functions[name.name] else { throw .notFound("The function doesn't exist.") }
        let all = record.eventInvokes.sorted { $0.key < $1.key }.map {
            $0.value.answer(arn: place.function(record.name, $0.key))
        }
        return try page(all, request, "FunctionEventInvokeConfigs")
    }

    // MARK: - Runtime, recursion

    func putRuntimeManagement(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        var record = try record(name)
        let qualifier = name.qualifier ?? "$LATEST"
        _ = try record.resolve(name.qualifier, in: place)
        let mode = try request.string("UpdateRuntimeOn") ?? "Auto"
        let version = try request.string("RuntimeVersionArn")
        guard (mode == "Manual") == (version != nil) else {
            throw .invalid(
                mode == "Manual"
                    ? "You must specify a runtime version ARN when 'UpdateRuntimeOn' is 'Manual'."
                    : "You can specify a runtime version ARN only when 'UpdateRuntimeOn' is 'Manual'."
            )
        }
        record.runtimeManagement[qualifier] = .members(
            ("UpdateRuntimeOn", .string(mode)),
            ("RuntimeVersionArn", version.map { .string($0) })
        )
        try store.save(record)
        return runtimeManagement(record, qualifier)
    }

    func getRuntimeManagement(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        let record = try record(name)
        _ = try record.resolve(name.qualifier, in: place)
        return runtimeManagement(record, name.qualifier ?? "$LATEST")
    }

    private func runtimeManagement(_ record: FunctionRecord, _ qualifier: String) -> JSONValue {
        let found = record.runtimeManagement[qualifier]?.members ?? [("UpdateRuntimeOn", "Auto")]
        return .object(found + [("FunctionArn", .string(place.function(record.name, qualifier)))])
    }

    func putRecursion(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        var record = try unqualifiedRecord(named(request))
        record.recursiveLoop = try request.string("RecursiveLoop") ?? record.recursiveLoop
        try store.save(record)
        return .object([("RecursiveLoop", .string(record.recursiveLoop))])
    }

    func getRecursion(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        .object([("RecursiveLoop", .string(try unqualifiedRecord(named(request)).recursiveLoop))])
    }

    // MARK: - The account

    func accountSettings() -> JSONValue {
        let functions = store.functions.values
        let sizes = functions.flatMap { ($0.versions + [$0.latest]).map(\.code.size) }
        let layers = store.layers.values.flatMap { $0.versions.map(\.code.size) }
        let reserved = functions.reduce(0) { $0 + ($1.reservedConcurrency ?? 0) }
        return .object([
            (
                "AccountLimit",
                .object([
                    ("TotalCodeSize", 80_530_636_800), ("CodeSizeUnzipped", .int(LambdaLimit.unpackedCode)),
                    ("CodeSizeZipped", .int(LambdaLimit.zippedCode)),
                    ("ConcurrentExecutions", .int(Self.accountConcurrency)),
                    ("UnreservedConcurrentExecutions", .int(Self.accountConcurrency - reserved)),
                ])
            ),
            (
                "AccountUsage",
                .object([
                    ("TotalCodeSize", .int((sizes + layers).reduce(0, +))), ("FunctionCount", .int(functions.count)),
                ])
            ),
        ])
    }
}
