import Foundation
import Testing

/// `shim-deploy` against moto, by the real AWS CLI: from nothing to a function with everything around it, and back.
///
/// All that need moto are here: one after the other, since each begins with an empty one.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct DeployMotoTests {
    @Test func fromNothingToAURLAndBackToNothing() async throws {
        let bench = try await DeployBench(invokes: true)
        let before = try bench.moto.aws("iam", "list-roles")
        let first = try bench.run("--url", "--env", "PASSWORD=hunter2", "--log-retention", "7", "wc.zip")
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.hasPrefix("https://") && first.output.split(separator: "\n").count == 1)
        #expect(!first.errors.contains("hunter2") && !bench.fake.words.contains("hunter2"))
        #expect(bench.fake.inputs.contains("hunter2"))
        let function = try bench.moto.aws("lambda", "get-function", "--function-name", "wc")
        #expect(function.contains("hunter2") && function.contains(#""shim-deploy": "wc""#))
        let policy = try bench.moto.aws("lambda", "get-policy", "--function-name", "wc")
        #expect(policy.contains("InvokeFunctionUrl") && policy.contains("FunctionURLAllowInvokeAction"))

        // The same again changes nothing, and waits for few calls.
        #expect(try bench.changes("--url", "--env", "PASSWORD=hunter2", "--log-retention", "7", "wc.zip") == [])
        #expect(bench.fake.depth <= 4)

        // Each change alone makes its own call.
        let same = ["--url", "wc.zip"]
        func change(_ options: String...) throws -> [String] {
            try bench.fake.reset()
            let result = try bench.run(same[0], options.first ?? "--no-check", options.last ?? "--no-check", same[1])
            #expect(result.status == 0, "\(result.errors)")
            return bench.fake.writes
        }
        #expect(try change("--memory", "512") == ["lambda update-function-configuration"])
        #expect(try change("--memory", "512") == [])
        #expect(try change("--tag", "team=x") == ["lambda tag-resource"])
        #expect(try change("--concurrency", "5") == ["lambda put-function-concurrency"])
        #expect(try change("--unset-env", "PASSWORD") == ["lambda update-function-configuration"])
        try bench.zip("wc.zip", "#!/bin/sh\necho other\n")
        #expect(try change() == ["lambda update-function-code"])
        #expect(
            try change("--url-auth", "aws_iam") == [
                "lambda update-function-url-config", "lambda remove-permission", "lambda remove-permission",
            ]
        )

        let status = try bench.run("status", "wc")
        #expect(status.output.contains("512 MB") && status.output.contains(#/made by +shim-deploy/#))
        let answer = try bench.run("invoke", "wc", "--quiet")
        #expect(answer.status == 0 && !answer.output.isEmpty)
        #expect(try bench.run("init", "wc", "-o", "-").output.contains(#""MemorySize" : 512"#))

        // Somebody else's things stay.
        try bench.moto.aws("logs", "create-log-group", "--log-group-name", "/aws/lambda/wc-2")
        let unasked = try bench.run("delete", "wc")
        #expect(
            unasked.status == 64 && unasked.errors.contains("- function wc") && unasked.errors.contains("hint: --yes")
        )
        let deleted = try bench.run("delete", "wc", "--yes", "--logs")
        #expect(deleted.status == 0, "\(deleted.errors)")
        #expect(try bench.moto.aws("lambda", "list-functions", "--query", "Functions") == "[]\n")
        #expect(try bench.moto.aws("iam", "list-roles") == before)
        #expect(
            try bench.moto.aws("logs", "describe-log-groups", "--query", "logGroups[].logGroupName").contains("wc-2")
        )
        #expect(try bench.run("delete", "wc", "--yes").errors == "= wc: there is nothing to delete\n")
        #expect(try bench.changes("delete", "wc", "--yes") == [])
        #expect(try bench.run("status", "wc").errors.hasPrefix("shim-deploy: there is no function 'wc'"))
    }

    @Test func anAliasMovesFromVersionToVersionAndBack() async throws {
        let bench = try await DeployBench()
        try bench.changes("--alias", "live", "wc.zip")
        func alias() throws -> String {
            try bench.moto.aws(
                "lambda",
                "get-alias",
                "--function-name",
                "wc",
                "--name",
                "live",
                "--query",
                "FunctionVersion"
            )
        }
        #expect(try alias() == "\"1\"\n")
        try bench.zip("wc.zip", "#!/bin/sh\necho 2\n")
        #expect(
            try bench.changes("--alias", "live", "wc.zip") == [
                "lambda update-function-code", "lambda publish-version", "lambda update-alias",
            ]
        )
        #expect(try alias() == "\"2\"\n")
        #expect(try bench.changes("--alias", "live", "wc.zip") == [])
        #expect(try bench.run("versions", "wc").output.contains("<- live"))
        #expect(try bench.changes("rollback", "wc") == ["lambda update-alias"])
        #expect(try alias() == "\"1\"\n")
        // What is in $LATEST is not what callers get: the same command moves the alias on.
        #expect(try bench.changes("--alias", "live", "wc.zip").contains("lambda update-alias"))
        #expect(try alias() == "\"2\"\n")
        // What hangs on the only alias is found without its name.
        #expect(try bench.changes("--alias", "live", "--url", "wc.zip").contains("lambda create-function-url-config"))
        #expect(try bench.run("status", "wc").output.contains("(NONE, BUFFERED)"))

        // A new version that fails its test never gets a call.
        try bench.zip("wc.zip", "#!/bin/sh\necho 3\n")
        try bench.fake.reset()
        try bench.fake.answer(
            "lambda.invoke",
            #"{"StatusCode": 200, "FunctionError": "Unhandled", "LogResult": "Ym9vbSBpbiBsaW5lIDM=", "ExecutedVersion": "3"}"#
        )
        let failed = try bench.run("--alias", "live", "--smoke", "{}", "wc.zip")
        #expect(failed.status == 1)
        #expect(failed.errors.contains("the alias 'live' has not moved") && failed.errors.contains("boom in line 3"))
        #expect(try alias() == "\"2\"\n")
    }

    @Test func triggersComeAndGo() async throws {
        let bench = try await DeployBench()
        try bench.moto.aws("s3api", "create-bucket", "--bucket", "bkt")
        try bench.moto.aws("sqs", "create-queue", "--queue-name", "q1", "--endpoint-url", bench.moto.address)
        try bench.folder.write(
            "shim-deploy.json",
            """
            {"FunctionName": "wc", "Deploy": {"Package": "wc.zip", "HttpApi": true,
             "Schedules": [{"Expression": "rate(5 minutes)", "Input": {"a": 1}}], "S3": [{"Bucket": "bkt", "Prefix": "in/"}],
             "Asynchronous": {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q1"}}},
             "EventSources": [{"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q1", "BatchSize": 5}]}}
            """
        )
        let first = try bench.run("deploy")
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("execute-api"))
        #expect(try bench.changes("deploy") == [])
        let notification = try bench.moto.aws("s3api", "get-bucket-notification-configuration", "--bucket", "bkt")
        #expect(notification.contains("shim-deploy-wc-1"))
        // A description of what is there describes just that.
        #expect(try bench.run("init", "wc", "-o", "again.json").status == 0)
        let again = try String(contentsOfFile: bench.folder.path + "/again.json", encoding: .utf8)
        for member in ["Schedules", "S3", "EventSources", "Asynchronous", "HttpApi", "\"Prefix\" : \"in/\""] {
            #expect(again.contains(member), "\(member): \(again)")
        }
        let same = try bench.run("diff", "--config", "again.json", "--exit-code", "wc.zip")
        #expect(same.status == 0, "\(same.output)\(same.errors)")
        try bench.folder.write(
            "shim-deploy.json",
            #"{"FunctionName": "wc", "Deploy": {"Package": "wc.zip", "HttpApi": false, "Schedules": [], "S3": []}}"#
        )
        let calls = try bench.changes("deploy")
        #expect(Set(calls).isSuperset(of: ["apigatewayv2 delete-api", "scheduler delete-schedule"]))
        #expect(
            try !bench.moto.aws("s3api", "get-bucket-notification-configuration", "--bucket", "bkt").contains(
                "shim-deploy"
            )
        )
        #expect(try bench.changes("delete", "--yes").contains("lambda delete-event-source-mapping"))
        #expect(try bench.moto.aws("lambda", "list-event-source-mappings", "--query", "EventSourceMappings") == "[]\n")
    }

    @Test func aLayerIsPublishedOnce() async throws {
        let bench = try await DeployBench()
        try bench.zip("tools.zip", "data", as: "share/tools/data")
        let first = try bench.run("tools.zip")
        #expect(first.output == "arn:aws:lambda:us-east-1:123456789012:layer:tools:1\n", "\(first.errors)")
        #expect(try bench.changes("tools.zip") == [])
        #expect(try bench.changes("--layer", "tools.zip", "wc.zip").contains("lambda create-function"))
        let layers = try bench.moto.aws(
            "lambda",
            "get-function-configuration",
            "--function-name",
            "wc",
            "--query",
            "Layers[].Arn",
            "--output",
            "json"
        )
        #expect(layers.contains("layer:tools:1"))
        #expect(try bench.changes("--layer", "tools.zip", "wc.zip") == [])
        try bench.zip("tools.zip", "other data", as: "share/tools/data")
        #expect(
            try bench.changes("--layer", "tools.zip", "wc.zip") == [
                "lambda publish-layer-version", "lambda update-function-configuration",
            ]
        )
    }

    /// What somebody else has made is brought up to date, and never deleted.
    @Test func aFunctionOfSomebodyElse() async throws {
        let bench = try await DeployBench()
        try bench.moto.aws(
            "iam",
            "create-role",
            "--role-name",
            "own",
            "--assume-role-policy-document",
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#
        )
        try bench.moto.aws(
            "lambda",
            "create-function",
            "--function-name",
            "wc",
            "--runtime",
            "provided.al2023",
            "--handler",
            "x",
            "--role",
            "arn:aws:iam::123456789012:role/own",
            "--zip-file",
            "fileb://\(bench.folder.path)/wc.zip"
        )
        #expect(try bench.changes("wc.zip") == [])
        #expect(try bench.changes("--memory", "256", "wc.zip") == ["lambda update-function-configuration"])
        let refused = try bench.run("delete", "wc", "--yes")
        #expect(refused.status == 1 && refused.errors.contains("was not made by shim-deploy"))
        #expect(try bench.moto.aws("lambda", "list-functions", "--query", "Functions[].FunctionName").contains("wc"))
    }

    /// What is deployed answers: Lambda is the simulator, which runs it, and all the rest is moto.
    @Test func whatIsDeployedAnswers() async throws {
        try await DeployBench.answering { bench, _ in
            func deploy(_ more: String) throws -> (output: String, writes: [String]) {
                try bench.fake.reset()
                let options = ["--url", "--alias", "live", "--smoke", "{}", "--env", "LEVEL=info"]
                let result = try bench.run(options + [more, "wc.zip"])
                #expect(result.status == 0, "\(result.errors)")
                return (result.output, bench.fake.writes)
            }
            func ask(_ url: String, _ text: String) throws -> String {
                try PackTool.run("curl", ["-sS", "-H", "Content-Type: text/plain", "-d", text, url])
            }
            let url = try deploy("--no-check").output.trimmingCharacters(in: .newlines)
            #expect(try ask(url, "hello").contains("hello"))
            let answer = try bench.run("invoke", "wc", "-d", "[1,2]", "--quiet")
            #expect(answer.status == 0 && answer.output == "[1,2]", "\(answer.errors)")
            #expect(try bench.run("status", "wc").output.contains(url))
            // What moto passes over, Lambda keeps.
            #expect(try deploy("--no-check").writes == [])
            let moved = ["lambda update-function-configuration", "lambda publish-version", "lambda update-alias"]
            #expect(try deploy("--log-format=json").writes == moved)
            #expect(try deploy("--log-format=json").writes == [])
            // A version that fails never gets a call.
            try bench.zip("wc.zip", "#!/bin/sh\nexit 3\n")
            let failed = try bench.run("--alias", "live", "--smoke", "{}", "wc.zip")
            #expect(failed.status == 1 && failed.errors.contains("the alias 'live' has not moved"), "\(failed.errors)")
            #expect(try ask(url, "again").contains("again"))
            #expect(try bench.run("delete", "wc", "--alias", "live", "--yes").status == 0)
            #expect(try bench.run("delete", "wc", "--yes").errors.contains("nothing to delete"))
        }
    }

    /// Killed at any call and run again, it ends where an undisturbed run ends.
    @Test func killedAtEachStepItGoesOn() async throws {
        let bench = try await DeployBench()
        let options = ["--url", "--alias", "live", "wc.zip"]
        for call in [
            "iam.create-role", "lambda.create-function", "lambda.create-alias", "lambda.create-function-url-config",
        ] {
            try bench.moto.post("/moto-api/reset", "")
            try bench.fake.reset()
            try bench.fake.kill(call)
            let killed = try bench.run(options[0], options[1], options[2], options[3])
            #expect(killed.status == Int32(137), "\(call): \(killed.errors)")
            try bench.fake.reset()
            let again = try bench.run(options[0], options[1], options[2], options[3])
            #expect(again.status == 0 && again.output.hasPrefix("https://"), "\(call): \(again.errors)")
            #expect(try bench.changes(options[0], options[1], options[2], options[3]) == [], "\(call)")
        }
    }
}
