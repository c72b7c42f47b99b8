import Foundation
import Testing

/// The same functions and calls at AWS's emulator and here: the table in docs/reference/fidelity.md, row by row.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SimEmulatorTests {
    private struct Answer: CustomStringConvertible {
        let status: Int
        let functionError: String?
        let body: String

        init(_ text: String) throws {
            let parts = text.components(separatedBy: "\r\n\r\n")
            let head = try #require(parts.dropLast().last)
            status = try #require(Int(head.dropFirst(9).prefix(3)))
            let line = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("x-amz-function-error:") }
            functionError = line.map { String($0.dropFirst(22)) }
            body = (parts.last ?? "").replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "ID")
        }

        var description: String { "\(status)|\(functionError ?? "-")|\(body)" }
    }

    private static let path = "/2015-03-31/functions/function/invocations"

    private func call(_ port: Int, _ more: [String], in folder: URL) async throws -> String {
        let arguments = ["-sS", "-i", "-d", "{}", "http://127.0.0.1:\(port)\(Self.path)"] + more
        let text = try await SimTool.start(Executables.system("curl"), arguments, in: folder).result().text
        return try Answer(text).description
    }

    /// Starts AWS's emulator for a bootstrap on ports of its own.
    private func withEmulator(
        _ bootstrap: String,
        in folder: URL,
        timeout: Int = 1,
        _ body: (Int, TestProcess) async throws -> String
    )
        async throws -> String
    {
        let binary = try #require(
            ProcessInfo.processInfo.environment["SHIM_TEST_RIE"],
            "SHIM_TEST_RIE must name aws-lambda-rie; scripts/test.sh sets it"
        )
        // It can be given no port of its own choice, and one that somebody else has makes it end.
        for _ in 0..<5 {
            let port = Int.random(in: 20_000..<30_000)
            let running = try SimTool.start(
                binary,
                [
                    "--runtime-interface-emulator-address", "127.0.0.1:\(port)", "--runtime-api-address",
                    "127.0.0.1:\(port + 1)", bootstrap,
                ],
                in: folder,
                environment: ["AWS_LAMBDA_FUNCTION_TIMEOUT": String(timeout)]
            )
            defer { running.signal(SIGKILL) }
            try await SimTool.eventually("the emulator listens", within: 60) {
                try !running.isRunning
                    || String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).contains(
                        ":" + String(port, radix: 16, uppercase: true) + " 00000000:0000 0A"
                    )
            }
            if running.isRunning { return try await body(port, running) }
        }
        throw SimTool.Failure(description: "the emulator ends at once")
    }

    @Test(
        arguments: [
            ("curl", [], "200|-|got {}", "200|-|got {}"),
            (
                "exits", [],
                #"502|-|{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ID Error: Runtime exited with error: exit status 3"}"#,
                #"200|Unhandled|{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ID Error: Runtime exited with error: exit status 3"}"#
            ),
            (
                "sleeps", [], "200|-|Task timed out after 1.00 seconds",
                #"200|Unhandled|{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ID Error: Task timed out after 1.00 seconds"}"#
            ),
            (
                "initerror", [], #"502|-|{"errorMessage":"no","errorType":"Init"}"#,
                #"200|Unhandled|{"errorMessage":"no","errorType":"Init"}"#
            ),
            ("curl", ["-H", "X-Amz-Invocation-Type: Event"], "200|-|got {}", "202|-|"),
            ("curl", ["-H", "X-Amz-Invocation-Type: DryRun"], "200|-|got {}", "204|-|"),
            (
                "curl", ["-d", "{"], "200|-|got {}&{",
                #"400|-|{"Type":"User","message":"Could not parse request body into json: Could not parse payload into json: Unexpected character ('\u0026' (code 38)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 3]"}"#
            ),
        ] as [(String, [String], String, String)]
    )
    func rowsOfTheTable(function: String, more: [String], emulator: String, lambda: String) async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            let target = folder.appendingPathComponent(function).path
            // Only one of them is about the time-out.
            let timeout = function == "sleeps" ? 1 : 30
            let theirs = try await withEmulator(target + "/bootstrap", in: folder, timeout: timeout) { port, _ in
                try await call(port, more, in: folder)
            }
            #expect(theirs == emulator)
            let ours = try await SimServer.with(["--timeout", "\(timeout)", target], in: folder) { server in
                try await call(server.port, more, in: folder)
            }
            #expect(ours == lambda)
        }
    }

    /// The rows about what the emulator does not know: other names, the log, sizes, streams, the trace, figures, and last
    /// a second call at once, which it does not survive.
    @Test func rowsThatTheEmulatorDoesNotKnow() async throws {
        try await SimTool.withFolder { folder in
            // curl, because the emulator sends large events in chunks.
            let bootstrap = #"""
                #!/bin/sh
                api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
                file=$FOLDER/event-$$
                sleep 0.3
                header() { tr -d '\r' < "$file.head" | sed -n "s/^$1: //Ip"; }
                while curl -sS -D "$file.head" -o "$file" $api/invocation/next; do
                    if [ "$(head -c 6 "$file")" = '"wait"' ]; then
                        : > "$FOLDER/started"
                        until [ -e "$FOLDER/go" ]; do sleep 0.01; done
                    fi
                    printf '[%s, "%s"]' "$(wc -c < "$file")" "$(header Lambda-Runtime-Trace-Id)" |
                        curl -sS -o /dev/null --data-binary @- $api/invocation/$(header Lambda-Runtime-Aws-Request-Id)/response
                done
                """#
            let text = bootstrap.replacing("$FOLDER", with: folder.path)
            try SimTool.script(text, at: folder.appendingPathComponent("f"))
            let target = folder.appendingPathComponent("f").path
            try Data(repeating: 0x37, count: 6_300_000).write(to: folder.appendingPathComponent("large"))
            let theirs = try await withEmulator(target + "/bootstrap", in: folder, timeout: 20) { port, running in
                let answers = try await askAll(port, in: folder)
                let log = running.log + String(decoding: running.output, as: UTF8.self)
                let report = try #require(log.firstMatch(of: /Memory Size: (\d+) MB\tMax Memory Used: (\d+) MB/))
                #expect(report.1 == report.2, "the limit is shown as what was used")
                let first = try #require(log.firstMatch(of: /Init Duration: (\d+\.\d+) ms/))
                #expect(try #require(Double(first.1)) < 300, "the init is not measured")
                let waits = try startWaiting(port, in: folder)
                try await SimTool.eventually("the first call runs") { hasStarted(folder) }
                _ = try await ask(port, in: folder)
                try await SimTool.eventually("the emulator has crashed") { !running.isRunning }
                _ = try await waits.result()
                return answers
            }
            try Data().write(to: folder.appendingPathComponent("go"))
            #expect(
                theirs == """
                    other name: 404 text/plain; charset=utf-8 - - 404 page not found

                    log: 200 text/plain; charset=utf-8 - - [2, ""]
                    size: 200 text/plain; charset=utf-8 - - [6291556, ""]
                    stream: 404 text/plain; charset=utf-8 - - 404 page not found

                    trace: 200 text/plain; charset=utf-8 - - [2, ""]
                    """
            )
            for file in ["started", "go"] {
                try? FileManager.default.removeItem(at: folder.appendingPathComponent(file))
            }
            let ours = try await SimServer.with([target, "--timeout", "120"], in: folder) { server in
                let answers = try await askAll(server.port, in: folder)
                let log = server.running.log
                let used = try #require(log.firstMatch(of: /Max Memory Used: (\d+) MB/)).1
                #expect(try (1..<128).contains(#require(Int(used))))
                let first = try #require(log.firstMatch(of: /Init Duration: (\d+\.\d+) ms/)).1
                #expect(try #require(Double(first)) > 300)
                let waits = try startWaiting(server.port, in: folder)
                try await SimTool.eventually("the first call runs") { hasStarted(folder) }
                #expect(try await ask(server.port, in: folder).hasPrefix("200 "))
                try Data().write(to: folder.appendingPathComponent("go"))
                #expect(try await waits.result().text.hasPrefix("[6, "))
                return answers
            }
            let lines = ours.components(separatedBy: "\n")
            #expect(lines.count == 5)
            #expect(lines[0].hasPrefix("other name: 404 application/json ResourceNotFoundException - {"))
            #expect(lines[1].contains(/^log: 200 application\/json - [A-Za-z0-9+\/]+=* \[2, "Root=1-/))
            #expect(lines[2].hasPrefix("size: 413 application/json RequestTooLargeException - {"))
            #expect(lines[3].hasPrefix("stream: 200 application/vnd.amazon.eventstream - - "))
            #expect(lines[4] == "trace: 200 application/json - - [2, \"\(Self.trace)\"]")
        }
    }

    private static let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"

    private func askAll(_ port: Int, in folder: URL) async throws -> String {
        let stream = "/2021-11-15/functions/function/response-streaming-invocations"
        return try await """
        other name: \(ask(port, path: "/2015-03-31/functions/other/invocations", in: folder))
        log: \(ask(port, ["-H", "X-Amz-Log-Type: Tail"], in: folder))
        size: \(ask(port, ["--data-binary", "@large"], in: folder))
        stream: \(ask(port, path: stream, in: folder))
        trace: \(ask(port, ["-H", "X-Amzn-Trace-Id: \(Self.trace)"], in: folder))
        """
    }

    /// Status, content type, error type, log and body.
    private func ask(_ port: Int, _ more: [String] = [], path: String = path, in folder: URL) async throws -> String {
        let form = "%{http_code} %{content_type} %header{x-amzn-errortype}| %header{x-amz-log-result}| "
        let body = more.contains("--data-binary") ? [] : ["-d", "{}"]
        let arguments = ["-sS", "-o", "answer", "-w", form, "http://127.0.0.1:\(port)\(path)"] + body + more
        let head = try await SimTool.start(Executables.system("curl"), arguments, in: folder).result().text
        let answer = try? Data(contentsOf: folder.appendingPathComponent("answer"))
        return head.replacing(" |", with: " -").replacing("| ", with: " ")
            + String(decoding: answer ?? Data(), as: UTF8.self)
    }

    private func startWaiting(_ port: Int, in folder: URL) throws -> TestProcess {
        let arguments = ["-sS", "-d", #""wait""#, "http://127.0.0.1:\(port)\(Self.path)"]
        return try SimTool.start(Executables.system("curl"), arguments, in: folder)
    }

    private func hasStarted(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("started").path)
    }

    /// A runtime that asks everything at the wrong time gets the same statuses and bodies from both, to the byte.
    @Test func theRuntimeAPIAnswersAsAWSsOwn() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script(SimRuntimeAPITests.prelude + Self.questions, at: folder.appendingPathComponent("f"))
            let target = folder.appendingPathComponent("f").path
            let url = Self.path
            func ask(_ port: Int) async throws -> String {
                let arguments = ["-sS", "-d", "{}", "http://127.0.0.1:\(port)\(url)"]
                return try await SimTool.start(Executables.system("curl"), arguments, in: folder).result().text
            }
            // No time-out is asked about; Python alone takes a second on a busy machine.
            let theirs = try await withEmulator(target + "/bootstrap", in: folder, timeout: 30) { port, _ in
                try await ask(port)
            }
            let ours = try await SimServer.with([target, "--timeout", "30"], in: folder) { try await ask($0.port) }
            #expect(theirs.contains("InvalidStateTransition") && theirs.contains("Extension.RegistrationClosed"))
            let pairs = try [ours, theirs].map { text in
                try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[Any]]).map { "\($0)" }
            }
            #expect(pairs[0] == pairs[1])
        }
    }

    private static let questions = #"""
        def path(method, full, body=b'', headers=''):
            return raw(('%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n' % (method, full, len(body), headers)).encode() + body)
        E='/2020-01-01/extension/'
        see('ping', call('GET','ping'))
        see('response early', call('POST','invocation/11111111-1111-4111-8111-111111111111/response'))
        see('unknown', call('GET','nothing'))
        see('method', call('POST','invocation/next'))
        see('restore', call('GET','restore/next'))
        see('restore error', call('POST','restore/error'))
        see('telemetry', path('PUT','/2022-07-01/telemetry',b'{}'))
        see('logs', path('PUT','/2020-08-15/logs',b'{}'))
        see('reg no name', path('POST',E+'register',b'{}'))
        see('reg bad json', path('POST',E+'register',b'{','Lambda-Extension-Name: a\r\n'))
        see('reg bad event', path('POST',E+'register',b'{"events":["X"]}','Lambda-Extension-Name: a\r\n'))
        see('reg internal shutdown', path('POST',E+'register',b'{"events":["SHUTDOWN"]}','Lambda-Extension-Name: a\r\n'))
        see('ext next none', path('GET',E+'event/next'))
        see('ext next bad', path('GET',E+'event/next',b'','Lambda-Extension-Identifier: x\r\n'))
        see('ext next unknown', path('GET',E+'event/next',b'','Lambda-Extension-Identifier: 11111111-1111-4111-8111-111111111111\r\n'))
        see('ext init error none', path('POST',E+'init/error',b'{}'))
        status, headers, body = next()
        id = headers['lambda-runtime-aws-request-id']
        see('reg closed', path('POST',E+'register',b'{}','Lambda-Extension-Name: b\r\n'))
        see('wrong id', call('POST','invocation/11111111-1111-4111-8111-111111111111/response'))
        see('init error', call('POST','init/error',b'{}'))
        see('ctype', (200,{},headers['content-type'].encode()))
        call('POST','invocation/%s/response'%id, json.dumps(SEEN).encode())
        next()

        """#
}
