import Foundation
import Testing

/// What the simulator's Runtime API answers, asked by a runtime that does everything in the wrong order.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SimRuntimeAPITests {
    /// A bootstrap in Python that makes calls over raw sockets and answers with what it saw.
    static let prelude = #"""
        #!/usr/bin/env python3
        import json, os, socket
        HOST, PORT = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
        SEEN = []
        def raw(data, half_close=False):
            s = socket.create_connection((HOST, int(PORT)))
            s.sendall(data)
            if half_close: s.shutdown(socket.SHUT_WR)
            f = s.makefile('rb')
            line = f.readline()
            while line.startswith(b'HTTP/1.1 100'):
                f.readline(); line = f.readline()
            if not line: return 0, {}, b''
            headers = {}
            while True:
                h = f.readline().rstrip(b'\r\n')
                if not h: break
                k, v = h.split(b':', 1); headers[k.decode().lower()] = v.strip().decode()
            body = f.read(int(headers.get('content-length', 0)))
            s.close()
            return int(line.split()[1]), headers, body
        def call(method, path, body=b'', headers=''):
            return raw(('%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n' % (method, path, len(body), headers)).encode() + body)
        def see(name, answer):
            SEEN.append([name, answer[0], answer[2].decode()])
        def next():
            return call('GET', 'invocation/next')

        """#

    private func seen(_ script: String, _ options: [String] = []) async throws -> [[String]] {
        try await SimTool.withFolder { folder in
            try SimTool.script(Self.prelude + script, at: folder)
            let result = try await SimTool.sim(["run", folder.path, "-d", "{}", "--timeout", "30"] + options)
            let json = try #require(
                JSONSerialization.jsonObject(with: result.output) as? [[Any]],
                "\(result.text) \(result.log)"
            )
            return json.map { $0.map { "\($0)" } }
        }
    }

    @Test func theStateMachineIsLambdas() async throws {
        let seen = try await seen(
            #"""
            see('response before next', call('POST', 'invocation/11111111-1111-4111-8111-111111111111/response'))
            see('unknown path', call('GET', 'nothing'))
            see('wrong method', call('POST', 'invocation/next'))
            see('restore', call('GET', 'restore/next'))
            status, headers, body = next()
            id = headers['lambda-runtime-aws-request-id']
            see('next', (status, headers, body))
            again = next()
            see('next again', (again[0], {}, again[2]))
            see('same id', (200 if again[1]['lambda-runtime-aws-request-id'] == id else 0, {}, b''))
            see('wrong id', call('POST', 'invocation/11111111-1111-4111-8111-111111111111/response'))
            see('init error', call('POST', 'init/error', b'{}'))
            see('needed headers', (200, {}, b''.join(b'1' if h in headers else b'0' for h in ['lambda-runtime-deadline-ms', 'lambda-runtime-invoked-function-arn', 'lambda-runtime-trace-id', 'content-type', 'date'])))
            SEEN_NOW = json.dumps(SEEN).encode()
            see('response', call('POST', 'invocation/%s/response' % id, SEEN_NOW))
            see('second response', call('POST', 'invocation/%s/response' % id, b'{}'))
            see('error after response', call('POST', 'invocation/%s/error' % id, b'{}'))
            print(json.dumps(SEEN[-3:]), flush=True)
            next()
            """#
        )
        let refused =
            #"{"errorMessage":"State transition from Running to InitError failed for runtime. "#
            + #"Error: State transition is not allowed","errorType":"InvalidStateTransition"}"# + "\n"
        let invalid = #"{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"# + "\n"
        #expect(
            seen == [
                ["response before next", "400", invalid],
                ["unknown path", "404", "404 page not found\n"],
                ["wrong method", "405", ""],
                ["restore", "404", "404 page not found\n"],
                ["next", "200", "{}"],
                ["next again", "200", "{}"],
                ["same id", "200", ""],
                ["wrong id", "400", invalid],
                ["init error", "403", refused],
                ["needed headers", "200", "11111"],
            ]
        )
    }

    @Test func aSecondAnswerIsRefused() async throws {
        try await SimTool.withFolder { folder in
            let script = #"""
                status, headers, body = next()
                path = 'invocation/%s/' % headers['lambda-runtime-aws-request-id']
                for kind in ['response', 'response', 'error']: see(kind, call('POST', path + kind, b'1'))
                for s in SEEN: print(s[1], s[2], end='', flush=True)
                next()
                """#
            try SimTool.script(Self.prelude + script, at: folder)
            let result = try await SimTool.sim(["run", folder.path])
            #expect(result.text == "1")
            #expect(result.log.contains("202 {\"status\":\"OK\"}\n"))
            let state = "403 {\"errorMessage\":\"State transition from RuntimeResponseSentState to "
            #expect(result.log.contains(state + "InvocationResponse failed for runtime."))
            #expect(result.log.contains(state + "InvocationErrorResponse failed for runtime."))
        }
    }

    @Test func bodiesMayBeChunkedAndWaitForContinue() async throws {
        let seen = try await seen(
            #"""
            status, headers, body = next()
            path = '/2018-06-01/runtime/invocation/%s/response' % headers['lambda-runtime-aws-request-id']
            see('bad length', raw(b'POST ' + path.encode() + b' HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'))
            payload = json.dumps(SEEN).encode()
            raw(('POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n' % (path, len(payload))).encode() + payload + b'\r\n0\r\n\r\n')
            next()
            """#
        )
        #expect(seen.first?[1] == "400")
    }

    @Test func aMegabyteOfHeadersIsTaken() async throws {
        let seen = try await seen(
            #"""
            status, headers, body = next()
            id = headers['lambda-runtime-aws-request-id']
            cause = 'Lambda-Runtime-Function-XRay-Error-Cause: ' + 'x' * (1 << 20) + '\r\n'
            see('wrong id', call('POST', 'invocation/x/error', b'{}', cause))
            call('POST', 'invocation/%s/response' % id, json.dumps(SEEN).encode())
            next()
            """#
        )
        #expect(seen.first?[1] == "400")
        #expect(seen.first?[2].contains("InvalidRequestID") == true)
    }

    @Test func aResponseThatIsTooLargeIsCounted() async throws {
        try await SimTool.withFolder { folder in
            let script = #"""
                status, headers, body = next()
                see('large', call('POST', 'invocation/%s/response' % headers['lambda-runtime-aws-request-id'], b'x' * 6291557))
                print(SEEN[0][1], SEEN[0][2], end='', flush=True)
                next()
                """#
            try SimTool.script(Self.prelude + script, at: folder)
            let result = try await SimTool.sim(["run", folder.path, "--timeout", "20"])
            #expect(result.status == 1)
            #expect(
                result.text == #"{"errorMessage":"Response payload size exceeded maximum allowed payload size "#
                    + #"(6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}"#
            )
            let answer =
                #"413 {"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","#
                + #""errorType":"RequestEntityTooLarge"}"#
            #expect(result.log.contains(answer))
        }
    }

    @Test func anUnknownResponseModeIsRefused() async throws {
        try await SimTool.withFolder { folder in
            let script = #"""
                status, headers, body = next()
                see('mode', call('POST', 'invocation/%s/response' % headers['lambda-runtime-aws-request-id'], b'1', 'Lambda-Runtime-Function-Response-Mode: Streaming\r\n'))
                print(SEEN[0][1], SEEN[0][2], end='', flush=True)
                """#
            try SimTool.script(Self.prelude + script, at: folder)
            let result = try await SimTool.sim(["run", folder.path])
            #expect(result.status == 1)
            #expect(result.text == "")
            let answer =
                #"400 {"errorMessage":"Invalid function response mode","errorType":"InvalidFunctionResponseMode"}"#
            #expect(result.log.contains(answer))
            #expect(result.log.contains("Error Type: Runtime.InvalidResponseModeHeader"))
        }
    }

    @Test func aCutResponseIsAFailure() async throws {
        try await SimTool.withFolder { folder in
            let script = #"""
                status, headers, body = next()
                path = '/2018-06-01/runtime/invocation/%s/response' % headers['lambda-runtime-aws-request-id']
                a = raw(('POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc' % path).encode(), half_close=True)
                print(a[0], a[2].decode(), end='', flush=True)
                # Its own end would be the better reason for the failure, were it seen together with the cut.
                import time; time.sleep(1)
                """#
            try SimTool.script(Self.prelude + script, at: folder)
            let result = try await SimTool.sim(["run", folder.path])
            #expect(result.status == 1)
            #expect(result.text.contains(#""errorType":"Runtime.TruncatedResponse""#))
            let answer =
                #"400 {"errorMessage":"HTTP request detected as truncated","errorType":"TruncatedHTTPRequest"}"#
            #expect(result.log.contains(answer))
        }
    }
}
