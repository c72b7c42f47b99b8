import Platform

/// What runs: hosts of versions, made when they are needed, and what a call goes to.
extension ControlPlane {
    // MARK: - Hosts

    /// The versions that have been called, by name and version.
    var running: [FunctionService] {
        hosts.sorted { $0.key < $1.key }.compactMap { $0.value.service }
    }

    private func key(_ name: String, _ version: String) -> String { "\(name):\(version)" }

    /// Makes the current `$LATEST` runnable, and says so in the record; the one before answers until then.
    func prepare(_ name: String) {
        guard let record = store.functions[name] else { return }
        let wanted = record.latest
        let began = ContinuousClock.Instant.now
        do throws(ControlError) {
            let host = try makeHost(record, wanted)
            // The host that is being prepared must live, and is the one to be used only when it is ready.
            let pending = ObjectIdentifier(host)
            preparing[pending] = host
            host.whenPrepared { [weak self] failure in
                guard let self else { return }
                let rest = options.transitionTime - began.duration(to: .now)
                context.loop.after(max(.zero, rest)) { [weak self] in
                    self?.preparing[pending] = nil
                    self?.settle(name, wanted, host, failure)
                }
            }
        } catch {
            settle(name, wanted, nil, error.message)
        }
    }

    private func settle(_ name: String, _ wanted: FunctionVersion, _ host: VersionHost?, _ failure: String?) {
        guard var record = store.functions[name], record.latest.isInTransition,
            record.latest.code == wanted.code, record.latest.settings == wanted.settings
        else {
            // Deleted meanwhile, or another simulator's work.
            if let host { retire(host) }
            return
        }
        let reason = wanted.settings.packageType == "Image" ? "InvalidImage" : "InvalidZipFileException"
        record.settle(failure.map { (reason, $0) }, .now)
        do throws(ControlError) {
            try store.save(record)
        } catch {
            note("cannot say that '\(name)' is ready: \(error.message)")
        }
        guard let host, failure == nil else {
            note("the code of '\(name)' cannot be used: \(failure ?? "")")
            return
        }
        let key = key(name, "$LATEST")
        if let old = hosts.updateValue(host, forKey: key) { retire(old) }
        if !host.hasBootstrap { note("warning: '\(name)' has no file 'bootstrap': every call will fail") }
    }

    private func makeHost(_ record: FunctionRecord, _ version: FunctionVersion) throws(ControlError) -> VersionHost {
        let name = record.name
        return try VersionHost(
            version,
            configuration(record, version),
            version.settings.packageType == "Image"
                ? .image(store.path(version.code.blob), version.settings.imageOverrides)
                : .zip(store.path(version.code.blob), layers: version.settings.layers.map { store.path($0.blob) }),
            context: context,
            write: { [write] in write(name, $0) }
        )
    }

    private func configuration(_ record: FunctionRecord, _ version: FunctionVersion) -> FunctionConfiguration {
        let settings = version.settings
        var function = options.template
        function.name = record.name
        function.version = version.version
        function.runtime = settings.runtime
        function.handler = settings.handler ?? ""
        function.timeout = .seconds(settings.timeout)
        function.memory = settings.memorySize
        function.environment.merge(settings.variables ?? [:]) { $1 }
        function.logFormat = settings.logFormat == "JSON" ? .json : .text
        function.systemLogLevel = settings.systemLogLevel.flatMap { LogLevel(name: $0) } ?? .info
        function.logGroup = settings.logGroup
        if let level = settings.applicationLogLevel, function.environment["AWS_LAMBDA_LOG_LEVEL"] == nil {
            function.environment["AWS_LAMBDA_LOG_LEVEL"] = level
        }
        function.concurrency = record.reservedConcurrency ?? function.concurrency
        if let provisioned = record.provisionedVersions[version.version] {
            function.provisioned = provisioned
            function.initLimit = max(.seconds(130), function.timeout)
        }
        if let runtime = settings.runtime, !runtime.hasPrefix("provided") {
            function.execWrapper = function.environment["AWS_LAMBDA_EXEC_WRAPPER"].flatMap { $0.isEmpty ? nil : $0 }
        }
        return function
    }

    /// Lets a version finish its calls, and ends it.
    func retire(_ name: String, _ version: String) {
        guard let host = hosts.removeValue(forKey: key(name, version)) else { return }
        retire(host)
    }

    private func retire(_ host: VersionHost) {
        retiring[ObjectIdentifier(host)] = host
        host.retire { [weak self] in self?.retiring[ObjectIdentifier(host)] = nil }
    }

    /// Takes a changed reserved concurrency for the calls from now on.
    func applyConcurrency(_ record: FunctionRecord) {
        let limit = record.reservedConcurrency ?? options.template.concurrency
        for version in [record.latest] + record.versions {
            hosts[key(record.name, version.version)]?.setConcurrency(limit)
        }
    }

    // MARK: - Calls

    /// Finds what a call goes to.
    ///
    /// - Parameter reference: The function, and a version or an alias; the weights of an alias decide for each call.
    /// - Returns: `nil` where there is no such function.
    /// - Throws: ``ServiceError`` where it cannot be called now.
    func target(_ reference: FunctionReference) throws(ServiceError) -> CallTarget? {
        let (name, qualifier) = (reference.name, reference.qualifier)
        guard let record = store.functions[name] else { return nil }
        let arn = place.function(name, qualifier)
        var wanted = qualifier ?? "$LATEST"
        if let alias = record.alias(wanted) { wanted = alias.route(.random(in: 0..<1)) }
        guard let version = record.version(wanted) else {
            throw .functionNotFound(arn: qualifier == nil ? place.function(name, "$LATEST") : arn)
        }
        guard version.state != .pending else {
            throw .conflict(
                "The operation cannot be performed at this time. "
                    + "The function is currently in the following state: Pending"
            )
        }
        let host: VersionHost
        do throws(ControlError) {
            host = try self.host(record, version)
        } catch {
            throw .service(error.message)
        }
        return CallTarget(
            reference: reference,
            arn: arn,
            executedVersion: version.version,
            events: events(record, qualifier ?? "$LATEST"),
            tenancy: version.settings.isolatesTenants ? .required : .refused,
            isManaged: version.settings.others["CapacityProviderConfig"] != nil,
            isBlocked: record.reservedConcurrency == 0,
            invoke: { [weak self] invocation throws(ServiceError) in
                try self?.checkReserved(name, version.version)
                try host.invoke(invocation)
            }
        ).recorded(by: recorder)
    }

    /// Checks that a reserved concurrency has room; what is provisioned for versions is theirs alone.
    private func checkReserved(_ name: String, _ version: String) throws(ServiceError) {
        guard let record = store.functions[name], let reserved = record.reservedConcurrency else { return }
        let provisioned = record.provisionedVersions
        func busy(_ version: String) -> Int { hosts[key(name, version)]?.inProgress ?? 0 }
        if busy(version) < provisioned[version] ?? 0 { return }
        let shared = provisioned.values.reduce(reserved, -)
        let used = ([record.latest] + record.versions).reduce(0) { sum, each in
            sum + max(0, busy(each.version) - (provisioned[each.version] ?? 0))
        }
        guard used < shared else { throw .tooManyRequests }
    }

    /// Starts the environments that a version's provisioned concurrency wants, anew.
    func provision(_ record: FunctionRecord, _ version: String) {
        retire(record.name, version)
        guard record.provisionedVersions[version] != nil, let found = record.version(version) else { return }
        do throws(ControlError) {
            _ = try host(record, found)
        } catch {
            note("the environments of '\(record.name):\(version)' cannot be started: \(error.message)")
        }
    }

    /// How far the provisioned environments of a version are.
    func provision(of record: FunctionRecord, _ version: String) -> FunctionService.Provision {
        guard let host = hosts[key(record.name, version)] else { return .none }
        return host.service?.provision ?? FunctionService.Provision(ready: 0, hasFailed: host.hasFailed)
    }

    private func host(_ record: FunctionRecord, _ version: FunctionVersion) throws(ControlError) -> VersionHost {
        let key = key(record.name, version.version)
        if let host = hosts[key] { return host }
        let host = try makeHost(record, version)
        hosts[key] = host
        return host
    }

    /// What becomes of asynchronous calls.
    private func events(_ record: FunctionRecord, _ qualifier: String) -> EventSettings {
        var events = options.template.events
        guard let settings = record.eventInvokes[qualifier] else { return events }
        if let attempts = settings.maximumRetryAttempts {
            events.retryDelays = Array(events.retryDelays.prefix(attempts))
        }
        if let age = settings.maximumEventAge { events.maximumAge = .seconds(age) }
        events.onFailure = settings.onFailure.flatMap(destination) ?? events.onFailure
        events.onSuccess = settings.onSuccess.flatMap(destination)
        return events
    }

    /// Only functions are reached from here; queues and topics are kept in the configuration.
    private func destination(_ arn: String) -> EventSettings.Destination? {
        let parts = arn.split(separator: ":").map(String.init)
        guard parts.count >= 7, parts[2] == "lambda" else { return nil }
        return .function(parts[6...].joined(separator: ":"))
    }
}
