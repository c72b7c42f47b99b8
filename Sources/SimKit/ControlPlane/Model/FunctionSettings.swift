import LambdaWire

/// What a function's configuration says: what CreateFunction and UpdateFunctionConfiguration set.
package struct FunctionSettings: Codable, Equatable, Sendable {
    /// A layer that the function uses.
    package struct LayerUse: Codable, Equatable, Sendable {
        /// The ARN of the layer's version.
        package var arn: String
        /// The size of its zip.
        package var codeSize: Int
        /// The name of its zip in the store; kept here because a layer's version may be deleted while it is used.
        package var blob: String
        /// The size of what is in the zip.
        package var unpackedSize: Int
    }

    /// `Zip` or `Image`.
    package var packageType = "Zip"
    package var runtime: String?
    package var role = ""
    package var handler: String?
    package var description = ""
    /// Seconds.
    package var timeout = 3
    /// Megabytes.
    package var memorySize = 128
    /// The user's variables; `nil` where none were ever set.
    package var variables: [String: String]?
    package var architectures = ["x86_64"]
    /// Megabytes of `/tmp`.
    package var ephemeralStorage = 512
    package var layers: [LayerUse] = []
    package var logFormat = "Text"
    package var applicationLogLevel: String?
    package var systemLogLevel: String?
    package var logGroup: String?
    /// `Active` or `PassThrough`.
    package var tracing = "PassThrough"
    /// `PublishedVersions` or `None`.
    package var snapStart = "None"
    /// What is kept and answered, but has no effect here, by member: `VpcConfig`, `DeadLetterConfig`, ...
    package var others: [String: JSONValue] = [:]

    /// Members that are kept as they are.
    private static let kept = [
        "VpcConfig", "DeadLetterConfig", "KMSKeyArn", "FileSystemConfigs", "ImageConfig", "DurableConfig",
        "CapacityProviderConfig", "TenancyConfig",
    ]

    /// Takes over what a request sets; what it does not name stays.
    ///
    /// - Parameters:
    ///   - request: CreateFunction or UpdateFunctionConfiguration, checked by ``Constraints``.
    ///   - layer: Finds the layer's version of an ARN.
    /// - Throws: ``ControlError`` with Lambda's texts.
    mutating func apply(
        _ request: ControlRequest,
        layer: (String) throws(ControlError) -> LayerUse
    ) throws(ControlError) {
        if let runtime = try request.string("Runtime") {
            guard !Constraints.deprecatedRuntimes.contains(runtime) else {
                throw .invalid(
                    "The runtime parameter of \(runtime) is no longer supported for creating or updating AWS Lambda "
                        + "functions. We recommend you use a supported runtime while creating or updating functions."
                )
            }
            guard Constraints.runtimes.contains(runtime) else {
                throw .invalid(
                    "Value \(runtime) at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
                        + "[\(Constraints.runtimes.joined(separator: ", "))] or be a valid ARN"
                )
            }
            self.runtime = runtime
        }
        role = try request.string("Role") ?? role
        handler = try request.string("Handler") ?? handler
        description = try request.string("Description") ?? description
        timeout = try request.int("Timeout") ?? timeout
        if let size = try request.int("MemorySize") {
            guard size <= 10240 else {
                throw .invalid(
                    "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240"
                )
            }
            memorySize = size
        }
        if try request.object("Environment") != nil { try setVariables(request.texts("Environment.Variables") ?? []) }
        ephemeralStorage = try request.int("EphemeralStorage.Size") ?? ephemeralStorage
        tracing = try request.string("TracingConfig.Mode") ?? tracing
        snapStart = try request.string("SnapStart.ApplyOn") ?? snapStart
        if try request.object("LoggingConfig") != nil { try setLogging(request) }
        if let arns = try request.strings("Layers") { try setLayers(arns, layer) }
        let hadNetwork = others["VpcConfig"] != nil
        for member in Self.kept {
            if let value = request[member] { others[member] = Self.isEmpty(value) ? nil : value }
        }
        if let network = request["VpcConfig"] { others["VpcConfig"] = Self.completed(network, was: hadNetwork) }
    }

    /// What is answered of a network: with the members that were not sent, and emptied where there was one (recorded).
    ///
    /// All subnets and security groups exist here; the VPC that they are in has a number of its own.
    private static func completed(_ network: JSONValue, was hadNetwork: Bool) -> JSONValue? {
        guard hadNetwork || !isEmpty(network) else { return nil }
        let subnets = network["SubnetIds"]?.array ?? []
        let name = subnets.first?.string.map { "vpc-" + ($0.split(separator: "-").last ?? "") }
        return .object([
            ("SubnetIds", .array(subnets)), ("SecurityGroupIds", .array(network["SecurityGroupIds"]?.array ?? [])),
            ("VpcId", .string(name ?? "")),
            ("Ipv6AllowedForDualStack", .bool(network["Ipv6AllowedForDualStack"]?.bool ?? false)),
        ])
    }

    /// Whether each tenant has environments of its own.
    var isolatesTenants: Bool { others["TenancyConfig"]?["TenantIsolationMode"]?.string == "PER_TENANT" }

    /// What an image's own words give way to.
    var imageOverrides: ImageOverrides { ImageOverrides(others["ImageConfig"]) }

    /// What empties a setting: `""`, `{"TargetArn":""}`, `{"SubnetIds":[],"SecurityGroupIds":[]}`, `[]`.
    private static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.isEmpty
        case .array(let values): values.isEmpty
        case .object(let members): members.allSatisfy { isEmpty($0.1) || $0.0 == "Ipv6AllowedForDualStack" }
        default: value.isNull
        }
    }

    private mutating func setVariables(_ variables: [(String, String)]) throws(ControlError) {
        let reserved = variables.map(\.0).filter { Variables.reserved.contains($0) }
        let refusal =
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
        guard reserved.isEmpty else {
            throw .invalid(
                refusal + "contains reserved keys that are currently not supported for modification. "
                    + "Reserved keys used in this request: \(reserved.joined(separator: ", "))"
            )
        }
        let measured = JSONValue.object(variables.map { ($0.0, .string($0.1)) }).text
        guard measured.utf8.count <= LambdaLimit.variables else {
            throw .invalid(refusal + "exceeded the 4KB limit. String measured: \(measured)")
        }
        self.variables = Dictionary(variables) { $1 }
    }

    private mutating func setLogging(_ request: ControlRequest) throws(ControlError) {
        if let format = try request.string("LoggingConfig.LogFormat") {
            let application = try request.string("LoggingConfig.ApplicationLogLevel")
            let system = try request.string("LoggingConfig.SystemLogLevel")
            guard format == "JSON" || (application == nil && system == nil) else {
                throw .invalid(
                    "ApplicationLogLevel and SystemLogLevel are not supported when LogFormat is Text. "
                        + "Remove the log levels from your request or change the LogFormat to JSON."
                )
            }
            logFormat = format
        }
        if logFormat == "JSON" {
            applicationLogLevel =
                try request.string("LoggingConfig.ApplicationLogLevel") ?? applicationLogLevel ?? "INFO"
            systemLogLevel = try request.string("LoggingConfig.SystemLogLevel") ?? systemLogLevel ?? "INFO"
        } else {
            applicationLogLevel = nil
            systemLogLevel = nil
        }
        logGroup = try request.string("LoggingConfig.LogGroup") ?? logGroup
    }

    private mutating func setLayers(
        _ arns: [String],
        _ layer: (String) throws(ControlError) -> LayerUse
    ) throws(ControlError) {
        guard packageType == "Zip" || arns.isEmpty else {
            throw .invalid("Layers are not supported for functions created with container images.")
        }
        guard arns.count <= LambdaLimit.layers else {
            throw .invalid("Cannot reference more than \(LambdaLimit.layers) layers.")
        }
        var uses: [LayerUse] = []
        for arn in arns {
            // The same version that the function has already may have been deleted since.
            if let kept = layers.first(where: { $0.arn == arn }) {
                uses.append(kept)
            } else {
                uses.append(try layer(arn))
            }
        }
        for (index, use) in uses.enumerated() {
            let name = use.arn.split(separator: ":").dropLast()
            if let twin = uses[..<index].first(where: { $0.arn.split(separator: ":").dropLast() == name }) {
                throw .invalid(
                    "Two different versions of the same layer are not allowed to be referenced in the same function. "
                        + "\(twin.arn) and \(use.arn) are versions of the same layer."
                )
            }
        }
        layers = uses
    }
}
