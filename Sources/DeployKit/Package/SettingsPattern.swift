import FunctionFile
import LambdaWire
import ToolKit

/// What some settings must look like, by the models of the services that take them.
struct SettingsPattern: Sendable {
    /// What a value is meant to be, with its article.
    let setting: String
    /// What the whole value must fit.
    let pattern: String
    /// What would fit.
    let hint: String
    /// The values in what is desired.
    let values: @Sendable (Desired) -> [String]

    static let all: [SettingsPattern] = [
        SettingsPattern(
            setting: "the ARN of a role",
            pattern: LambdaPattern.role,
            hint: "arn:aws:iam::123456789012:role/NAME, or none at all: then one is made"
        ) { [$0.role].compactMap(\.self) },
        SettingsPattern(setting: "a handler", pattern: LambdaPattern.handler, hint: "a name without white space") {
            [$0.configuration["Handler"]?.string].compactMap(\.self)
        },
        SettingsPattern(
            setting: "a version of a layer",
            pattern: LambdaPattern.layerVersion,
            hint: "arn:aws:lambda:REGION:123456789012:layer:NAME:VERSION, or a zip file"
        ) { desired in
            (desired.layers ?? []).compactMap { if case .arn(let arn) = $0 { arn } else { nil } }
        },
        SettingsPattern(
            setting: "a name for an alias",
            pattern: LambdaPattern.aliasName,
            hint: "letters, digits, hyphens and underscores, but not digits alone, such as live"
        ) { [$0.deploy.alias].compactMap(\.self) },
        SettingsPattern(
            setting: "the ARN of a queue or topic",
            pattern: LambdaPattern.resource,
            hint: "arn:aws:sqs:REGION:123456789012:NAME"
        ) { [$0.configuration.at("DeadLetterConfig", "TargetArn")].compactMap(\.self) },
        SettingsPattern(
            setting: "the ARN of a destination",
            pattern: LambdaPattern.destination,
            hint: "arn:aws:sqs:REGION:123456789012:NAME"
        ) { desired in
            ["OnFailure", "OnSuccess"].compactMap {
                desired.deploy.asynchronous?.at("DestinationConfig", $0, "Destination")?.string
            }
        },
        SettingsPattern(
            setting: "the ARN of a key",
            pattern: LambdaPattern.resource,
            hint: "arn:aws:kms:REGION:123456789012:key/ID"
        ) { [$0.configuration["KMSKeyArn"]?.string].compactMap(\.self) },
        SettingsPattern(
            setting: "the ARN of an access point",
            pattern: LambdaPattern.fileSystem,
            hint: "arn:aws:elasticfilesystem:REGION:123456789012:access-point/fsap-0123456789abcdef0"
        ) { fileSystems($0, "Arn") },
        SettingsPattern(
            setting: "a place for a file system",
            pattern: LambdaPattern.mountPath,
            hint: "/mnt/NAME"
        ) { fileSystems($0, "LocalMountPath") },
        SettingsPattern(setting: "a log group", pattern: LambdaPattern.logGroup, hint: "/aws/lambda/NAME") {
            [$0.configuration.at("LoggingConfig", "LogGroup")].compactMap(\.self)
        },
        SettingsPattern(
            setting: "the ARN of a queue or stream",
            pattern: LambdaPattern.arn,
            hint: "arn:aws:sqs:REGION:123456789012:NAME"
        ) { ($0.deploy.sources ?? []).map(\.arn) },
        SettingsPattern(
            setting: "a name for a tag",
            pattern: "(?!aws:).{1,128}",
            hint: "1 to 128 characters; AWS keeps names that begin with aws: to itself"
        ) { ($0.tags ?? [:]).keys.sorted() },
    ]

    private static func fileSystems(_ desired: Desired, _ member: String) -> [String] {
        (desired.configuration["FileSystemConfigs"]?.array ?? []).compactMap { $0[member]?.string }
    }
}

extension [String: JSON] {
    /// A text inside an object.
    fileprivate func at(_ member: String, _ inner: String) -> String? { self[member]?[inner]?.string }
}
