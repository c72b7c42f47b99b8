import FunctionFile
import Testing

@testable import DeployKit

/// What is refused before anything is sent.
@Suite struct DeploySettingsTests {
    private func refusal(_ change: (inout Desired) -> Void) -> DeployError? {
        var desired = Desired(name: "wc")
        change(&desired)
        do {
            try SettingsCheck.check(desired, unpacked: 0)
            return nil
        } catch { return error }
    }

    /// A setting, values that Lambda takes, and values that it does not.
    private static let rows:
        [(setting: String, set: @Sendable (inout Desired, String) -> Void, good: [String], bad: [String])] = [
            (
                "the ARN of a role", { $0.role = $1 },
                ["arn:aws:iam::123456789012:role/x", "arn:aws-cn:iam::123456789012:role/service-role/x.y@z"],
                ["nope", "", "arn:aws:iam::12345678901:role/x", "arn:aws:iam::123456789012:user/x"]
            ),
            ("a handler", { $0.configuration["Handler"] = .string($1) }, ["a.b", "é"], ["", "a b", "a\n"]),
            (
                "a version of a layer", { $0.layers = [.arn($1)] },
                ["arn:aws:lambda:eu-central-1:123456789012:layer:x:1", "arn:aws:lambda:::awslayer:x"],
                ["arn:aws:lambda:eu-central-1:123456789012:layer:x", "arn:aws:lambda:eu-central-1:1:layer:x:1"]
            ),
            (
                "a name for an alias", { $0.deploy.alias = $1 }, ["live", "v1", "1a", "a-b_c"],
                ["", "1", "123", "$LATEST", "bad name", "a.b"]
            ),
            (
                "the ARN of a queue or topic",
                { $0.configuration["DeadLetterConfig"] = .object(["TargetArn": .string($1)]) },
                ["arn:aws:sqs:eu-central-1:123456789012:q", ""], ["nope", "arn:"]
            ),
            (
                "the ARN of a destination",
                {
                    $0.deploy.asynchronous = .object([
                        "DestinationConfig": .object(["OnFailure": .object(["Destination": .string($1)])])
                    ])
                }, ["arn:aws:sqs:eu-central-1:123456789012:q", "arn:aws:s3:::bucket"], ["nope"]
            ),
            (
                "the ARN of a key", { $0.configuration["KMSKeyArn"] = .string($1) },
                ["arn:aws:kms:eu-central-1:123456789012:key/1234", ""], ["1234", "alias/x"]
            ),
            (
                "the ARN of an access point",
                { $0.configuration["FileSystemConfigs"] = .array([.object(["Arn": .string($1)])]) },
                ["arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0123456789abcdef0"],
                ["x", "arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/fs-0123456789abcdef0"]
            ),
            (
                "a place for a file system",
                { $0.configuration["FileSystemConfigs"] = .array([.object(["LocalMountPath": .string($1)])]) },
                ["/mnt/data", "/mnt/a-b.c"], ["/data", "/mnt/", "/mnt/a/b"]
            ),
            (
                "a log group", { $0.configuration["LoggingConfig"] = .object(["LogGroup": .string($1)]) },
                ["/aws/lambda/wc", "a.b#c"], ["", "a b", "a:b"]
            ),
            (
                "the ARN of a queue or stream", { $0.deploy.sources = [.init(arn: $1)] },
                [
                    "arn:aws:sqs:eu-central-1:123456789012:q", "arn:aws:kinesis:eu-central-1:123456789012:stream/s",
                ], ["q", "https://sqs.eu-central-1.amazonaws.com/123456789012/q"]
            ),
            ("a name for a tag", { $0.tags = [$1: "x"] }, ["team", "a b:c"], ["aws:x", ""]),
        ]

    @Test func eachSettingIsHeldAgainstLambdasPattern() {
        #expect(Self.rows.map(\.setting) == SettingsPattern.all.map(\.setting))
        for row in Self.rows {
            for value in row.good { #expect(refusal { row.set(&$0, value) } == nil, "\(row.setting): \(value)") }
            for value in row.bad {
                let refusal = refusal { row.set(&$0, value) }
                #expect(refusal?.description.hasPrefix("'\(value)' is not \(row.setting)\nhint: ") == true, "\(value)")
            }
        }
    }

    @Test(arguments: [
        ("rate(5 minutes)", true), ("rate(1 minute)", true), ("rate(1 minutes)", true), ("rate(1 day)", true),
        ("rate(0 minutes)", false), ("rate(5 seconds)", false), ("rate(-5 minutes)", false), ("rate(minutes)", false),
        ("cron(0 8 * * ? *)", true), ("cron(0 8 ? * MON-FRI *)", true), ("cron(0 8 * * * *)", false),
        ("cron(99 8 * * ? *)", false), ("cron(0 8 * * ?)", false), ("at(2026-02-28T08:00:00)", true),
        ("at(2026-02-29T08:00:00)", false), ("at(2026-2-28T08:00:00)", false), ("at(2026-02-28T24:00:00)", false),
        ("at(2026-02-28T08:00:00Z)", false), ("at()", false), ("every(5 minutes)", false), ("", false), ("(", false),
        (")(", false), ("rate(5 minutes", false),
    ])
    func schedulesAreRead(_ expression: String, _ isTaken: Bool) throws {
        #expect(ScheduleExpression.isForScheduler(expression) == isTaken)
        let file = "{\"Deploy\": {\"Schedules\": [{\"Expression\": \"\(expression)\"}]}}"
        let read = Result { try FunctionFile(Array(file.utf8), file: "f.json", variables: [:]) }
        #expect(((try? read.get()) != nil) == isTaken)
    }

    @Test func oneQueueForTwoPurposesIsNamedOnce() throws {
        var desired = Desired(name: "wc")
        let arn = JSON.string("arn:aws:sqs:eu-central-1:123456789012:q")
        desired.configuration["DeadLetterConfig"] = .object(["TargetArn": arn])
        desired.deploy.asynchronous = .object([
            "DestinationConfig": .object(["OnFailure": .object(["Destination": arn])])
        ])
        let policy = try #require(Planner(desired: desired, observed: Observed()).inlinePolicy)
        #expect(policy["Statement"]?.array?.count == 1)
    }
}
