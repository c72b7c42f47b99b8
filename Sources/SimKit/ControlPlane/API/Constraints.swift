import LambdaWire

/// The rules for the members of requests: the service's model, with the texts as recorded (see ``ControlError``).
///
/// A member is named by its path in the API's own spelling, `LoggingConfig.LogFormat`. What is not listed is free.
enum Constraints {
    /// One rule set: which member, in which calls.
    struct Line: Sendable {
        let member: String
        /// `nil` where it holds in every call that has the member.
        var operations: Set<ControlOperation>?
        var isRequired = false
        /// Whether the value is a secret, which messages leave out.
        var isSensitive = false
        let rules: [Constraint]
    }

    static let region = #"((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?"#

    /// The name of a function in calls that may name every version, `$LATEST.PUBLISHED` among them.
    static let functionName =
        #"(arn:(aws[a-zA-Z-]*)?:lambda:)?"# + region
        + #"(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"#

    /// The name of a function in the other calls.
    static let plainFunctionName =
        #"(arn:(aws[a-zA-Z-]*)?:lambda:)?"# + region
        + #"(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"#

    static let qualifier = #"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"#
    static let versionNumber = #"(\$LATEST(\.PUBLISHED)?|[0-9]+)"#
    static let taggable =
        #"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:"#
        + #"[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}"#
        + #"|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"#
        + #"|capacity-provider:[a-zA-Z0-9-_]+)"#

    /// The runtimes that can be asked for, in the order in which Lambda lists them in its messages (of late 2025).
    static let runtimes = [
        "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x",
        "java25", "python3.10", "python3.11", "java21", "ruby3.3", "ruby3.4", "ruby3.2", "python3.8", "python3.9",
        "java17", "nodejs16.x", "dotnet10", "dotnet8", "java11", "dotnet6", "nodejs18.x", "provided.al2", "java8.al2",
    ]
    /// The runtimes that a layer may name: all that there ever were, in Lambda's order (recorded).
    static let layerRuntimes = [
        "ruby3.5", "ruby2.6", "dotnetcore1.0", "python3.7", "nodejs8.10", "nasa", "ruby2.7", "python2.7-greengrass",
        "dotnetcore2.0", "python3.8", "java21", "dotnet6", "dotnetcore2.1", "python3.9", "java11", "nodejs6.10",
        "provided", "dotnetcore3.1", "dotnet8", "java25", "java17", "nodejs", "nodejs4.3", "java8.al2", "go1.x",
        "dotnet10", "nodejs20.x", "go1.9", "byol", "nodejs10.x", "provided.al2023", "nodejs22.x", "python3.10", "java8",
        "nodejs12.x", "python3.11", "nodejs24.x", "nodejs8.x", "python3.12", "nodejs14.x", "nodejs8.9", "nodejs26.x",
        "python3.13", "python3.14", "nodejs16.x", "python3.15", "provided.al2", "nodejs4.3-edge", "nodejs18.x",
        "ruby3.2", "python3.4", "ruby3.3", "ruby3.4", "ruby2.5", "python3.6", "python2.7",
    ]
    /// Runtimes that were, and that no function is made with any more (recorded).
    static let deprecatedRuntimes = [
        "java8", "go1.x", "provided", "ruby2.7", "nodejs14.x", "python3.7", "dotnetcore3.1", "nodejs12.x",
    ]
    static let architectures = ["x86_64", "arm64"]

    private static let wide: Set<ControlOperation> = [
        .addPermission, .createMapping, .deleteFunction, .deleteCodeSigning, .deleteEventInvoke, .getFunction,
        .getCodeSigning, .getFunctionConfiguration, .getEventInvoke, .getPolicy, .getRuntimeManagement,
        .listEventInvokes, .listVersions, .putCodeSigning, .putEventInvoke, .putRuntimeManagement, .removePermission,
        .updateMapping, .updateEventInvoke,
    ]
    private static let urls: Set<ControlOperation> = [
        .createFunctionURL, .getFunctionURL, .updateFunctionURL, .deleteFunctionURL,
    ]
    private static let signings: Set<ControlOperation> = [
        .createFunction, .putCodeSigning, .getSigning, .updateSigning, .deleteSigning, .listFunctionsBySigning,
    ]
    private static let aliases: Set<ControlOperation> = [.createAlias, .getAlias, .updateAlias, .deleteAlias]

    /// The whole table, in the order in which failures are told.
    static let all: [Line] = [
        Line(member: "Qualifier", operations: urls, rules: [.pattern(#"((?!^\d+$)^[0-9a-zA-Z-_]+$)"#)]),
        Line(
            member: "Qualifier",
            operations: Set(ControlOperation.allCases).subtracting(urls),
            rules: [.maximumLength(128), .pattern(qualifier)]
        ),
        Line(
            member: "FunctionName",
            operations: wide,
            isRequired: false,
            rules: [.maximumLength(256), .pattern(functionName)]
        ),
        Line(
            member: "FunctionName",
            operations: Set(ControlOperation.allCases).subtracting(wide).subtracting([.listMappings]),
            rules: [.maximumLength(140), .pattern(plainFunctionName)]
        ),
        Line(member: "FunctionName", operations: [.createFunction], isRequired: true, rules: []),
        Line(member: "Name", operations: aliases, rules: [.maximumLength(128), .pattern(LambdaPattern.aliasName)]),
        Line(member: "Name", operations: [.createAlias], isRequired: true, rules: []),
        Line(
            member: "FunctionVersion",
            operations: [.createAlias, .updateAlias, .listAliases],
            rules: [.maximumLength(1024), .pattern(versionNumber)]
        ),
        Line(member: "FunctionVersion", operations: [.createAlias], isRequired: true, rules: []),
        Line(member: "FunctionVersion", operations: [.listFunctions], rules: [.values(["ALL"])]),
        Line(
            member: "RoutingConfig.AdditionalVersionWeights",
            rules: [
                .keys([.maximumLength(1024), .minimumLength(1), .pattern("[0-9]+")]),
                .mapValues([.maximum(1), .minimum(0)]),
            ]
        ),
        Line(member: "Role", rules: [.pattern(LambdaPattern.role)]),
        Line(member: "Role", operations: [.createFunction], isRequired: true, rules: []),
        Line(member: "Code", operations: [.createFunction], isRequired: true, rules: []),
        Line(member: "Content", operations: [.publishLayer], isRequired: true, rules: []),
        Line(member: "Handler", rules: [.maximumLength(128), .pattern(LambdaPattern.handler)]),
        Line(member: "Description", rules: [.maximumLength(256)]),
        Line(member: "Timeout", rules: [.minimum(1), .maximum(900)]),
        Line(member: "MemorySize", rules: [.minimum(128), .maximum(32768)]),
        Line(member: "PackageType", rules: [.values(["Image", "Zip"])]),
        Line(member: "ImageConfig.EntryPoint", rules: [.maximumLength(1500)]),
        Line(member: "ImageConfig.Command", rules: [.maximumLength(1500)]),
        Line(member: "ImageConfig.WorkingDirectory", rules: [.maximumLength(1000)]),
        Line(
            member: "Architectures",
            rules: [.maximumLength(1), .minimumLength(1), .elements([.values(architectures)])]
        ),
        Line(
            member: "CompatibleRuntimes",
            rules: [.maximumLength(15), .elementValues(runtimes, accepted: layerRuntimes)]
        ),
        Line(member: "CompatibleArchitectures", rules: [.maximumLength(2), .elements([.values(architectures)])]),
        Line(member: "CompatibleRuntime", rules: [.values(layerRuntimes)]),
        Line(member: "CompatibleArchitecture", rules: [.values(architectures)]),
        Line(
            member: "Layers",
            rules: [.elements([.maximumLength(2048), .minimumLength(1), .pattern(LambdaPattern.layerVersion)])]
        ),
        Line(
            member: "Arn",
            operations: [.getLayerByARN],
            isRequired: true,
            rules: [.pattern(LambdaPattern.layerVersion)]
        ),
        Line(
            member: "LayerName",
            rules: [
                .maximumLength(140),
                .pattern(#"(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+"#),
            ]
        ),
        Line(member: "LicenseInfo", rules: [.maximumLength(512)]),
        Line(member: "Environment.Variables", isSensitive: true, rules: [.keys([.pattern("[a-zA-Z]([a-zA-Z0-9_])+")])]),
        Line(member: "KMSKeyArn", rules: [.pattern(LambdaPattern.resource)]),
        Line(member: "DeadLetterConfig.TargetArn", rules: [.pattern(LambdaPattern.resource)]),
        Line(member: "EphemeralStorage.Size", rules: [.minimum(512), .maximum(10240)]),
        Line(member: "TenancyConfig.TenantIsolationMode", rules: [.values(["PER_TENANT"])]),
        Line(member: "TracingConfig.Mode", rules: [.values(["Active", "PassThrough"])]),
        Line(member: "SnapStart.ApplyOn", rules: [.values(["PublishedVersions", "None"])]),
        Line(member: "LoggingConfig.LogFormat", rules: [.values(["JSON", "Text"])]),
        Line(
            member: "LoggingConfig.ApplicationLogLevel",
            rules: [.values(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"])]
        ),
        Line(member: "LoggingConfig.SystemLogLevel", rules: [.values(["DEBUG", "INFO", "WARN"])]),
        Line(member: "LoggingConfig.LogGroup", rules: [.maximumLength(512), .pattern(LambdaPattern.logGroup)]),
        Line(member: "VpcConfig.SubnetIds", rules: [.maximumLength(16)]),
        Line(member: "VpcConfig.SecurityGroupIds", rules: [.maximumLength(5)]),
        Line(member: "FileSystemConfigs", rules: [.maximumLength(1)]),
        Line(
            member: "S3Bucket",
            rules: [
                .maximumLength(63), .minimumLength(3),
                .pattern(LambdaPattern.bucket, tested: #"([0-9A-Za-z.\-_]*[0-9A-Za-z\-_])?"#),
            ]
        ),
        Line(
            member: "StatementId",
            operations: [.addPermission, .addLayerPermission],
            isRequired: true,
            rules: [.maximumLength(100), .pattern("([a-zA-Z0-9-_]+)")]
        ),
        Line(
            member: "Action",
            operations: [.addPermission],
            isRequired: true,
            rules: [.pattern("(lambda:[*]|lambda:[a-zA-Z]+|[*])")]
        ),
        Line(
            member: "Action",
            operations: [.addLayerPermission],
            isRequired: true,
            rules: [.maximumLength(22), .pattern("lambda:GetLayerVersion")]
        ),
        Line(member: "Principal", operations: [.addPermission], isRequired: true, rules: [.pattern(#"[^\s]+"#)]),
        Line(
            member: "Principal",
            operations: [.addLayerPermission],
            isRequired: true,
            rules: [.pattern(#"\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root"#)]
        ),
        Line(
            member: "SourceArn",
            rules: [.pattern(LambdaPattern.arn)]
        ),
        Line(member: "SourceAccount", rules: [.maximumLength(12), .pattern(#"\d{12}"#)]),
        Line(member: "EventSourceToken", rules: [.maximumLength(256), .pattern(#"[a-zA-Z0-9._\-]+"#)]),
        Line(
            member: "PrincipalOrgID",
            rules: [.minimumLength(12), .maximumLength(34), .pattern("o-[a-z0-9]{10,32}")]
        ),
        Line(member: "FunctionUrlAuthType", rules: [.values(["NONE", "AWS_IAM"])]),
        Line(member: "AuthType", rules: [.values(["NONE", "AWS_IAM"])]),
        Line(member: "AuthType", operations: [.createFunctionURL], isRequired: true, rules: []),
        Line(member: "InvokeMode", rules: [.values(["RESPONSE_STREAM", "BUFFERED"])]),
        Line(member: "Cors.AllowMethods", rules: [.maximumLength(6), .elements([.maximumLength(6)])]),
        Line(member: "Cors.MaxAge", rules: [.minimum(0), .maximum(86400)]),
        Line(
            member: "ReservedConcurrentExecutions",
            operations: [.putConcurrency],
            isRequired: true,
            rules: [.minimum(0)]
        ),
        Line(
            member: "ProvisionedConcurrentExecutions",
            operations: [.putProvisioned],
            isRequired: true,
            rules: [.minimum(1)]
        ),
        Line(member: "MaximumRetryAttempts", rules: [.minimum(0), .maximum(2)]),
        Line(member: "MaximumEventAgeInSeconds", rules: [.minimum(60), .maximum(21600)]),
        Line(
            member: "DestinationConfig.OnSuccess.Destination",
            rules: [.maximumLength(350), .pattern(LambdaPattern.destination)]
        ),
        Line(
            member: "DestinationConfig.OnFailure.Destination",
            rules: [.maximumLength(350), .pattern(LambdaPattern.destination)]
        ),
        Line(
            member: "CodeSigningConfigArn",
            operations: signings,
            rules: [
                .maximumLength(200),
                .pattern(
                    #"arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\d{1}:\d{12}:code-signing-config:csc-[a-z0-9]{17}"#
                ),
            ]
        ),
        Line(member: "CodeSigningConfigArn", operations: [.putCodeSigning], isRequired: true, rules: []),
        Line(member: "AllowedPublishers", operations: [.createSigning], isRequired: true, rules: []),
        Line(
            member: "AllowedPublishers.SigningProfileVersionArns",
            operations: [.createSigning, .updateSigning],
            rules: [
                .maximumLength(20), .minimumLength(1),
                .elements([
                    .pattern(
                        #"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)"#
                    )
                ]),
            ]
        ),
        Line(
            member: "CodeSigningPolicies.UntrustedArtifactOnDeployment",
            rules: [.values(["Warn", "Enforce"])]
        ),
        Line(member: "Resource", rules: [.maximumLength(256), .pattern(taggable)]),
        Line(member: "Tags", operations: [.tagResource], isRequired: true, rules: []),
        Line(member: "TagKeys", operations: [.untagResource], isRequired: true, rules: []),
        Line(
            member: "UpdateRuntimeOn",
            isRequired: false,
            rules: [.values(["Auto", "Manual", "FunctionUpdate"])]
        ),
        Line(member: "RecursiveLoop", rules: [.values(["Terminate", "Allow"])]),
        Line(member: "EventSourceArn", rules: [.pattern(LambdaPattern.arn)]),
        Line(member: "StartingPosition", rules: [.values(["LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"])]),
        Line(
            member: "MaxItems",
            operations: [.listLayers, .listLayerVersions, .listFunctionURLs, .listEventInvokes],
            rules: [.minimum(1), .maximum(50)]
        ),
        Line(member: "MaxItems", rules: [.minimum(1), .maximum(10000)]),
    ]

    /// Checks a request against every line that is about it.
    static func check(_ request: ControlRequest) throws(ControlError) {
        var failures: [String] = []
        for line in all where line.operations?.contains(request.operation) ?? true {
            let value = request[path: line.member]
            let name = line.member.split(separator: ".").map { $0.prefix(1).lowercased() + $0.dropFirst() }
                .joined(separator: ".")
            guard let value, !value.isNull else {
                if line.isRequired {
                    failures.append("Value null at '\(name)' failed to satisfy constraint: Member must not be null")
                }
                continue
            }
            for rule in line.rules {
                guard let words = rule.failure(value) else { continue }
                let shown = line.isSensitive ? "" : "\(Constraint.quoted(value)) "
                failures.append("Value \(shown)at '\(name)' failed to satisfy constraint: \(words)")
            }
        }
        guard failures.isEmpty else { throw .validation(failures) }
    }
}
