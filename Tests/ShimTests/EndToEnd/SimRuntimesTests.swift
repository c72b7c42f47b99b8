import Foundation
import Testing

/// Runtimes and clients of other people, and others that speak as those do.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct SimRuntimesTests {
    private static let plain = ["go", "node", "ruby", "perl", "bash", "cpp"]
    private static let streaming = ["go", "node", "perl"]

    private func withRuntimes(_ body: (SimServer) async throws -> Void) async throws {
        try await SimTool.withFolder { folder in
            let package = folder.appendingPathComponent("go")
            let source = try SimTool.script(RuntimePrograms.go, at: folder, named: "main.go")
            try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
            // The standard library is all it needs, so no module is looked for.
            let built = try await SimTool.start(
                Executables.system("go"),
                ["build", "-o", package.path + "/bootstrap", source],
                in: folder,
                environment: ["GO111MODULE": "off", "GOCACHE": folder.path + "/cache", "CGO_ENABLED": "0"]
            ).result(within: 200)
            try #require(built.status == 0, "\(built.log)")
            try await buildWithAWSClient(at: folder.appendingPathComponent("cpp"))
            let scripts = [
                ("node", RuntimePrograms.node), ("ruby", RuntimePrograms.ruby), ("perl", RuntimePrograms.perl),
                ("bash", RuntimePrograms.bash),
            ]
            for (name, text) in scripts { try SimTool.script(text, at: folder.appendingPathComponent(name)) }
            let targets = Self.plain.map { "\($0)=\(folder.path)/\($0)" }
            try await SimServer.with(targets + ["--timeout", "20", "--quiet"], in: folder, body)
        }
    }

    /// aws-lambda-cpp, where `scripts/test.sh` has built it: `SHIM_TEST_LAMBDA_CPP` names the folder.
    private func buildWithAWSClient(at package: URL) async throws {
        let client = try #require(
            ProcessInfo.processInfo.environment["SHIM_TEST_LAMBDA_CPP"],
            "SHIM_TEST_LAMBDA_CPP must name a folder with aws-lambda-cpp; scripts/test.sh sets it"
        )
        let source = try SimTool.script(RuntimePrograms.cpp, at: package, named: "main.cpp")
        let built = try await SimTool.start(
            Executables.system("g++"),
            [
                "-std=c++11", "-I\(client)/include", source, client + "/runtime.a", "-lcurl", "-o",
                package.path + "/bootstrap",
            ],
            in: package
        ).result(within: 100)
        try #require(built.status == 0, "\(built.log)")
    }

    @Test func eachRuntimeAnswersReportsAndCrashes() async throws {
        try await withRuntimes { server in
            let seen = try await server.python(
                #"""
                event = json.dumps({'text': 'é 🐑 "', 'n': [1, 2.5, None]}, ensure_ascii=False).encode()
                def check(name):
                    assert invoke(name, event)['Payload'] == event.decode(), name
                    error = invoke(name, b'"error"')
                    assert error['FunctionError'] == 'Unhandled' and json.loads(error['Payload'])['errorMessage'] == 'no', error
                    crash = json.loads(invoke(name, b'"crash"')['Payload'])
                    assert crash['errorType'] == 'Runtime.ExitError' and crash['errorMessage'].endswith('exit status 3'), crash
                    for _ in range(3): assert invoke(name, event)['Payload'] == event.decode(), name
                for name in \#(Self.plain): check(name)
                def stream(name, what):
                    events = list(client.invoke_with_response_stream(FunctionName=name, Payload=what)['EventStream'])
                    return b''.join(e['PayloadChunk']['Payload'] for e in events[:-1]), events[-1]['InvokeComplete']
                for name in \#(Self.streaming):
                    data, end = stream(name, b'"stream"')
                    assert (len(data), end) == (8 << 20, {}), (name, len(data), end)
                    data, end = stream(name, b'"late"')
                    assert data == b'begun' and end['ErrorCode'] == 'errorString', (name, data, end)
                    assert json.loads(end['ErrorDetails']) == {'errorMessage': 'late'}, end
                    assert invoke(name, b'"stream"')['FunctionError'] == 'Unhandled', name
                    assert invoke(name, b'1')['Payload'] == '1', name
                print('done')
                """#
            )
            #expect(seen == "done\n")
        }
    }

    /// aiobotocore, where `scripts/test.sh` has put it: `SHIM_TEST_AIOBOTOCORE` names the folder.
    @Test func aiobotocoreCallsAndStreams() async throws {
        let place = try #require(
            ProcessInfo.processInfo.environment["SHIM_TEST_AIOBOTOCORE"],
            "SHIM_TEST_AIOBOTOCORE must name a folder with aiobotocore; scripts/test.sh sets it"
        )
        try await SimTool.withFolder { folder in
            try await SimServer.with(["f=/bin/cat", "--quiet"], in: folder) { server in
                let script = #"""
                    import asyncio
                    from aiobotocore.session import get_session
                    async def main():
                        async with get_session().create_client('lambda', endpoint_url='http://127.0.0.1:\#(server.port)',
                                region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='y') as c:
                            answers = await asyncio.gather(*[c.invoke(FunctionName='f', Payload=b'%d' % i) for i in range(4)])
                            print([await r['Payload'].read() for r in answers])
                            r = await c.invoke_with_response_stream(FunctionName='f', Payload=b'7')
                            async for event in r['EventStream']: print(event)
                            try: await c.invoke(FunctionName='none')
                            except c.exceptions.ResourceNotFoundException as e: print(e.response['Error']['Message'])
                    asyncio.run(main())
                    """#
                let python = try Executables.system("python3")
                let environment = ["PYTHONPATH": place]
                let result = try await SimTool.start(python, ["-c", script], in: folder, environment: environment)
                    .result()
                #expect(
                    result.text == """
                        [b'0', b'1', b'2', b'3']
                        {'PayloadChunk': {'Payload': b'7'}}
                        {'InvokeComplete': {}}
                        Function not found: arn:aws:lambda:us-east-1:123456789012:function:none:$LATEST

                        """,
                    "\(result.log)"
                )
            }
        }
    }
}
