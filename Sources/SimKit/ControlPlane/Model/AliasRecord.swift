/// A name for a version, or for two of them with weights.
package struct AliasRecord: Codable, Equatable, Sendable {
    package let name: String
    package var functionVersion: String
    package var description: String
    /// The other version, and which part of the calls it gets, 0 to 1; the rest goes to `functionVersion`.
    package var weights: [String: Double]
    package var revisionID: String

    /// The version that a call goes to.
    ///
    /// - Parameter random: 0 to 1, without 1.
    /// - Returns: `$LATEST` or a number.
    package func route(_ random: Double) -> String {
        for (version, weight) in weights where random < weight { return version }
        return functionVersion
    }

    func answer(_ function: String, in place: Place) -> JSONValue {
        let weights = weights.map { ($0.key, JSONValue.number($0.value)) }
        return .members(
            ("AliasArn", .string(place.function(function, name))),
            ("Name", .string(name)),
            ("FunctionVersion", .string(functionVersion)),
            ("Description", .string(description)),
            (
                "RoutingConfig",
                weights.isEmpty ? nil : .object([("AdditionalVersionWeights", .object(weights))])
            ),
            ("RevisionId", .string(revisionID))
        )
    }
}

extension FunctionRecord {
    /// Makes an alias.
    ///
    /// - Throws: ``ControlError`` with Lambda's texts.
    package mutating func createAlias(
        _ alias: String,
        version: String,
        description: String,
        weights: [String: Double],
        _ stamp: Stamp,
        in place: Place
    ) throws(ControlError) -> AliasRecord {
        try checkTargets(version, weights, in: place)
        guard self.alias(alias) == nil else {
            throw .conflict("Alias already exists: \(place.function(name, alias))")
        }
        let record = AliasRecord(
            name: alias,
            functionVersion: version,
            description: description,
            weights: weights,
            revisionID: stamp.revisionID
        )
        aliases.append(record)
        aliases.sort { $0.name < $1.name }
        return record
    }

    /// Changes an alias; what is `nil` stays.
    package mutating func updateAlias(
        _ alias: String,
        version: String?,
        description: String?,
        weights: [String: Double]?,
        revision: String?,
        _ stamp: Stamp,
        in place: Place
    ) throws(ControlError) -> AliasRecord {
        guard let index = aliases.firstIndex(where: { $0.name == alias }) else {
            throw .aliasNotFound(place.function(name, alias))
        }
        var record = aliases[index]
        guard revision == nil || revision == record.revisionID else { throw .precondition() }
        record.functionVersion = version ?? record.functionVersion
        record.description = description ?? record.description
        record.weights = weights ?? record.weights
        try checkTargets(record.functionVersion, record.weights, in: place)
        // Also where nothing is different: Lambda does so, too.
        record.revisionID = stamp.revisionID
        aliases[index] = record
        return record
    }

    /// Deletes an alias with what belongs to it; one that is not there is deleted already.
    package mutating func deleteAlias(_ alias: String) {
        aliases.removeAll { $0.name == alias }
        removePolicy(alias)
        urls[alias] = nil
        eventInvokes[alias] = nil
        provisioned[alias] = nil
    }

    private func checkTargets(
        _ version: String,
        _ weights: [String: Double],
        in place: Place
    ) throws(ControlError) {
        guard weights.count <= 1 else {
            throw .invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
        }
        guard self.version(version) != nil else { throw .functionNotFound(place.function(name, version)) }
        guard let other = weights.keys.first else { return }
        guard version != "$LATEST" else {
            throw .invalidBare("$LATEST is not supported for an alias pointing to more than 1 version")
        }
        guard other != version else {
            throw .invalid(
                "Invalid function version \(other). "
                    + "Function version \(other) is already included in routing configuration."
            )
        }
        guard self.version(other) != nil else { throw .functionNotFound(place.function(name, other)) }
    }
}
