import Foundation
import Testing

/// Streams behind function URLs, in the forms that break clients.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SimFunctionURLTests {
    private func withStreams(_ body: (SimServer, Int) async throws -> Void) async throws {
        try await SimTool.withFolder { folder in
            let handler = #"""
                path = json.loads(body)['rawPath']
                kind = 'application/vnd.awslambda.http-integration-response'
                trailers = 'Lambda-Runtime-Function-Error-Type: Function.Late\r\nLambda-Runtime-Function-Error-Body: eyJhIjoxfQ==\r\n'
                def quiet(parts, kind):
                    s = socket.create_connection((HOST, int(PORT)))
                    s.sendall(('POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n' % (id, kind)).encode())
                    for part in parts: s.sendall(b'%x\r\n' % len(part) + part + b'\r\n')
                    s.sendall(b'0\r\n\r\n')
                    s.makefile('rb').readline()
                    s.close()
                if path in ('/204', '/304', '/103'): stream(id, [b'{"statusCode":%s}' % path[1:].encode() + bytes(8) + b'a body'], kind)
                elif path == '/late': stream(id, [b'{"statusCode":200}' + bytes(8) + b'partial response'], kind, trailers)
                elif path == '/quiet': quiet((b'x' * 65536 for _ in range(160)), 'text/plain')
                elif path == '/buffered': answer(b'{"statusCode": 200, "body": "buffered response"}')
                else: stream(id, [b'{"statusCode":200}' + bytes(8) + path.encode()], kind)
                """#
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let options = ["f=\(folder.path)/f", "--url-port", "0", "--url-stream", "--timeout", "30"]
            try await SimServer.with(options, in: folder) { server in try await body(server, server.urlPort(of: "f")) }
        }
    }

    /// A body that followed 204 or 304 was taken for the beginning of the next answer.
    @Test func aKeptConnectionStaysInStep() async throws {
        try await withStreams { server, port in
            let seen = try await server.python(
                #"""
                import http.client
                c = http.client.HTTPConnection('127.0.0.1', \#(port), timeout=20)
                c.connect(); first = c.sock.getsockname()
                seen = []
                for path in ['/204', '/one', '/304', '/two', '/103', '/three']:
                    c.request('GET', path)
                    r = c.getresponse()
                    seen.append((r.status, r.read().decode()))
                print(seen, c.sock.getsockname() == first)
                """#
            )
            #expect(
                seen
                    == "[(204, ''), (200, '/one'), (304, ''), (200, '/two'), (502, 'Internal Server Error'), (200, '/three')] True\n"
            )
        }
    }

    /// As recorded on AWS: what came before an error in the middle of a stream is a complete answer for HTTP.
    @Test func anErrorInTheMiddleEndsTheStream() async throws {
        try await withStreams { server, port in
            let late = try await server.curl(["--fail", "http://127.0.0.1:\(port)/late"])
            #expect(late.status == 0 && late.text == "partial response", "\(late.log)")
        }
    }

    /// AWS's Go client streams without saying so: its stream was buffered, and over 6 MB it was lost.
    @Test func aStreamThatDoesNotSayThatItIsOne() async throws {
        try await withStreams { server, port in
            let size = try await server.curl([
                "-o", "/dev/null", "-w", "%{size_download}", "http://127.0.0.1:\(port)/quiet",
            ])
            #expect(size.text == "\(160 * 65536)")
            let seen = try await server.python(
                #"""
                events = list(client.invoke_with_response_stream(FunctionName='f', Payload=b'{"rawPath":"/quiet"}')['EventStream'])
                print(sum(len(e['PayloadChunk']['Payload']) for e in events[:-1]), events[-1])
                r = invoke('f', b'{"rawPath":"/quiet"}')
                print(r['FunctionError'], r['Payload'][:30])
                """#
            )
            #expect(seen == "10485760 {'InvokeComplete': {}}\nUnhandled {\"errorMessage\":\"Response payl\n")
        }
    }

    /// As recorded on AWS (voker): a URL that streams passes on what a runtime does not stream, envelope and all.
    @Test func aBufferedAnswerIsPassedOnAsItIs() async throws {
        try await withStreams { server, port in
            let text = try await server.curl(["--fail", "http://127.0.0.1:\(port)/buffered"]).text
            #expect(text == #"{"statusCode": 200, "body": "buffered response"}"#)
        }
    }
}
