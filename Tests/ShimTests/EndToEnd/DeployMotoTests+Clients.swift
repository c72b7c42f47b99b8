import Foundation
import FunctionFile
import Testing

/// Other people's programs and files: version 2 of the AWS CLI, lambroll's descriptions, AWS's own answers.
extension DeployMotoTests {
    /// The whole way with the version 2 that Debian has: it is older than some of what is used here.
    @Test func withVersion2OfTheCLI() async throws {
        let aws = "/usr/bin/aws"
        guard FileManager.default.isExecutableFile(atPath: aws) else {
            throw Executables.Missing("\(aws): apt-get install awscli")
        }
        let version = try PackTool.run(aws, ["--version"]).prefix { $0 != " " }
        #expect(version.hasPrefix("aws-cli/2."))
        var bench = try await DeployBench(aws: aws)
        try bench.answer("")
        try await SimTool.withFolder { folder in
            try await SimServer.with(["--control-plane"], in: folder, environment: bench.moto.environment) { server in
                let router = try await LambdaRouter(lambda: server.port, moto: bench.moto)
                bench.options = ["--endpoint-url", router.address]
                bench.variables = ["AWS_ENDPOINT_URL": router.address]
                try bench.zip("tools.zip", "data", as: "share/tools/data")
                try bench.folder.write(
                    "shim-deploy.json",
                    """
                    {"FunctionName": "wc", "Layers": ["tools.zip"], "Environment": {"Variables": {"LEVEL": "é \\" ' $"}},
                     "Deploy": {"Package": "wc.zip", "Alias": "live", "Smoke": {}, "Url": {"AuthType": "AWS_IAM"},
                      "KeepVersions": 2, "LogRetention": 14, "HttpApi": true, "ReservedConcurrency": 3,
                      "Schedules": [{"Expression": "rate(5 minutes)"}], "Asynchronous": {"MaximumRetryAttempts": 1}}}
                    """
                )
                let first = try bench.run("deploy", "--http-api")
                #expect(first.status == 0, "\(first.errors)")
                #expect(try bench.changes("deploy") == [])
                let answer = try bench.run("invoke", "-d", #"{"a":"é"}"#, "--quiet")
                #expect(answer.output == #"{"a":"é"}"#, "\(answer.errors)")
                let shown = try bench.lambda("get-function-configuration", "--function-name", "wc")
                #expect(JSON.parse(shown.utf8)?.at("Environment", "Variables", "LEVEL")?.string == "é \" ' $")
                try bench.answer("two")
                #expect(
                    try bench.changes("deploy") == [
                        "lambda update-function-code", "lambda publish-version", "lambda update-alias",
                    ]
                )
                #expect(try bench.run("invoke", "--quiet").output == "\"two\"")
                #expect(try bench.changes("rollback") == ["lambda update-alias"])
                #expect(try bench.run("status").output.contains("alias"))
                #expect(try bench.run("versions").output.contains("<- live"))

                // What this version does not know is said before anything is done.
                let opened = try bench.run("deploy", "--url", "--url-auth", "none")
                let isOld = opened.errors.contains(
                    "this AWS CLI (\(version)) is too old: its 'lambda add-permission' does not know InvokedViaFunctionUrl"
                )
                #expect(opened.status == (isOld ? 1 : 0), "\(opened.errors)")

                let missing = try bench.run("status", "nothing")
                #expect(missing.status == 1 && missing.errors.hasPrefix("shim-deploy: there is no function 'nothing'"))
                let deleted = try bench.run("delete", "--yes", "--logs")
                #expect(deleted.status == 0, "\(deleted.errors)")
                #expect(try bench.run("delete", "--yes").errors == "= wc: there is nothing to delete\n")
                #expect(try bench.lambda("list-functions", "--query", "Functions") == "[]\n")
            }
        }
    }

    /// lambroll's own example of a function.json, with what its templates stand for.
    @Test func descriptionsOfLambrollDeploy() async throws {
        try await DeployBench.answering { bench, _ in
            var bench = bench
            // README.md of fujiwara/lambroll, "function.json", and test/function.json for json_escape.
            try bench.folder.write(
                "function.json",
                """
                {
                  "Architectures": [
                    "x86_64"
                  ],
                  "Description": "hello function for {{ must_env `ENV` }}",
                  "EphemeralStorage": {
                    "Size": 1024
                  },
                  "Environment": {
                    "Variables": {
                      "BAR": "baz",
                      "FOO": "{{ env `FOO` `default for FOO` }}",
                      "JSON": "{{ env `JSON` | json_escape }}"
                    }
                  },
                  "FunctionName": "{{ must_env `ENV` }}-hello",
                  "FileSystemConfigs": [
                    {
                      "Arn": "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:access-point/fsap-04fc0858274e7dd9a",
                      "LocalMountPath": "/mnt/lambda"
                    }
                  ],
                  "Handler": "index.js",
                  "MemorySize": 128,
                  "Role": "arn:aws:iam::123456789012:role/hello_lambda_function",
                  "Runtime": "nodejs18.x",
                  "Tags": {
                    "Env": "dev"
                  },
                  "Timeout": 5,
                  "TracingConfig": {
                    "Mode": "PassThrough"
                  }
                }
                """
            )
            try bench.zip("function.zip", "exports.handler = async () => 1\n", as: "index.js")
            let unset = try bench.run("--config", "function.json", "function.zip")
            #expect(unset.status == 1 && unset.errors.contains("the variable 'ENV' is not set"), "\(unset.errors)")
            bench.variables["ENV"] = "dev"
            bench.variables["JSON"] = #"{"a": "\"quoted\""}"#
            let first = try bench.run("--config", "function.json", "function.zip")
            #expect(first.status == 0, "\(first.errors)")
            let shown = try bench.lambda("get-function-configuration", "--function-name", "dev-hello")
            let function = try #require(JSON.parse(shown.utf8))
            #expect(function["Description"]?.string == "hello function for dev")
            #expect(
                function.at("Environment", "Variables")
                    == .texts([
                        "BAR": "baz", "FOO": "default for FOO", "JSON": #"{"a": "\"quoted\""}"#,
                    ])
            )
            #expect(function.at("EphemeralStorage", "Size")?.int == 1024 && function["Timeout"]?.int == 5)
            #expect(function["FileSystemConfigs"]?.array?.first?["LocalMountPath"]?.string == "/mnt/lambda")
            #expect(function["Role"]?.string == "arn:aws:iam::123456789012:role/hello_lambda_function")
            #expect(function["Runtime"]?.string == "nodejs18.x" && function["Handler"]?.string == "index.js")
            #expect(try bench.changes("--config", "function.json", "function.zip") == [])

            // What AWS says of it is such a file, too.
            try bench.folder.write("answer.json", shown)
            #expect(try bench.changes("--config", "answer.json", "function.zip") == [])
            try bench.folder.write("tfstate.json", #"{"Role": "{{ tfstate `data.aws_iam_role.lambda.arn` }}"}"#)
            let unknown = try bench.run("--config", "tfstate.json", "function.zip")
            #expect(
                unknown.status == 1 && unknown.errors.contains("a template of lambroll that is not for the environment")
            )
        }
    }
}
