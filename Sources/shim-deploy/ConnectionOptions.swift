import CommandLineKit

/// The options that every command has: where AWS is, and as whom.
enum ConnectionOptions {
    static let options = [
        Option(
            "--config",
            value: "FILE",
            type: .file,
            help: "The function's description",
            default: "shim-deploy.json, if there"
        ),
        Option("--region", value: "REGION", help: "The region", default: "the AWS CLI's own"),
        Option("--profile", value: "NAME", help: "A profile of the AWS CLI"),
        Option("--endpoint-url", value: "URL", help: "An address other than AWS's, such as a simulator's"),
        Option("--verbose", help: "Show what is waited for"),
    ]
}
