/// Everything that is known of one function: what a file of the store holds, so that it is changed as a whole or not at all.
package struct FunctionRecord: Codable, Equatable, Sendable {
    package let name: String
    package var latest: FunctionVersion
    /// The published versions, oldest first.
    package var versions: [FunctionVersion] = []
    /// The number that the next version gets: numbers are never used again.
    package var nextVersion = 1
    package var aliases: [AliasRecord] = []
    /// The resource policies: `""` is the function's own, others are versions and aliases.
    package var policies: [String: [JSONValue]] = [:]
    /// The revision that each policy got when it was last changed; none in records of earlier simulators.
    ///
    /// It stays when a version is published (localstack test_lambda_permission_fn_versioning).
    package var policyRevisions: [String: String]?
    /// The function URLs: `""` is the function's own, others are aliases.
    package var urls: [String: URLRecord] = [:]
    package var eventInvokes: [String: EventInvokeRecord] = [:]
    package var provisioned: [String: ProvisionedRecord] = [:]
    package var tags: [String: String] = [:]
    package var reservedConcurrency: Int?
    package var recursiveLoop = "Terminate"
    /// By qualifier: `UpdateRuntimeOn` and the pinned version.
    package var runtimeManagement: [String: JSONValue] = [:]
    package var codeSigningARN: String?

    /// A new function.
    package init(name: String, latest: FunctionVersion) {
        self.name = name
        self.latest = latest
    }

    /// How many environments are provisioned, by version; an alias provisions the version that it leads to.
    var provisionedVersions: [String: Int] {
        var versions: [String: Int] = [:]
        for (qualifier, record) in provisioned {
            versions[alias(qualifier)?.functionVersion ?? qualifier, default: 0] += record.requested
        }
        return versions
    }

    /// Removes the resource policy of a version or an alias that goes.
    mutating func removePolicy(_ qualifier: String) {
        policies[qualifier] = nil
        policyRevisions?[qualifier] = nil
    }

    // MARK: - Versions

    /// The version of a number or `$LATEST`.
    package func version(_ qualifier: String) -> FunctionVersion? {
        qualifier == "$LATEST" ? latest : versions.first { $0.version == qualifier }
    }

    /// The alias of a name.
    package func alias(_ name: String) -> AliasRecord? { aliases.first { $0.name == name } }

    /// What a qualifier leads to.
    ///
    /// - Returns: The version, and the qualifier if it is an alias.
    /// - Throws: ``ControlError`` with the ARN under which it is not found.
    func resolve(_ qualifier: String?, in place: Place) throws(ControlError) -> FunctionVersion {
        guard let qualifier else { return latest }
        if let version = version(qualifier) { return version }
        if let alias = alias(qualifier), let version = version(alias.functionVersion) { return version }
        throw .functionNotFound(place.function(name, qualifier))
    }

    /// Checks that nothing is being changed.
    func checkSettled(in place: Place) throws(ControlError) {
        let words = "The operation cannot be performed at this time. "
        switch latest.state {
        case .pending: throw .conflict(words + "The function is currently in the following state: Pending")
        case .failed where latest.update != .inProgress: break
        default: break
        }
        guard latest.update != .inProgress else {
            throw .conflict(words + "An update is in progress for resource: \(place.function(name))")
        }
    }

    func check(revision: String?) throws(ControlError) {
        guard revision == nil || revision == latest.revisionID else { throw .precondition() }
    }

    /// Begins an update of `$LATEST`.
    mutating func update(
        settings: FunctionSettings? = nil,
        code: CodeReference? = nil,
        _ stamp: Stamp
    ) {
        latest.settings = settings ?? latest.settings
        latest.code = code ?? latest.code
        latest.update = .inProgress
        latest.revisionID = stamp.revisionID
        latest.lastModified = stamp.lastModified
        // A function that could not be created gets another chance.
        if case .failed = latest.state {
            latest.state = .pending
            latest.update = .none
        }
    }

    /// Publishes `$LATEST` as a version; one that is the newest version already is not published again.
    ///
    /// - Returns: The version, and whether it is new.
    mutating func publish(
        description: String?,
        codeSha256: String? = nil,
        revision: String? = nil,
        _ stamp: Stamp
    ) throws(ControlError) -> (version: FunctionVersion, isNew: Bool) {
        try check(revision: revision)
        if let codeSha256, codeSha256 != latest.code.sha256 {
            throw .invalid(
                "CodeSHA256 (\(codeSha256)) is different from current CodeSHA256 in $LATEST (\(latest.code.sha256)). "
                    + "Please try again with the CodeSHA256 in $LATEST."
            )
        }
        if let newest = versions.last {
            var settings = newest.settings
            settings.description = newest.publishedDescription ?? latest.settings.description
            if settings == latest.settings, newest.code == latest.code { return (newest, false) }
        }
        var version = latest
        version.version = String(nextVersion)
        version.publishedDescription = latest.settings.description
        if latest.update == .inProgress {
            version.state = .pending
            version.update = .none
        }
        version.settings.description = description ?? latest.settings.description
        version.revisionID = stamp.revisionID
        version.lastModified = stamp.lastModified
        nextVersion += 1
        versions.append(version)
        // That `$LATEST` is published is a change of it (localstack test_function_revisions_version_and_alias).
        latest.revisionID = Stamp.now.revisionID
        return (version, true)
    }

    /// Deletes a published version.
    mutating func delete(version: String, in place: Place) throws(ControlError) {
        let users = aliases.filter { $0.functionVersion == version || $0.weights[version] != nil }
        guard users.isEmpty else {
            throw .conflict(
                "Version \(version) is currently referenced by the following aliases: "
                    + "[\(users.map(\.name).joined(separator: ", "))]. "
                    + "Remove the references before deleting the version: \(place.function(name, version))"
            )
        }
        // A version that is not there is deleted already: Lambda says so, too.
        versions.removeAll { $0.version == version }
        removePolicy(version)
        eventInvokes[version] = nil
        provisioned[version] = nil
    }

    /// Says that a creation or an update has ended, for `$LATEST` and what was published with it.
    mutating func settle(_ failure: (code: String, reason: String)?, _ stamp: Stamp) {
        latest.settle(failure, stamp)
        for index in versions.indices { versions[index].settle(failure, .now) }
    }
}
