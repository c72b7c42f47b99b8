/// Where the calls go, and with whose credentials.
package struct AWSSettings: Sendable, Equatable {
    /// The region.
    package var region: String
    /// A profile of the AWS CLI's configuration.
    package var profile: String?
    /// Another address than AWS's own, of a simulator say.
    package var endpoint: String?

    /// Describes where calls go.
    package init(region: String, profile: String? = nil, endpoint: String? = nil) {
        self.region = region
        self.profile = profile
        self.endpoint = endpoint
    }

    /// The options of every call.
    var options: [String] {
        ["--region", region, "--output", "json"] + (profile.map { ["--profile", $0] } ?? [])
            + (endpoint.map { ["--endpoint-url", $0] } ?? [])
    }

    /// Variables that keep every version of the CLI from asking, paging and colouring, and set its own retries.
    static let variables = [
        "AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off", "AWS_RETRY_MODE": "standard",
        "AWS_MAX_ATTEMPTS": "4",
        "AWS_CLI_ERROR_FORMAT": "legacy", "PYTHONWARNINGS": "ignore",
    ]
}
