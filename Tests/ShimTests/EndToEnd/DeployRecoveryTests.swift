import Foundation
import FunctionFile
import Testing

@testable import DeployKit

/// Deployments that something cuts short or makes wait, by an `aws` that remembers: they end where an undisturbed one ends.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DeployRecoveryTests {
    /// A folder with a package, a layer and a description of everything that can be deployed.
    struct Bench {
        let fake: FakeAWS
        let folder: TemporaryFolder
        static let secret = "hunter2-\(UUID().uuidString)"

        init(everything: Bool = true) throws {
            fake = try FakeAWS(real: nil, remembers: true)
            folder = try TemporaryFolder()
            try zip("wc.zip", "bootstrap", "#!/bin/sh\necho 1\n")
            guard everything else { return }
            try zip("tools.zip", "share/tools/data", "data")
            try describe()
        }

        func zip(_ name: String, _ place: String, _ text: String) throws {
            try folder.write("tree/" + place, text, mode: 0o755)
            defer { try? FileManager.default.removeItem(atPath: folder.path + "/tree") }
            try? FileManager.default.removeItem(atPath: folder.path + "/" + name)
            // Two benches have the same packages.
            let date = ["-exec", "touch", "-d", "@1000000000", "{}", "+"]
            try PackTool.run("find", ["tree"] + date, directory: folder.path)
            try PackTool.run("zip", ["-q", "-r", "-X", "../" + name, "."], directory: folder.path + "/tree")
        }

        func describe(memory: Int = 256, batch: Int = 5) throws {
            try folder.write(
                "shim-deploy.json",
                """
                {"FunctionName": "wc", "MemorySize": \(memory), "Layers": ["tools.zip"],
                 "Environment": {"Variables": {"PASSWORD": "${SECRET}"}},
                 "Deploy": {"Package": "wc.zip", "Alias": "live", "KeepVersions": 3, "Smoke": {"a": 1}, "Url": true,
                  "HttpApi": true, "LogRetention": 14, "ReservedConcurrency": 5, "S3": [{"Bucket": "bkt"}],
                  "Schedules": [{"Expression": "rate(5 minutes)"}], "Asynchronous": {"MaximumRetryAttempts": 1},
                  "EventSources": [{"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q", "BatchSize": \(batch)}]}}
                """
            )
        }

        func run(_ arguments: String...) throws -> (status: Int32?, output: String, errors: String) {
            try run(arguments)
        }

        func run(_ arguments: [String]) throws -> (status: Int32?, output: String, errors: String) {
            var environment = ProcessInfo.processInfo.environment
            for (name, value) in [
                ("AWS_REGION", "us-east-1"), ("SECRET", Self.secret), ("TMPDIR", folder.path),
                ("PATH", fake.folder.path + ":" + (environment["PATH"] ?? "")),
            ] { environment[name] = value }
            let result = try TestProcess.run(
                try Executables.path("shim-deploy"),
                arguments,
                environment: environment,
                folder: folder.path
            )
            #expect(!(result.output + result.errors + fake.words).contains(Self.secret), "\(arguments)")
            return result
        }

        /// Runs what must succeed, and says which calls changed something.
        @discardableResult
        func changes(_ arguments: String...) throws -> [String] {
            try fake.reset()
            let result = try run(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            return fake.writes
        }

        /// The files that a program that was killed has left, with what is in them.
        func leftovers() throws -> [String: String] {
            let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
            return Dictionary(
                uniqueKeysWithValues: names.filter { $0.hasPrefix("shim-") && !$0.hasSuffix("shim-deploy.json") }.map {
                    ($0, (try? folder.read($0)) ?? "")
                }
            )
        }
    }

    /// A first deployment waits for ten starts of the CLI in sequence at most, one that has nothing to do for four.
    @Test func nothingToDoReadsAndNoMore() throws {
        let bench = try Bench()
        let first = try bench.changes("deploy")
        #expect(first.count > 15, "\(first)")
        try bench.fake.holdCallsTogether()
        #expect(try bench.changes("deploy") == [])
        #expect(bench.fake.depth <= 4, "\(bench.fake.depth): \(bench.fake.calls)")
        let few = try Bench(everything: false)
        try few.fake.holdCallsTogether()
        let made = try few.changes("--url", "--alias", "live", "--env", "A_B=1", "--log-retention", "7", "wc.zip")
        #expect(made.count == 9, "\(made)")
        #expect(few.fake.depth <= 10, "\(few.fake.depth): \(few.fake.calls)")
    }

    /// Each run is ended after the first thing that it changes, until nothing is left to do.
    @Test(arguments: [SIGKILL, SIGINT])
    func endedAfterEachStepItGoesOn(signal: Int32) throws {
        let undisturbed = try Bench()
        let steps = try undisturbed.changes("deploy")
        let bench = try Bench()
        var ended = 0
        while true {
            try bench.fake.reset()
            try bench.fake.killAtFirstWrite(by: signal)
            let result = try bench.run("deploy")
            if result.status == 0 { break }
            #expect(result.status == 128 + signal, "\(result.errors)")
            ended += 1
            try #require(ended < 60)
            if signal == SIGKILL {
                for (name, text) in try bench.leftovers() where text.contains(Bench.secret) {
                    Issue.record("the secret is in \(name)")
                }
            } else {
                #expect(result.errors.contains("not done: "), "\(result.errors)")
                #expect(try bench.leftovers() == [:])
            }
        }
        #expect(try bench.changes("deploy") == [])
        // What goes side by side is done by one run.
        #expect(ended >= steps.count / 2, "\(ended) of \(steps.count)")
        #expect(bench.fake.state == undisturbed.fake.state)
    }

    /// The reply to any of the calls that make something is lost, and the CLI's own second try says that it is there.
    @Test(arguments: [
        "lambda.create-function", "lambda.create-alias", "lambda.add-permission", "lambda.create-function-url-config",
        "lambda.create-event-source-mapping", "scheduler.create-schedule", "iam.create-role", "logs.create-log-group",
    ])
    func aLostReplyIsNoFailure(call: String) throws {
        let bench = try Bench()
        let lost = "Connection was closed before we received a valid response from endpoint URL: \"https://x/\"."
        try bench.fake.lose(call, 1, lost)
        let result = try bench.run("deploy", "--verbose")
        #expect(result.status == 0 && result.errors.contains("waiting: the connection was lost"), "\(result.errors)")
        #expect(try bench.changes("deploy") == [])
    }

    /// One way to make a call wait for what a row of the table says.
    private struct Refusal {
        let call: String
        let code: String
        let message: String

        init(_ call: String, _ code: String, _ message: String) {
            (self.call, self.code, self.message) = (call, code, message)
        }

        var failure: AWSFailure {
            let operation = call.replacing(".", with: " ")
            return code.isEmpty
                ? AWSFailure(operation: operation, said: message, status: "")
                : AWSFailure(kind: .service(code: code), operation: operation, message: message)
        }

        var said: String {
            code.isEmpty ? message : "An error occurred (\(code)) when calling the X operation: \(message)"
        }
    }

    private static let invalid = "InvalidParameterValueException"
    private static let conflict = "ResourceConflictException"

    /// What the calls of a first deployment, of a second one with changes, and of an end are refused for.
    private static let refusals: [(arguments: [String], refusals: [Refusal])] = [
        (
            ["deploy"],
            [
                Refusal(
                    "lambda.create-function",
                    invalid,
                    "The role defined for the function cannot be assumed by Lambda."
                ),
                Refusal("lambda.add-permission", "ResourceNotFoundException", "Function not found"),
                Refusal(
                    "logs.put-retention-policy",
                    "OperationAbortedException",
                    "A conflicting operation is in progress"
                ),
                Refusal(
                    "lambda.create-event-source-mapping",
                    invalid,
                    "Please ensure the role can perform the ReceiveMessage action"
                ),
                Refusal(
                    "scheduler.create-schedule",
                    "ValidationException",
                    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
                ),
                Refusal(
                    "s3api.put-bucket-notification-configuration",
                    "InvalidArgument",
                    "Unable to validate the following destination configurations"
                ),
            ]
        ),
        (
            ["deploy"],
            [
                Refusal("lambda.update-function-configuration", conflict, "An update is in progress for resource"),
                Refusal(
                    "lambda.update-function-code",
                    conflict,
                    "The function is currently in the following state: Pending"
                ),
                Refusal("lambda.publish-version", conflict, "The function is Pending"),
                Refusal("lambda.update-event-source-mapping", "ResourceInUseException", "Cannot update it"),
                Refusal("lambda.get-function", "TooManyRequestsException", "Rate exceeded"),
                Refusal("iam.get-role", "", "Could not connect to the endpoint URL: \"https://iam.amazonaws.com/\""),
            ]
        ),
        (["delete", "--yes"], [Refusal("iam.delete-role", "DeleteConflict", "must detach all policies first.")]),
    ]

    /// What making a function is refused for beside that, once each.
    private static let more = [
        Refusal("lambda.create-function", invalid, "The provided execution role does not have permissions to call X"),
        Refusal("lambda.create-function", invalid, "Your request has been throttled by EC2"),
        Refusal("lambda.create-function", invalid, "The KMS key is invalid for CreateGrant."),
        Refusal("lambda.create-function", invalid, "ARN does not refer to a valid principal"),
        Refusal(
            "lambda.create-function",
            "AccessDeniedException",
            "Lambda does not have permission to access the ECR image."
        ),
    ]

    /// Every row of the table, by a call that is refused once.
    @Test func whatPassesIsWaitedFor() async throws {
        let rows = RetryTable.rows.map { "\($0)" }
        let covered = (Self.refusals.flatMap(\.refusals) + Self.more).compactMap { RetryTable.row(for: $0.failure) }
        #expect(Set(covered.map { "\($0)" }) == Set(rows), "each row has its refusal")

        func expect(_ refusals: [Refusal], of arguments: [String], _ bench: Bench) throws {
            try bench.fake.reset()
            for refusal in refusals { try bench.fake.refuse(refusal.call, 1, refusal.said) }
            let result = try bench.run(arguments + ["--verbose"])
            #expect(result.status == 0, "\(result.errors)")
            for refusal in refusals {
                let reason = RetryTable.row(for: refusal.failure)?.reason ?? "?"
                #expect(result.errors.contains("waiting: \(reason)"), "\(refusal): \(result.errors)")
            }
        }

        // They wait a second each, so they wait side by side.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for refusal in Self.more {
                group.addTask { try expect([refusal], of: ["wc.zip"], try Bench(everything: false)) }
            }
            group.addTask {
                let bench = try Bench()
                for (index, (arguments, refusals)) in Self.refusals.enumerated() {
                    if index == 1 {
                        try bench.describe(memory: 512, batch: 6)
                        try bench.zip("wc.zip", "bootstrap", "#!/bin/sh\necho 2\n")
                    }
                    try expect(refusals, of: arguments, bench)
                }
                #expect(try bench.changes("delete", "--yes") == [])
            }
            try await group.waitForAll()
        }
    }

    /// What is found in the end is what there is, whoever has made it meanwhile.
    @Test func whatIsThereAlreadyIsNotMadeAgainForEver() throws {
        let bench = try Bench(everything: false)
        let conflict =
            "An error occurred (ResourceConflictException) when calling the CreateFunction operation: Function already exist: wc"
        for turn in 1...9 { try bench.fake.refuse("lambda.create-function", turn, conflict) }
        let result = try bench.run("wc.zip")
        #expect(result.status == 1 && result.errors.contains("Function already exist: wc"), "\(result.errors)")
        #expect(bench.fake.calls.filter { $0 == "lambda create-function" }.count == 3)
    }

    @Test func aPackageThatChangesMeanwhileIsNoticed() throws {
        let bench = try Bench(everything: false)
        try bench.changes("--alias", "live", "wc.zip")
        try bench.zip("wc.zip", "bootstrap", "#!/bin/sh\necho 2\n")
        try bench.zip("later.zip", "bootstrap", "#!/bin/sh\necho 3\n")
        try bench.fake.reset()
        try bench.fake.before("lambda.update-function-code", "cp later.zip wc.zip")
        let result = try bench.run("--alias", "live", "wc.zip")
        #expect(
            result.status == 1
                && result.errors.contains("cannot deploy 'wc.zip': it was changed while it was being sent"),
            "\(result.errors)"
        )
        #expect(result.errors.contains("the alias 'live' has not moved"))
        #expect(try bench.changes("--alias", "live", "wc.zip") == ["lambda publish-version", "lambda update-alias"])
        #expect(try bench.changes("--alias", "live", "wc.zip") == [])
    }

    /// An AWS CLI of before October 2025 cannot open a URL to everybody: that is said before anything is made.
    @Test func anOldCLIIsToldOfAtOnce() throws {
        let bench = try Bench(everything: false)
        try bench.fake.answer("skeleton.add-permission", #"{"FunctionName": "", "StatementId": ""}"#)
        let result = try bench.run("--url", "wc.zip")
        #expect(
            result.errors.hasSuffix(
                """
                shim-deploy: this AWS CLI (aws-cli/2.0.0) is too old: its 'lambda add-permission' does not know InvokedViaFunctionUrl
                hint: update it; --url-auth aws_iam needs no such permission

                """
            ),
            "\(result.errors)"
        )
        #expect(result.status == 1 && bench.fake.writes == [])
        #expect(
            try bench.changes("--url", "--url-auth", "aws_iam", "wc.zip").contains("lambda create-function-url-config")
        )
        try bench.fake.answer("skeleton.add-permission", #"{"FunctionName": "", "InvokedViaFunctionUrl": true}"#)
        #expect(try bench.changes("--url", "wc.zip").filter { $0 == "lambda add-permission" }.count == 2)
    }
}
