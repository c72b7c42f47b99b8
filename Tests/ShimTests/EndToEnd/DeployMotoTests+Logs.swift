import Foundation
import Testing

/// Logs, and what may not be seen of a deployment.
extension DeployMotoTests {
    private func log(_ text: String, _ bench: DeployBench, stream: String = "s") throws {
        let now = Int(Date().timeIntervalSince1970 * 1000)
        try bench.moto.aws(
            "logs",
            "put-log-events",
            "--log-group-name",
            "/aws/lambda/wc",
            "--log-stream-name",
            stream,
            "--log-events",
            #"[{"timestamp": \#(now), "message": "\#(text)"}]"#
        )
    }

    @Test func logsAreShownAndFollowed() async throws {
        let bench = try await DeployBench()
        let none = try bench.run("logs", "wc")
        #expect(none.status == 1 && none.output == "")
        // Versions of moto end the sentence with a full stop or not.
        #expect(none.errors.contains("The specified log group does not exist"))
        #expect(none.errors.contains("\nhint: it is made by the function's first call; --region"), "\(none.errors)")

        // Who follows waits for the group too.
        let following = try bench.start("logs", "--follow", "wc")
        try await SimTool.eventually("it looks again") {
            bench.fake.calls.filter { $0 == "logs filter-log-events" }.count >= 3
        }
        try bench.moto.aws("logs", "create-log-group", "--log-group-name", "/aws/lambda/wc")
        for stream in ["s", "t"] {
            try bench.moto.aws(
                "logs",
                "create-log-stream",
                "--log-group-name",
                "/aws/lambda/wc",
                "--log-stream-name",
                stream
            )
        }
        try log("first é", bench)
        try await SimTool.eventually("the first line") { following.outputText == "first é\n" }
        try log("second", bench, stream: "t")
        try await SimTool.eventually("the second line, once") { following.outputText == "first é\nsecond\n" }
        following.signal(SIGINT)
        #expect(try await following.result(within: 30).status == 128 + SIGINT)

        #expect(try bench.run("logs", "wc").output == "first é\nsecond\n")
        #expect(try bench.run("logs", "wc", "--since", "1h", "--filter", "second").output == "second\n")
        #expect(try bench.run("logs", "wc", "--since", "never").status == 64)
        try bench.folder.write("shim-deploy.json", #"{"FunctionName": "wc", "LoggingConfig": {"LogGroup": "/other"}}"#)
        #expect(try bench.run("logs").status == 1)
        try bench.moto.aws("logs", "create-log-group", "--log-group-name", "/other")
        #expect(try bench.run("logs").status == 0)
    }

    /// The argument lists of all processes of the machine, looked at as fast as it goes while a deployment runs.
    @Test func secretsAreInNoArgumentListAndNoFile() async throws {
        let bench = try await DeployBench()
        let secret = "hunter2-\(UUID().uuidString)"
        var secretive = bench
        secretive.variables["TOKEN"] = secret
        try bench.folder.write(
            "shim-deploy.json",
            """
            {"FunctionName": "wc", "Environment": {"Variables": {"TOKEN": "${TOKEN}"}}, "Deploy": {"Package": "wc.zip"}}
            """
        )
        for words in [
            ["deploy"], ["deploy", "--memory", "512"], ["diff", "wc.zip"], ["deploy", "--dry-run"], ["status"],
        ] {
            let process = try TestProcess(
                try Executables.path("shim-deploy"),
                words + ["--verbose"],
                environment: secretive.environment,
                folder: bench.folder.path
            )
            var seen: Set<String> = []
            while process.isRunning {
                for pid in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ Int32($0) }) {
                    guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { continue }
                    let line = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
                    if line.contains(bench.fake.folder.path + "/aws ") || line.contains("lambda") { seen.insert(line) }
                    #expect(!line.contains(secret), "\(line)")
                }
                for name in FileManager.default.enumerator(atPath: bench.folder.path)?.compactMap({ $0 as? String })
                    ?? []
                {
                    let text = FileManager.default.contents(atPath: bench.folder.path + "/" + name)
                    #expect(text?.range(of: Data(secret.utf8)) == nil, "\(name)")
                }
            }
            #expect(process.wait() == 0, "\(process.errors)")
            #expect(!process.errors.contains(secret) && !process.outputText.contains(secret))
            // It was looked at while the calls ran.
            #expect(seen.contains { $0.contains(" lambda get-function ") }, "\(seen)")
            if words == ["deploy"] {
                #expect(seen.contains { $0.contains(" lambda create-function ") && $0.contains("file:///dev/stdin") })
            }
        }
        let function = try bench.moto.aws("lambda", "get-function-configuration", "--function-name", "wc")
        #expect(function.contains(secret) && function.contains("512"))
    }
}
