import Foundation
import Testing

@testable import SimKit

/// Streamed answers and function URLs, as boto3 and curl see them.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SimStreamTests {
    @Test func boto3ReadsAStreamAsItComes() async throws {
        try await SimTool.withFolder { folder in
            let handler = #"""
                mode = json.loads(body)
                if mode == 'slow':
                    def parts():
                        yield b'first'
                        while not os.path.exists('go'): time.sleep(0.01)
                        yield b'second'
                    stream(id, parts(), 'text/plain')
                elif mode == 'error':
                    import base64
                    b = base64.b64encode(b'{"errorMessage":"late"}').decode()
                    stream(id, [b'part'], 'text/plain',
                        'Lambda-Runtime-Function-Error-Type: My.Error\r\nLambda-Runtime-Function-Error-Body: %s\r\n' % b)
                elif mode == 'big':
                    stream(id, (bytes([i % 256]) * 65536 for i in range(160)), 'application/octet-stream')
                elif mode == 'dies':
                    def parts():
                        yield b'some'
                        time.sleep(0.2)
                        os._exit(7)
                    stream(id, parts(), 'text/plain')
                else:
                    answer(body)
                """#
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            try await SimServer.with(["f=\(folder.path)/f", "--timeout", "20"], in: folder) { server in
                let seen = try await server.python(
                    #"""
                    def stream(mode, **more):
                        return client.invoke_with_response_stream(FunctionName='f', Payload=json.dumps(mode).encode(), **more)
                    r = stream('slow', LogType='Tail')
                    assert r['ExecutedVersion'] == '$LATEST' and r['StatusCode'] == 200
                    events = iter(r['EventStream'])
                    assert next(events) == {'PayloadChunk': {'Payload': b'first'}}
                    open('f/go', 'w').close()
                    assert next(events) == {'PayloadChunk': {'Payload': b'second'}}
                    done = next(events)['InvokeComplete']
                    assert 'REPORT RequestId' in base64.b64decode(done['LogResult']).decode() and 'ErrorCode' not in done, done
                    events = list(stream('error')['EventStream'])
                    assert events == [{'PayloadChunk': {'Payload': b'part'}}, {'InvokeComplete': {'ErrorCode': 'My.Error',
                        'ErrorDetails': '{"errorMessage":"late"}'}}], events
                    events = list(stream('big')['EventStream'])
                    data = b''.join(e['PayloadChunk']['Payload'] for e in events[:-1])
                    assert data == b''.join(bytes([i % 256]) * 65536 for i in range(160)), len(data)
                    events = list(stream('plain')['EventStream'])
                    assert events == [{'PayloadChunk': {'Payload': b'"plain"'}}, {'InvokeComplete': {}}], events
                    events = list(stream('dies')['EventStream'])
                    assert events[0] == {'PayloadChunk': {'Payload': b'some'}}, events
                    assert events[-1]['InvokeComplete']['ErrorCode'] == 'Runtime.ExitError', events
                    r = invoke('f', b'"error"')
                    assert r['FunctionError'] == 'Unhandled' and r['Payload'] == '{"errorMessage":"late"}', r
                    r = invoke('f', b'"big"')
                    assert json.loads(r['Payload'])['errorType'] == 'Function.ResponseSizeTooLarge', r['Payload'][:100]
                    try: stream('x', InvocationType='DryRun'); dry = 'ok'
                    except Exception as e: dry = str(e)
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
            }
        }
    }

    @Test func functionURLsTurnRequestsToEventsAndAnswersToResponses() async throws {
        try await SimTool.withFolder { folder in
            let handler = #"""
                e = json.loads(body)
                path = e['rawPath']
                if path == '/full': answer(json.dumps({'statusCode': 201, 'headers': {'X-A': 'b', 'Connection': 'no'},
                    'cookies': ['a=1', 'b=2'], 'body': 'aGk=', 'isBase64Encoded': True}).encode())
                elif path == '/text': answer(b'"Hello"')
                elif path == '/bad': answer(b'{"statusCode": 1000}')
                elif path == '/nojson': answer(b'<p>')
                elif path == '/dies': os._exit(1)
                else: answer(json.dumps(e).encode())
                """#
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            try await SimServer.with(["f=\(folder.path)/f", "--url-port", "0"], in: folder) { server in
                let url = try "http://127.0.0.1:\(server.urlPort(of: "f"))"
                let full = try await server.curl(["-i", url + "/full"]).text
                #expect(full.hasPrefix("HTTP/1.1 201 "))
                for line in ["\r\nX-A: b\r\n", "\r\nSet-Cookie: a=1\r\n", "\r\nSet-Cookie: b=2\r\n", "\r\n\r\nhi"] {
                    #expect(full.contains(line))
                }
                #expect(!full.contains("Connection: no"))
                do {
                    let text = try await server.curl([url + "/text"]).text
                    #expect(text == "Hello")
                }
                for path in ["/bad", "/nojson", "/dies"] {
                    let answer = try await server.curl(["-w", " %{http_code}", url + path]).text
                    #expect(answer == "Internal Server Error 502")
                }
                let echoed = try await server.curl([
                    "-X", "PUT", "-b", "x=1; y=2", "-H", "A-B: 1", "-H", "a-b: 2", "-H", "Content-Type: text/plain",
                    "-d", "body é", url + "/p%20q?a=1&a=%202&c",
                ])
                let event = try #require(JSONSerialization.jsonObject(with: echoed.output) as? [String: Any])
                #expect(event["version"] as? String == "2.0" && event["rawPath"] as? String == "/p%20q")
                #expect(event["rawQueryString"] as? String == "a=1&a=%202&c")
                #expect(event["queryStringParameters"] as? [String: String] == ["a": "1, 2", "c": ""])
                #expect(event["cookies"] as? [String] == ["x=1", "y=2"])
                #expect((event["headers"] as? [String: String])?["a-b"] == "1,2")
                #expect(event["body"] as? String == "body é" && event["isBase64Encoded"] as? Bool == false)
                let binary = folder.appendingPathComponent("binary")
                try Data([0, 255, 1]).write(to: binary)
                let sent = try await server.curl([
                    "-H", "Content-Type: application/octet-stream", "--data-binary", "@\(binary.path)", url + "/",
                ])
                #expect(sent.text.contains(#""body":"AP8B","isBase64Encoded":true"#))
                do {
                    let text = try await server.curl(["-I", url + "/full"]).text
                    #expect(text.hasPrefix("HTTP/1.1 201 "))
                }
            }
        }
    }

    @Test func streamedFunctionURLsHaveAPrelude() async throws {
        try await SimTool.withFolder { folder in
            let handler = #"""
                path = json.loads(body)['rawPath']
                kind = 'application/vnd.awslambda.http-integration-response'
                head = b'{"statusCode":202,"headers":{"X-A":"b"},"cookies":["a=1"]}'
                if path == '/split': stream(id, [bytes([c]) for c in head] + [b'\0\0\0', b'\0\0\0\0\0rest', b' more'], kind)
                elif path == '/raw': stream(id, [b'a', b'b'], 'text/html')
                elif path == '/broken': stream(id, [b'nothing', b'\0' * 8], kind)
                else: stream(id, (b'x' * 65536 for _ in range(800)), 'application/octet-stream')
                """#
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let options = ["f=\(folder.path)/f", "--url-port", "0", "--url-stream", "--timeout", "60"]
            try await SimServer.with(options, in: folder) { server in
                let url = try "http://127.0.0.1:\(server.urlPort(of: "f"))"
                let split = try await server.curl(["-i", url + "/split"]).text
                #expect(split.hasPrefix("HTTP/1.1 202 ") && split.contains("\r\nX-A: b\r\n"))
                #expect(split.contains("\r\nSet-Cookie: a=1\r\n") && split.hasSuffix("\r\n\r\nrest more"))
                let raw = try await server.curl(["-i", url + "/raw"]).text
                #expect(raw.contains("Content-Type: text/html\r\n") && raw.hasSuffix("\r\n\r\nab"))
                do {
                    let text = try await server.curl(["-w", "%{http_code}", url + "/broken"]).text
                    #expect(text.hasSuffix("502"))
                }
                // 52 MB to a client that is slower than the function: the simulator must not collect them.
                let slow = try await server.curl([
                    "--limit-rate", "25M", "-o", "/dev/null", "-w", "%{size_download}", url + "/many",
                ])
                #expect(slow.text == "\(800 * 65536)")
                let status = try String(contentsOfFile: "/proc/\(server.running.pid)/status", encoding: .utf8)
                let peak = status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) }
                #expect(try #require(peak) < 90_000)
            }
        }
    }

    /// A shell script as a streaming web server: `shim` with `SHIM_STDOUT=stream-http` behind a function URL.
    @Test func anyProgramStreamsToAFunctionURL() async throws {
        try await SimTool.withFolder { folder in
            let script = #"""
                #!/bin/sh
                printf '{"statusCode":203,"headers":{"Content-Type":"text/plain","X-A":"b"},"cookies":["a=1"]}'
                head -c 8 /dev/zero
                case $(cat) in *'"rawPath":"/late"'*) echo begun; echo "too bad" >&2; exit 4 ;; esac
                for i in 1 2 3; do echo "line $i"; done
                """#
            try SimTool.script(script, at: folder, named: "page")
            let options = [
                "page=\(folder.path)/page", "--url-port", "0", "--url-stream", "--env", "SHIM_STDOUT=stream-http",
            ]
            try await SimServer.with(options, in: folder) { server in
                let url = try "http://127.0.0.1:\(server.urlPort(of: "page"))"
                let page = try await server.curl(["-i", url + "/"]).text
                #expect(page.hasPrefix("HTTP/1.1 203 ") && page.contains("\r\nX-A: b\r\n"))
                #expect(page.contains("\r\nSet-Cookie: a=1\r\n"))
                #expect(page.hasSuffix("\r\n\r\nline 1\nline 2\nline 3\n"))
                let late = try await server.curl(["-s", url + "/late"]).text
                #expect(late == "begun\n")
                let seen = try await server.python(
                    #"""
                    r = client.invoke_with_response_stream(FunctionName='page', Payload=b'{"rawPath":"/late"}')
                    events = list(r['EventStream'])
                    data = b''.join(e['PayloadChunk']['Payload'] for e in events[:-1])
                    assert data.endswith(b'}' + bytes(8) + b'begun\n'), data
                    end = events[-1]['InvokeComplete']
                    assert end['ErrorCode'] == 'Function.ExitStatus', end
                    assert json.loads(end['ErrorDetails'])['errorMessage'] == 'page exited with status 4: too bad', end
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
            }
        }
    }

    @Test func bandwidthIsLambdasWhereAsked() async throws {
        try await SimTool.withFolder { folder in
            let handler = "stream(id, (b'x' * 65536 for _ in range(128)), 'application/octet-stream')"
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let options = ["f=\(folder.path)/f", "--limit-bandwidth", "--timeout", "30"]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    start = time.monotonic()
                    size = sum(len(e['PayloadChunk']['Payload']) for e in
                        client.invoke_with_response_stream(FunctionName='f')['EventStream'] if 'PayloadChunk' in e)
                    # 8 MiB: 6 at once, 2 within a second; a machine can only be slower.
                    print(size == 8 << 20 and time.monotonic() - start > 0.8)
                    """#
                )
                #expect(seen == "True\n")
            }
        }
    }
}
