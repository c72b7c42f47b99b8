import Foundation
import Testing

/// What calls functions besides the Invoke API, and what surrounds calls, as the user sees it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimSourceTests {
    /// Writes a program, and returns its path.
    private static func program(_ name: String, _ text: String, in folder: URL) throws -> String {
        try SimTool.script("#!/bin/sh\n" + text + "\n", at: folder, named: name)
    }

    @Test func functionsCallEachOther() async throws {
        try await SimTool.withFolder { folder in
            let driver = try Self.program(
                "driver",
                """
                for word in '"a"' '"b"'; do
                    curl -sS -d "$word" "$AWS_ENDPOINT_URL_LAMBDA/2015-03-31/functions/mapper/invocations"
                done
                """,
                in: folder
            )
            let mapper = try Self.program("mapper", "tr a-z A-Z", in: folder)
            let own = try Self.program("own", #"echo "$AWS_ENDPOINT_URL_LAMBDA $ALL $PASSED_ON""#, in: folder)
            let targets = ["driver=\(driver)", "mapper=\(mapper)", "own=\(own)", "--timeout", "20"]
            try await SimServer.with(targets, in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions"
                let answer = try await server.curl(["-d", "{}", "\(url)/driver/invocations"])
                #expect(answer.text == #""A""B""#)
            }
            let variables = ["--env-all", "ALL=x", "--pass-env", "PASSED_*", "--no-lambda-endpoint"]
            try await SimServer.with(targets + variables, in: folder, environment: ["PASSED_ON": "y"]) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/own/invocations"
                let answer = try await server.curl(["-d", "{}", url])
                #expect(answer.text == " x y\n")
            }
        }
    }

    /// A bootstrap of its own, because a debug build of `shim` needs the toolchain's libraries.
    @Test func isolatedFunctionsCallEachOther() async throws {
        try await SimTool.withFolder { folder in
            for (name, answer) in [
                ("driver", "$(curl -sS -d 1 $AWS_ENDPOINT_URL_LAMBDA/2015-03-31/functions/mapper/invocations)"),
                ("mapper", "[7]"),
            ] {
                try SimTool.script(
                    """
                    #!/bin/sh
                    API=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
                    while :; do
                        curl -sS -D /tmp/head -o /dev/null $API/next
                        id=$(tr -d '\\r' < /tmp/head | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
                        curl -sS -o /dev/null -d "\(answer)" $API/$id/response
                    done
                    """,
                    at: folder.appendingPathComponent(name)
                )
            }
            let targets = ["driver", "mapper"].map { "\($0)=\(folder.path)/\($0)" }
            try await SimServer.with(targets + ["--isolate", "--timeout", "20"], in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/driver/invocations"
                let answer = try await server.curl(["-d", "{}", url])
                #expect(answer.text == "[7]")
            }
        }
    }

    @Test func requestsFilesAndSchedulesCallFunctions() async throws {
        try await SimTool.withFolder { folder in
            let bucket = folder.appendingPathComponent("in")
            try FileManager.default.createDirectory(at: bucket, withIntermediateDirectories: true)
            try Data("old".utf8).write(to: bucket.appendingPathComponent("old"))
            let keep = try Self.program(
                "keep",
                "cat >> '\(folder.path)/kept'; echo >> '\(folder.path)/kept'",
                in: folder
            )
            let clock = try Self.program("clock", "cat > '\(folder.path)/clock.json'", in: folder)
            let arguments = [
                "keep=\(keep)", "clock=\(clock)", "echo=/bin/cat", "--bucket", "keep=\(bucket.path)",
                "--schedule", "clock=cron(* * * * ? *)", "--api-port", "0", "--api-stage", "dev",
                "--route", "GET /items/{id}=echo", "--route", "POST /bad=clock", "--alb", "echo=0", "--timeout", "10",
            ]
            try await SimServer.with(arguments, in: folder) { server in
                func port(_ words: String) throws -> Int {
                    let pattern = try Regex<(Substring, Substring)>("\(words) is http://127\\.0\\.0\\.1:(\\d+)/")
                    return try #require((server.running.log.firstMatch(of: pattern)?.1).flatMap { Int($0) })
                }
                let api = "http://127.0.0.1:\(try port("HTTP API"))"
                let event = try await server.curl(["\(api)/dev/items/7?x=1"]).text
                #expect(
                    event.contains(#""routeKey":"GET /items/{id}""#) && event.contains(#""pathParameters":{"id":"7"}"#)
                )
                let missing = try await server.curl(["-w", " %{http_code}", "\(api)/items/7"]).text
                #expect(missing == #"{"message":"Not Found"} 404"#)
                let silent = try await server.curl(["-w", " %{http_code}", "-d", "x", "\(api)/dev/bad"]).text
                #expect(silent == "child process exited with code 0 200")
                // What answers with the event itself has no status.
                let balancer = "http://127.0.0.1:\(try port("load balancer of echo"))"
                let answer = try await server.curl(["-o", "/dev/null", "-w", "%{http_code}", balancer])
                #expect(answer.text == "502")
                try FileManager.default.createDirectory(
                    at: bucket.appendingPathComponent("sub"),
                    withIntermediateDirectories: true
                )
                try Data("hello".utf8).write(to: bucket.appendingPathComponent("sub/new file"))
                let kept = folder.appendingPathComponent("kept")
                try await SimTool.eventually("the event of the file comes") {
                    (try? String(contentsOf: kept, encoding: .utf8))?.hasSuffix("\n") == true
                }
                let told = try String(contentsOf: kept, encoding: .utf8)
                #expect(told.contains(#""key":"sub/new+file","size":5,"eTag":"5d41402abc4b2a76b9719d911017c592""#))
                #expect(told.split(separator: "\n").count == 1 && !told.contains("old"))
                try await SimTool.eventually("the schedule is due", within: 75) {
                    FileManager.default.fileExists(atPath: folder.appendingPathComponent("clock.json").path)
                }
            }
        }
    }

    @Test func callsAreRecordedAndTriedAgain() async throws {
        try await SimTool.withFolder { folder in
            let records = folder.appendingPathComponent("records").path
            let upper = try Self.program("upper", "tr a-z A-Z", in: folder)
            let fails = try Self.program("fails", "exit 3", in: folder)
            try await SimServer.with(["upper=\(upper)", "fails=\(fails)", "--record", records], in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions"
                for event in [#"{"a":"é"}"#, #""two""#] {
                    _ = try await server.curl(["-d", event, "\(url)/upper/invocations"])
                }
            }
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: records + "/000001-upper.event")) == Data(#"{"a":"é"}"#.utf8)
            )
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: records + "/000002-upper.answer")) == Data(#""TWO""#.utf8)
            )
            let same = try await SimTool.sim(["run", "--replay", records, upper, "--quiet"])
            #expect(same.status == 0 && same.text == "same 000001-upper\nsame 000002-upper\n", "\(same.log)")
            let other = try await SimTool.sim(["run", "--replay", records, "/bin/cat", "--quiet"])
            #expect(other.status == 1 && other.text.hasPrefix("differs 000001-upper\n  was {\"A\":"), "\(other.text)")
            let failed = try await SimTool.sim(["run", "--replay", records, fails, "--quiet"])
            #expect(
                failed.status == 1 && failed.text.contains("  was succeeded\n  is  failed with Function.ExitStatus\n")
            )
            let none = try await SimTool.sim(["run", "--replay", folder.path, upper])
            #expect(none.status == 1 && none.log.contains("there are no records"), "\(none.log)")
        }
    }

    @Test func aWrapperStandsInFrontOfTheProgram() async throws {
        try await SimTool.withFolder { folder in
            let shows = try Self.program("shows", #"sleep 0.3; echo "$MARK""#, in: folder)
            let seen = try await SimTool.sim(["run", "--wrap", "env 'MARK=a b'", "--timeout", "0.1", shows, "--quiet"])
            #expect(seen.text == "a b\n" && seen.status == 0, "\(seen.log)")
            let package = folder.appendingPathComponent("package")
            try SimTool.script(
                #"""
                #!/bin/sh
                API=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
                id=$(curl -sS -D - -o /dev/null $API/next | tr -d '\r' | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
                curl -sS -o /dev/null -d "\"$MARK\"" $API/$id/response
                curl -sS -o /dev/null $API/next
                """#,
                at: package
            )
            let own = try await SimTool.sim(["run", "--wrap", "env MARK=c", package.path, "--quiet"])
            #expect(own.text.hasPrefix(#""c""#), "\(own.log)")
            let none = try await SimTool.sim(["run", "--wrap", "no-such-tool -x", shows])
            #expect(none.status == 64 && none.log.contains("'no-such-tool' is not a program"), "\(none.log)")
        }
    }
}
