/// The code of a version as it lies in the store.
package struct CodeReference: Codable, Equatable, Sendable {
    /// The SHA-256 of the zip in base64, or of an image's manifest in hexadecimal digits.
    package var sha256: String
    /// The size of the zip in bytes; 0 for an image, as Lambda says.
    package var size: Int
    /// The name of the zip, or of the image's folder, in the store.
    package var blob: String
    /// The size of what is in the zip; 0 for an image.
    package var unpackedSize: Int
    /// The image, as it was asked for.
    package var imageURI: String?
    /// The image by its digest.
    package var resolvedImageURI: String?
}

/// One version of a function, `$LATEST` among them.
package struct FunctionVersion: Codable, Equatable, Sendable {
    /// What can be done with it.
    package enum State: Codable, Equatable, Sendable {
        /// It is being created; no call is answered.
        case pending
        /// It answers calls.
        case active
        /// It could not be created.
        case failed(code: String, reason: String)
    }

    /// How far the last update has come.
    package enum Update: Codable, Equatable, Sendable {
        /// The function has only been created.
        case none
        /// The new code or configuration is being prepared; the old one answers.
        case inProgress
        /// The last update has been made.
        case successful
        /// The last update could not be made.
        case failed(code: String, reason: String)
    }

    /// `$LATEST`, or a number.
    package var version: String
    package var settings: FunctionSettings
    package var code: CodeReference
    package var revisionID: String
    package var lastModified: String
    package var state = State.pending
    package var update = Update.none
    /// What `$LATEST` was described as when this version was published; a change of it makes a new version.
    package var publishedDescription: String?

    /// Whether it is being created or updated.
    var isInTransition: Bool { state == .pending || update == .inProgress }

    /// Ends a creation or an update.
    mutating func settle(_ failure: (code: String, reason: String)?, _ stamp: Stamp) {
        guard isInTransition else { return }
        if state == .pending {
            state = failure.map { .failed(code: $0.code, reason: $0.reason) } ?? .active
            update = failure == nil ? .successful : .failed(code: failure?.code ?? "", reason: failure?.reason ?? "")
        } else {
            update = failure.map { .failed(code: $0.code, reason: $0.reason) } ?? .successful
        }
        revisionID = stamp.revisionID
    }
}

extension FunctionVersion {
    /// How much an answer says.
    enum Detail {
        /// What GetFunction and most others say.
        case full
        /// What lists say: neither states nor the runtime's version.
        case listed
        /// What CreateFunction says: there has been no update.
        case created
    }

    /// The configuration in the API's form.
    ///
    /// - Parameters:
    ///   - name: The function's name.
    ///   - arn: The ARN under which it was asked for.
    ///   - place: Where the simulator plays.
    ///   - detail: How much to say.
    /// - Returns: The members in the order of the API's own pages.
    func configuration(_ name: String, arn: String, in place: Place, _ detail: Detail = .full) -> JSONValue {
        var members: [(String, JSONValue?)] = [
            ("FunctionName", .string(name)), ("FunctionArn", .string(arn)),
            ("Runtime", settings.runtime.map { .string($0) }), ("Role", .string(settings.role)),
            ("Handler", settings.handler.map { .string($0) }), ("CodeSize", .int(code.size)),
            ("Description", .string(settings.description)), ("Timeout", .int(settings.timeout)),
            ("MemorySize", .int(settings.memorySize)), ("LastModified", .string(lastModified)),
            ("CodeSha256", .string(code.sha256)), ("Version", .string(version)),
        ]
        for member in [
            "VpcConfig", "DeadLetterConfig", "KMSKeyArn", "FileSystemConfigs", "DurableConfig",
            "CapacityProviderConfig", "TenancyConfig",
        ] {
            members.append((member, settings.others[member]))
        }
        members += [
            ("Environment", settings.variables.map { .object([("Variables", .texts($0))]) }),
            ("TracingConfig", .object([("Mode", .string(settings.tracing))])),
            ("RevisionId", .string(revisionID)),
            ("Layers", settings.layers.isEmpty ? nil : .array(settings.layers.map(Self.layer))),
        ]
        if detail != .listed { members += states(detail) }
        members += [
            ("PackageType", .string(settings.packageType)),
            ("ImageConfigResponse", settings.others["ImageConfig"].map { .object([("ImageConfig", $0)]) }),
            ("Architectures", .array(settings.architectures.map { .string($0) })),
            ("EphemeralStorage", .object([("Size", .int(settings.ephemeralStorage))])),
            (
                "SnapStart",
                .object([("ApplyOn", .string(settings.snapStart)), ("OptimizationStatus", "Off")])
            ),
        ]
        if detail != .listed, let runtime = settings.runtime {
            members.append(("RuntimeVersionConfig", .object([("RuntimeVersionArn", .string(place.runtime(runtime)))])))
        }
        members.append(("LoggingConfig", logging(name)))
        return .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    private static func layer(_ use: FunctionSettings.LayerUse) -> JSONValue {
        .object([("Arn", .string(use.arn)), ("CodeSize", .int(use.codeSize))])
    }

    private func states(_ detail: Detail) -> [(String, JSONValue?)] {
        var members: [(String, JSONValue?)] = []
        func reason(_ name: String, _ code: String, _ text: String) {
            members.append((name + "Reason", .string(text)))
            members.append((name + "ReasonCode", .string(code)))
        }
        // Lambda gives an update the same reason as a creation.
        let being = ("Creating", "The function is being created.")
        switch state {
        case .pending:
            members.append(("State", "Pending"))
            reason("State", being.0, being.1)
        case .active: members.append(("State", "Active"))
        case .failed(let code, let text):
            members.append(("State", "Failed"))
            reason("State", code, text)
        }
        guard detail == .full else { return members }
        switch update {
        // A version that an update publishes is reported like a function that is being created.
        case .none where state == .pending && version != "$LATEST": break
        case .none:
            members.append(("LastUpdateStatus", state == .pending ? "InProgress" : "Successful"))
            if state == .pending { reason("LastUpdateStatus", being.0, being.1) }
        case .inProgress:
            members.append(("LastUpdateStatus", "InProgress"))
            reason("LastUpdateStatus", being.0, being.1)
        case .successful: members.append(("LastUpdateStatus", "Successful"))
        case .failed(let code, let text):
            members.append(("LastUpdateStatus", "Failed"))
            reason("LastUpdateStatus", code, text)
        }
        return members
    }

    private func logging(_ name: String) -> JSONValue {
        .members(
            ("LogFormat", .string(settings.logFormat)),
            ("ApplicationLogLevel", settings.applicationLogLevel.map { .string($0) }),
            ("SystemLogLevel", settings.systemLogLevel.map { .string($0) }),
            ("LogGroup", .string(settings.logGroup ?? "/aws/lambda/\(name)"))
        )
    }
}

extension JSONValue {
    /// An object of texts, sorted by name.
    static func texts(_ texts: [String: String]) -> JSONValue {
        .object(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }
}

extension Place {
    /// The ARN of a runtime's version: Lambda's are 64 hexadecimal digits with no public meaning.
    func runtime(_ name: String) -> String {
        var digits = ""
        for turn in UInt64(0)..<4 {
            // FNV-1a, so that a runtime has the same one in every run.
            let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ turn) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            let text = String(hash, radix: 16)
            digits += String(repeating: "0", count: 16 - text.count) + text
        }
        return "arn:aws:lambda:\(region)::runtime:\(digits)"
    }
}
