import Foundation
import FunctionFile
import Testing

/// Where what is deployed has to run: Lambda is the simulator.
extension DeployMotoTests {
    /// A new version gets a part of the calls first; errors, and Ctrl-C, send all back to the old one.
    @Test func aCanaryGetsItsPartOfTheCalls() async throws {
        try await DeployBench.answering { bench, server in
            func alias() throws -> JSON? {
                JSON.parse(try bench.lambda("get-alias", "--function-name", "wc", "--name", "live").utf8)
            }
            try bench.answer("one")
            try bench.changes("--alias", "live", "wc.zip")
            try bench.answer("two")
            try bench.fake.reset()
            let canary = try bench.start("--alias", "live", "--canary", "40%:1h", "wc.zip")
            try await SimTool.eventually("the alias has two versions") {
                bench.fake.calls.contains("lambda update-alias")
            }
            let seen = try await server.python(
                """
                seen = {}
                for _ in range(100):
                    r = invoke('wc:live')
                    seen.setdefault(r['ExecutedVersion'] + r['Payload'], []).append(1)
                    if len(seen) == 2 and sum(map(len, seen.values())) >= 40: break
                print(' '.join(sorted(seen)))
                """
            )
            #expect(seen == "1\"one\" 2\"two\"\n")
            canary.signal(SIGINT)
            #expect(try await canary.result(within: 60).status == 128 + SIGINT)
            #expect(canary.errors.contains("not done: ~ alias live 1 -> the new version"), "\(canary.errors)")
            let back = try alias()
            #expect(back?["FunctionVersion"]?.string == "1")
            #expect(back?.at("RoutingConfig", "AdditionalVersionWeights")?.object?.isEmpty != false)

            // Calls that failed while it got a part of them.
            let failed = #"{"Datapoints": [{"Sum": 1.0}, {"Sum": 1.0}]}"#
            try bench.fake.answer("cloudwatch.get-metric-statistics", failed)
            let refused = try bench.run("--alias", "live", "--canary", "10%:1s", "wc.zip")
            #expect(refused.status == 1, "\(refused.errors)")
            #expect(
                refused.errors.contains("version 2 failed the smoke test: 2 calls failed while it got a part of them")
            )
            let again = try alias()
            #expect(again?["FunctionVersion"] == back?["FunctionVersion"])
            #expect(again?["RoutingConfig"] == back?["RoutingConfig"])

            // None failed, as moto says itself.
            try FileManager.default.removeItem(
                atPath: bench.fake.folder.path + "/answer.cloudwatch.get-metric-statistics"
            )
            #expect(
                try bench.changes("--alias", "live", "--canary", "10%:1s", "wc.zip") == [
                    "lambda publish-version", "lambda update-alias", "lambda update-alias",
                ]
            )
            #expect(bench.fake.calls.contains("cloudwatch get-metric-statistics"))
            #expect(try alias()?["FunctionVersion"]?.string == "2")
            #expect(try bench.run("invoke", "wc", "--alias", "live", "--quiet").output == "\"two\"")
            #expect(try bench.changes("--alias", "live", "--canary", "10%:1s", "wc.zip") == [])
        }
    }

    /// A zip that a request cannot carry goes through a bucket, once.
    @Test func aLargeZipGoesThroughABucket() async throws {
        try await DeployBench.answering { bench, _ in
            let folder = bench.folder.path
            func grow() throws {
                try PackTool.run(
                    "sh",
                    ["-c", "head -c 53000000 /dev/urandom > data; zip -q -0 wc.zip data"],
                    directory: folder
                )
            }
            try grow()
            let direct = try bench.run("wc.zip")
            #expect(direct.status == 1 && direct.errors.contains("more than Lambda takes directly (50 MB)"))
            #expect(bench.fake.writes == [])
            let first = try bench.run("--s3-bucket", "packages", "--timeout", "30", "wc.zip")
            #expect(first.status == 0, "\(first.errors)")
            #expect(
                first.errors.contains("+ bucket packages\n")
                    && first.errors.contains("+ package in bucket packages, 53")
            )
            let answer = try bench.run("invoke", "wc", "-d", "[3]", "--quiet")
            #expect(answer.output == "[3]", "\(answer.errors)")
            let closed = try bench.moto.aws("s3api", "get-public-access-block", "--bucket", "packages")
            #expect(closed.contains(#""BlockPublicPolicy": true"#))
            #expect(try bench.changes("--s3-bucket", "packages", "--timeout", "30", "wc.zip") == [])

            try grow()
            #expect(
                try bench.changes("--s3-bucket", "packages", "--timeout", "30", "wc.zip") == [
                    "s3api put-object", "lambda update-function-code",
                ]
            )
            #expect(try bench.run("delete", "wc", "--s3-bucket", "packages", "--yes").status == 0)
            let left = try bench.moto.aws("s3api", "list-objects-v2", "--bucket", "packages")
            #expect(!left.contains(#""Key""#), "\(left)")
        }
    }

    /// What `--dry-run` prints, typed into a shell, is what a deployment does.
    @Test func thePrintedCommandsDoTheSame() async throws {
        try await DeployBench.answering { bench, _ in
            try bench.zip("tools.zip", "data", as: "share/tools/data")
            let options = [
                "--url", "--alias", "live", "--smoke", #"{"it's": "$HOME é"}"#, "--env", "PASSWORD=hunter2", "--layer",
                "tools.zip", "--description", "it's \"new\"", "--log-retention", "7", "wc.zip",
            ]
            func type() throws {
                try bench.fake.reset()
                let printed = try bench.run(["--dry-run"] + options)
                #expect(printed.status == 0 && bench.fake.writes == [], "\(printed.errors)")
                #expect(!printed.output.contains("hunter2"))
                try bench.folder.write("environment.json", #"{"Variables": {"PASSWORD": "hunter2"}}"#)
                let typed = try PackTool.result(
                    "sh",
                    ["-ec", printed.output],
                    environment: bench.environment,
                    directory: bench.folder.path
                )
                #expect(typed.status == 0, "\(typed.errors)\n\(printed.output)")
                let after = try bench.run(options)
                #expect(after.status == 0 && after.errors == "= wc: nothing to do\n", "\(after.errors)")
            }
            try type()
            try bench.answer("two")
            try type()
            #expect(try bench.run("invoke", "wc", "--alias", "live", "--quiet").output == "\"two\"")
            #expect(try bench.folder.read("event.json") == #"{"it's":"$HOME é"}"#)
        }
    }

    /// A function that Lambda could not make is deleted and made again, once its cause is mended.
    @Test func whatCouldNotBeMadeIsMadeAnew() async throws {
        try await DeployBench.answering { bench, _ in
            let folder = URL(fileURLWithPath: bench.folder.path)
            try SimImageTests().image("good.tar", command: #"echo '"good"'"#, in: folder)
            try SimImageTests().archive(
                "silent.tar",
                layers: [["-C", "base", "."]],
                config: #"{"config":{}}"#,
                in: folder
            )
            func describe(_ image: String) throws {
                try bench.folder.write(
                    "shim-deploy.json",
                    """
                    {"FunctionName": "image", "PackageType": "Image", "Timeout": 30, "MemorySize": 512,
                     "Code": {"ImageUri": "docker-archive:\(bench.folder.path)/\(image)"}}
                    """
                )
            }
            try describe("silent.tar")
            let failed = try bench.run("deploy")
            #expect(failed.status == 1 && failed.errors.contains("the function cannot run: "), "\(failed.errors)")
            #expect(
                failed.errors.contains(
                    "it has neither an entry point nor a command (InvalidImage)\nhint: mend the cause"
                )
            )
            try describe("good.tar")
            let mended = try bench.run("deploy")
            #expect(mended.status == 0, "\(mended.errors)")
            #expect(mended.errors.contains("- function image, which could not be made: "))
            #expect(mended.errors.contains("+ function image\n"))
            #expect(try bench.run("invoke", "--quiet").output.contains("good"))
            #expect(try bench.changes("deploy") == [])
        }
    }
}
