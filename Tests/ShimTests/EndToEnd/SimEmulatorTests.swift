import Foundation
import Testing

/// The same functions and calls at AWS's emulator and here: the table in docs/simulator.md, row by row.
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
        let text = try await SimTool.start(SimTool.tool("curl"), arguments, in: folder).result().text
        return try Answer(text).description
    }

    /// Starts AWS's emulator for a bootstrap on ports of its own.
    private func withEmulator(_ bootstrap: String, in folder: URL, _ body: (Int) async throws -> String) async throws
        -> String
    {
        let binary = try #require(
            ProcessInfo.processInfo.environment["SHIM_TEST_RIE"],
            "SHIM_TEST_RIE must name aws-lambda-rie; scripts/test.sh sets it"
        )
        let port = Int.random(in: 20_000..<30_000)
        let running = try SimTool.start(
            binary,
            [
                "--runtime-interface-emulator-address", "127.0.0.1:\(port)", "--runtime-api-address",
                "127.0.0.1:\(port + 1)", bootstrap,
            ],
            in: folder,
            environment: ["AWS_LAMBDA_FUNCTION_TIMEOUT": "1"]
        )
        try await SimTool.eventually("the emulator listens") {
            try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).contains(
                ":" + String(port, radix: 16, uppercase: true) + " 00000000:0000 0A"
            )
        }
        let result = try await body(port)
        running.signal(SIGKILL)
        return result
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
                #"400|-|{"Type":"User","message":"Could not parse request body into json: unexpected '\u0026' at byte 2"}"#
            ),
        ] as [(String, [String], String, String)]
    )
    func rowsOfTheTable(function: String, more: [String], emulator: String, lambda: String) async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            let target = folder.appendingPathComponent(function).path
            let theirs = try await withEmulator(target + "/bootstrap", in: folder) {
                try await call($0, more, in: folder)
            }
            #expect(theirs == emulator)
            let ours = try await SimServer.with(["--timeout", "1", target], in: folder) { server in
                try await call(server.port, more, in: folder)
            }
            #expect(ours == lambda)
        }
    }

    /// A runtime that asks everything at the wrong time gets the same statuses and bodies from both, to the byte.
    @Test func theRuntimeAPIAnswersAsAWSsOwn() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script(SimRuntimeAPITests.prelude + Self.questions, at: folder.appendingPathComponent("f"))
            let target = folder.appendingPathComponent("f").path
            let url = Self.path
            func ask(_ port: Int) async throws -> String {
                let arguments = ["-sS", "-d", "{}", "http://127.0.0.1:\(port)\(url)"]
                return try await SimTool.start(SimTool.tool("curl"), arguments, in: folder).result().text
            }
            let theirs = try await withEmulator(target + "/bootstrap", in: folder) { try await ask($0) }
            let ours = try await SimServer.with([target], in: folder) { try await ask($0.port) }
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
