import FunctionFile

/// What is there now, as AWS said it.
package struct Observed: Sendable, Equatable {
    /// The account's number.
    package var account = ""
    /// `aws`, `aws-cn` or `aws-us-gov`.
    package var partition = "aws"
    /// The region.
    package var region = ""
    /// GetFunction's answer; `nil` where there is no function.
    package var function: JSON?
    /// The alias.
    package var alias: JSON?
    /// The configuration of the version that the alias names.
    package var aliasConfiguration: JSON?
    /// The role of our name.
    package var role: JSON?
    /// The ARNs of the policies that are attached to it.
    package var attachedPolicies: [String] = []
    /// Its inline policy of our name.
    package var inlinePolicy: JSON?
    /// The URL's configuration.
    package var url: JSON?
    /// The URL of the function without its alias, where one with the alias is wanted.
    package var urlWithoutAlias: String?
    /// The statements of the function's policy, for the alias where there is one.
    package var statements: [PolicyStatement] = []
    /// The log group.
    package var logGroup: JSON?
    /// The event source mappings.
    package var mappings: [JSON] = []
    /// Our schedules by name.
    package var schedules: [String: JSON] = [:]
    /// The role of our schedules.
    package var scheduleRole: JSON?
    /// Its inline policy of our name.
    package var scheduleRolePolicy: JSON?
    /// Our HTTP API.
    package var api: JSON?
    /// What our HTTP API calls.
    package var apiTarget: String?
    /// The notifications of buckets, by bucket.
    package var notifications: [String: JSON] = [:]
    /// The newest version of layers, by name: GetLayerVersion's answer.
    package var layers: [String: JSON] = [:]
    /// The repository.
    package var repository: JSON?
    /// The repository's policy.
    package var repositoryPolicy: JSON?
    /// Whether the image is in the repository.
    package var hasImage = false
    /// The SHA-256 of the package in the bucket, in base64, where it is there.
    package var objectChecksum: String?
    /// Whether the bucket is there.
    package var hasBucket = false
    /// The settings of asynchronous calls.
    package var asynchronous: JSON?
    /// The published versions, oldest first, where they were asked for.
    package var versions: [JSON] = []
    /// Whether anybody has a way to call a function that cannot run: an alias, a URL, a permission.
    package var isReachable = false
    /// All aliases, where they were asked for.
    package var aliases: [JSON] = []

    /// Nothing known.
    package init() {}

    /// The function's configuration.
    package var configuration: JSON? { function?["Configuration"] }

    /// Why the function cannot run at all, where that is so.
    package var defect: String? {
        guard let configuration, configuration["State"]?.string == "Failed" else { return nil }
        return Runner.reason("State", in: configuration)
    }

    /// What is there without the function, where that is ours, could not be made, and nobody can call it.
    func withoutStillborn() -> Observed? {
        guard defect != nil, isOurs, !isReachable else { return nil }
        var rest = self
        (rest.function, rest.asynchronous, rest.versions) = (nil, nil, [])
        return rest
    }

    /// Whether the function has our mark.
    package var isOurs: Bool { function?.at("Tags", Naming.tag) != nil }

    /// The ARN of a function.
    package func functionARN(_ name: String) -> String {
        "arn:\(partition):lambda:\(region):\(account):function:\(name)"
    }

    /// The ARN of a role.
    package func roleARN(_ name: String) -> String { "arn:\(partition):iam::\(account):role/\(name)" }
}
