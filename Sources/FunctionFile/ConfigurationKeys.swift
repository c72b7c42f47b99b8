/// The members of Lambda's CreateFunction, as data: what the file may say of the function itself.
///
/// Source: the Lambda API's model as botocore 1.43 has it. A member that is not here goes to the AWS CLI as it is, so that
/// what Lambda learns tomorrow needs no new version of this.
package enum ConfigurationKeys {
    /// What a value must look like.
    package enum Shape: Sendable {
        /// A text.
        case text
        /// A whole number in a range.
        case integer(ClosedRange<Int>)
        /// One of a few words.
        case word([String])
        /// An array of texts.
        case texts
        /// An array of objects or texts.
        case list
        /// An object.
        case object
        /// `true` or `false`.
        case flag
    }

    /// Every member with its shape.
    package static let shapes: [String: Shape] = [
        "Architectures": .texts, "CapacityProviderConfig": .object, "Code": .object,
        "CodeSigningConfigArn": .text,
        "DeadLetterConfig": .object, "Description": .text, "DurableConfig": .object,
        "Environment": .object,
        "EphemeralStorage": .object, "FileSystemConfigs": .list, "FunctionName": .text,
        "Handler": .text,
        "ImageConfig": .object, "KMSKeyArn": .text, "Layers": .list, "LoggingConfig": .object,
        "MemorySize": .integer(128...10240), "PackageType": .word(["Zip", "Image"]), "Publish": .flag,
        "PublishTo": .text, "Role": .text, "Runtime": .text, "SnapStart": .object, "Tags": .object,
        "TenancyConfig": .object, "Timeout": .integer(1...900), "TracingConfig": .object,
        "VpcConfig": .object,
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
