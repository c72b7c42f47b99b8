/// Event source mappings: kept for deployers; nothing is polled.
extension ControlPlane {
    private static let kept = [
        "EventSourceArn", "BatchSize", "MaximumBatchingWindowInSeconds", "FunctionResponseTypes", "StartingPosition",
        "StartingPositionTimestamp", "FilterCriteria", "ScalingConfig", "DestinationConfig", "MaximumRetryAttempts",
        "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "ParallelizationFactor", "TumblingWindowInSeconds",
        "Topics", "Queues", "SourceAccessConfigurations", "SelfManagedEventSource", "SelfManagedKafkaEventSourceConfig",
        "AmazonManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig", "KMSKeyArn",
    ]

    /// The ARN of the function that a mapping is for, as it was named.
    private func mappedFunction(_ request: ControlRequest) throws(ControlError) -> String {
        let name = try named(request)
        guard let record = store.functions[name.name],
            name.qualifier.map({ record.version($0) != nil || record.alias($0) != nil }) ?? true
        else { throw .invalid("Function does not exist") }
        return place.function(name.name, name.qualifier)
    }

    func createMapping(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let source = try request.string("EventSourceArn")
        guard source != nil || request["SelfManagedEventSource"] != nil else {
            throw .invalid("Unrecognized event source.")
        }
        if let source, source.contains(":sqs:"), request["DestinationConfig"] != nil {
            throw .invalid("Unsupported DestinationConfig parameter for given event source mapping type.")
        }
        let function = try mappedFunction(request)
        if let source, source.contains(":kinesis:") || source.contains(":dynamodb:"),
            request["StartingPosition"] == nil
        {
            throw .invalid(
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
                    + "Member must not be null."
            )
        }
        if let source, source.contains(":dynamodb:"), try request.string("StartingPosition") == "AT_TIMESTAMP" {
            throw .invalid("Unsupported starting position for arn type: \(source)")
        }
        if let twin = store.mappings.values.first(where: {
            $0.functionARN == function && $0.settings["EventSourceArn"]?.string == source && source != nil
        }) {
            throw .conflict(
                "An event source mapping with event source arn (\" \(source ?? "") \") and function (\" "
                    + "\(function.split(separator: ":").last ?? "") \") already exists. "
                    + "Please update or delete the existing mapping with UUID \(twin.id)"
            )
        }
        var record = MappingRecord(
            id: Stamp.now.revisionID,
            functionARN: function,
            lastModified: 0,
            isEnabled: true,
            settings: [:]
        )
        record.tags = Dictionary(try request.texts("Tags") ?? []) { $1 }
        try set(&record, request)
        note("the event source mapping of '\(function)' is kept; nothing is polled here")
        return record.answer(in: place, state: "Creating")
    }

    private func set(_ record: inout MappingRecord, _ request: ControlRequest) throws(ControlError) {
        for member in Self.kept { if let value = request[member] { record.settings[member] = value } }
        if record.settings["FilterCriteria"]?["Filters"]?.array?.isEmpty == true {
            record.settings["FilterCriteria"] = nil
        }
        record.isEnabled = try request.bool("Enabled") ?? record.isEnabled
        record.lastModified = Double(Stamp.now.time.milliseconds) / 1000
        try store.save(record)
    }

    private func mapping(_ request: ControlRequest) throws(ControlError) -> MappingRecord {
        guard let found = store.mappings[try request.string("UUID") ?? ""] else { throw .noSuchResource }
        return found
    }

    func getMapping(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        try mapping(request).answer(in: place)
    }

    func updateMapping(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        var record = try mapping(request)
        if request["FunctionName"] != nil { record.functionARN = try mappedFunction(request) }
        try set(&record, request)
        return record.answer(in: place, state: "Updating")
    }

    func deleteMapping(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let record = try mapping(request)
        try store.removeMapping(record.id)
        return record.answer(in: place, state: "Deleting")
    }

    func listMappings(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let source = try request.string("EventSourceArn")
        let function = request["FunctionName"] == nil ? nil : try named(request)
        let found = store.mappings.values.sorted { $0.id < $1.id }.filter { record in
            (source == nil || record.settings["EventSourceArn"]?.string == source)
                && (function == nil || record.functionARN == place.function(function?.name ?? "", function?.qualifier))
        }
        return try page(found.map { $0.answer(in: place) }, request, "EventSourceMappings", limit: 100)
    }
}
