/// The members of Lambda's CreateFunction, as data: what the file may say of the function itself.
///
/// Source: the Lambda API's model as botocore 1.43 has it. A member that is not here goes to the AWS CLI as it is, so that
/// what Lambda learns tomorrow needs no new version of this.
package enum ConfigurationKeys {
    private static let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]

    /// Every member with its shape.
    package static let shapes: [String: Shape] = [
        "Architectures": .listOfOne(.word(["x86_64", "arm64"])), "CapacityProviderConfig": .map(to: .any),
        "Code": .object([
            "ImageUri": .text, "S3Bucket": .text, "S3Key": .text, "S3ObjectVersion": .text, "SourceKMSKeyArn": .text,
            "ZipFile": .text,
        ]), "CodeSigningConfigArn": .text, "DeadLetterConfig": .object(["TargetArn": .text]), "Description": .text,
        "DurableConfig": .map(to: .any), "Environment": .object(["Variables": .map(to: .text), "Error": .any]),
        "EphemeralStorage": .object(["Size": .integer(512...10240)]),
        "FileSystemConfigs": .list(of: .object(["Arn": .text, "LocalMountPath": .text])), "FunctionName": .text,
        "Handler": .text,
        "ImageConfig": .object(["EntryPoint": .texts, "Command": .texts, "WorkingDirectory": .text]),
        "KMSKeyArn": .text, "Layers": .list(of: .textOrMember("Arn")),
        "LoggingConfig": .object([
            "LogFormat": .word(["JSON", "Text"]), "ApplicationLogLevel": .word(levels),
            "SystemLogLevel": .word(["DEBUG", "INFO", "WARN"]), "LogGroup": .text,
        ]), "MemorySize": .integer(128...10240), "PackageType": .word(["Zip", "Image"]), "Publish": .flag,
        "PublishTo": .text, "Role": .text, "Runtime": .text,
        "SnapStart": .object(["ApplyOn": .word(["PublishedVersions", "None"]), "OptimizationStatus": .any]),
        "Tags": .map(to: .text), "TenancyConfig": .map(to: .any), "Timeout": .integer(1...900),
        "TracingConfig": .object(["Mode": .word(["Active", "PassThrough"])]),
        "VpcConfig": .object([
            "SubnetIds": .texts, "SecurityGroupIds": .texts, "Ipv6AllowedForDualStack": .flag, "VpcId": .any,
        ]),
    ]

    /// What only CreateFunction, or UpdateFunctionCode, takes: it cannot be sent with UpdateFunctionConfiguration.
    package static let notUpdatable: Set<String> = [
        "Architectures", "Code", "CodeSigningConfigArn", "FunctionName", "PackageType", "Publish",
        "PublishTo", "Tags",
        "TenancyConfig",
    ]

    /// What Lambda says of a function and nobody can set: files made from its answers have it, and it is passed over.
    package static let answersOnly: Set<String> = [
        "CodeSha256", "CodeSize", "ConfigSha256", "FunctionArn", "ImageConfigResponse", "LastModified",
        "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "MasterArn",
        "RevisionId",
        "RuntimeVersionConfig", "SigningJobArn", "SigningProfileVersionArn", "State", "StateReason",
        "StateReasonCode",
        "Version",
    ]

    /// What Lambda takes where a member is not set; an answer that says so says nothing.
    package static let defaults: [String: JSON] = [
        "Description": .string(""), "Timeout": .int(3), "MemorySize": .int(128), "Layers": .array([]),
        "Environment": .object(["Variables": .object([:])]),
        "EphemeralStorage": .object(["Size": .int(512)]),
        "TracingConfig": .object(["Mode": .string("PassThrough")]), "KMSKeyArn": .string(""),
        "DeadLetterConfig": .object(["TargetArn": .string("")]), "FileSystemConfigs": .array([]),
        "VpcConfig": .object([
            "SubnetIds": .array([]), "SecurityGroupIds": .array([]),
            "Ipv6AllowedForDualStack": .bool(false),
        ]), "SnapStart": .object(["ApplyOn": .string("None")]),
        "Architectures": .array([.string("x86_64")]),
        "PackageType": .string("Zip"), "ImageConfig": .object([:]),
    ]
}
