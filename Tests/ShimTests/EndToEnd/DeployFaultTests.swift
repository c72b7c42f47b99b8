import Foundation
import FunctionFile
import Platform
import Testing
import ToolKit

@testable import DeployKit

/// Refusals, lost connections and sudden deaths, by an `aws` that plays them.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct DeployFaultTests {
    /// The answers that every part of a first deployment needs, at once.
    private static func instant() throws -> FakeAWS {
        let fake = try FakeAWS(real: nil)
        try fake.answer(
            "sts.get-caller-identity",
            #"{"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/u"}"#
        )
        try fake.answer("lambda.create-function", #"{"Version": "1", "State": "Pending"}"#)
        try fake.answer("lambda.get-function-configuration", #"{"State": "Active", "LastUpdateStatus": "Successful"}"#)
        try fake.answer(
            "lambda.create-function-url-config",
            #"{"FunctionUrl": "https://x.lambda-url.us-east-1.on.aws/"}"#
        )
        for (call, operation, code) in [
            ("lambda.get-function", "GetFunction", "ResourceNotFoundException"),
            ("lambda.get-function-url-config", "GetFunctionUrlConfig", "ResourceNotFoundException"),
            ("lambda.get-policy", "GetPolicy", "ResourceNotFoundException"),
            ("iam.get-role", "GetRole", "NoSuchEntity"),
            ("lambda.get-alias", "GetAlias", "ResourceNotFoundException"),
            ("iam.list-attached-role-policies", "ListAttachedRolePolicies", "NoSuchEntity"),
            ("iam.get-role-policy", "GetRolePolicy", "NoSuchEntity"),
        ] {
            // Some are asked twice, for the alias and for what is behind it.
            for turn in 1...2 {
                try fake.refuse(
                    call,
                    turn,
                    "An error occurred (\(code)) when calling the \(operation) operation: not found"
                )
            }
        }
        return fake
    }

    private static let variables = [
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
    ]

    private static func run(
        _ fake: FakeAWS,
        _ arguments: [String],
        variables: [String: String] = variables
    ) throws -> (status: Int32?, output: String, errors: String) {
        let folder = try TemporaryFolder()
        try folder.write("tree/bootstrap", "#!/bin/sh\necho\n", mode: 0o755)
        try PackTool.run("zip", ["-q", "-X", "../wc.zip", "bootstrap"], directory: folder.path + "/tree")
        var environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        environment["PATH"] = fake.folder.path + ":" + (environment["PATH"] ?? "")
        environment["TMPDIR"] = folder.path
        let result = try TestProcess.run(
            try Executables.path("shim-deploy"),
            arguments,
            environment: environment,
            folder: folder.path,
            limit: .seconds(60)
        )
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix("shim-deploy")
        }
        #expect(left == [], "no file is left")
        return result
    }

    /// A whole first deployment waits for ten calls at most, one after the other.
    @Test func theFirstDeploymentStartsFewCallsInSequence() throws {
        let fake = try Self.instant()
        try fake.holdCallsTogether()
        let result = try Self.run(fake, ["--url", "--alias", "live", "--env", "PASSWORD=hunter2", "wc.zip"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == "https://x.lambda-url.us-east-1.on.aws/\n")
        #expect(fake.depth <= 10, "\(fake.calls)")
        #expect(!fake.words.contains("hunter2") && fake.inputs.contains("hunter2"))
    }

    @Test func aRoleThatIsNotKnownYetIsWaitedFor() throws {
        let fake = try Self.instant()
        try fake.refuse(
            "lambda.create-function",
            1,
            "\naws: [ERROR]: An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda.\n"
        )
        let result = try Self.run(fake, ["--verbose", "wc.zip"])
        #expect(
            result.status == 0 && result.errors.contains("waiting: Lambda does not know the new role yet"),
            "\(result.errors)"
        )
        #expect(fake.calls.filter { $0 == "lambda create-function" }.count == 2)
    }

    @Test(arguments: [
        ("sts.get-caller-identity", "Unable to locate credentials", "hint: log in"),
        (
            "sts.get-caller-identity",
            "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included in the request is expired",
            "hint: log in"
        ),
        (
            "lambda.create-function",
            "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: Unzipped size must be smaller than 262144000 bytes",
            "hint: leave files out"
        ),
        ("lambda.add-permission", "Unknown options: --invoked-via-function-url", "hint: this AWS CLI is too old"),
        (
            "lambda.create-function-url-config",
            "An error occurred (PublicPolicyException) when calling the X operation: blocked",
            "hint: the account blocks public function URLs"
        ),
    ])
    func whatDoesNotPassIsExplained(call: String, said: String, hint: String) throws {
        let fake = try Self.instant()
        try fake.refuse(call, 1, said)
        let result = try Self.run(fake, ["--url", "wc.zip"])
        #expect(result.status == 1 && result.output == "")
        #expect(result.errors.contains(hint), "\(result.errors)")
        if call.hasPrefix("lambda") { #expect(result.errors.contains("not done: ")) }
    }

    @Test func withoutARegionOrAnAWSThatIsSaid() throws {
        let fake = try Self.instant()
        try fake.refuse("configure.get", 1, "")
        let none = ["AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/nonexistent"]
        let region = try Self.run(fake, ["wc.zip"], variables: Self.variables.merging(none) { $1 })
        #expect(
            region.status == 1 && region.errors.contains("no region is set\nhint: --region REGION"),
            "\(region.errors)"
        )
    }

    /// A failed update is told in Lambda's words.
    @Test func aWaitThatEndsBadlySaysWhy() throws {
        let fake = try Self.instant()
        try fake.answer(
            "lambda.get-function-configuration",
            #"{"State": "Failed", "StateReason": "no such image", "StateReasonCode": "InvalidImage"}"#
        )
        let result = try Self.run(fake, ["wc.zip"])
        #expect(result.status == 1 && result.errors.contains("the function cannot run: no such image (InvalidImage)"))
        try fake.answer("lambda.get-function-configuration", #"{"State": "Pending", "StateReason": "creating"}"#)
        try fake.reset()
        let slow = try Self.run(try Self.pending(fake), ["--wait", "1", "wc.zip"])
        #expect(slow.status == 1 && slow.errors.contains("the function: not ready after 1 s"), "\(slow.errors)")
    }

    private static func pending(_ fake: FakeAWS) throws -> FakeAWS {
        for (call, code) in [
            ("lambda.get-function", "ResourceNotFoundException"), ("iam.get-role", "NoSuchEntity"),
            ("iam.list-attached-role-policies", "NoSuchEntity"), ("iam.get-role-policy", "NoSuchEntity"),
        ] {
            try fake.refuse(call, 1, "An error occurred (\(code)) when calling the X operation: not found")
        }
        return fake
    }
}
