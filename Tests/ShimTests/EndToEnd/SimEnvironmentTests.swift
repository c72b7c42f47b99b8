import Foundation
import Testing

/// What becomes of calls in `shim-sim serve`: which environment takes them, when it ends, what is tried again.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimEnvironmentTests {
    @Test func callsAtOnceGetEnvironmentsOfTheirOwnUpToTheLimit() async throws {
        try await SimTool.withFolder { folder in
            let handler = """
                time.sleep(json.loads(body))
                answer(json.dumps([os.getpid(), os.environ['AWS_LAMBDA_LOG_STREAM_NAME']]).encode())
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let options = ["f=\(folder.path)/f", "--concurrency", "3", "--timeout", "20"]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    results, refused = [], []
                    def call(seconds):
                        try: results.append(tuple(json.loads(invoke('f', json.dumps(seconds).encode())['Payload'])))
                        except client.exceptions.TooManyRequestsException as e: refused.append(e.response)
                    threads = [threading.Thread(target=call, args=(3,)) for _ in range(5)]
                    for t in threads: t.start()
                    for t in threads: t.join()
                    assert len(results) == 3 and len(set(results)) == 3, results
                    assert len(refused) == 2, refused
                    assert 'retry-after' not in refused[0]['ResponseMetadata']['HTTPHeaders'], refused[0]
                    assert refused[0]['Reason'] == 'ReservedFunctionConcurrentInvocationLimitExceeded', refused
                    first = set(results)
                    results.clear()
                    for _ in range(3): call(0)
                    assert set(results) <= first, 'idle ones are used again'
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
            }
        }
    }

    /// The newest environment was taken, which need not be the one that was used last.
    @Test func theEnvironmentThatWasUsedLastIsUsedNext() async throws {
        try await SimTool.withFolder { folder in
            let handler = """
                path = json.loads(body)
                open(path + '.started', 'w').close()
                while not os.path.exists(path): time.sleep(0.005)
                answer(json.dumps(os.environ['AWS_LAMBDA_LOG_STREAM_NAME']).encode())
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let text = try await SimServer.with(["f=f", "--timeout", "60"], in: folder) { server in
                try await server.python(
                    """
                    import os
                    names = {}
                    def begin(key):
                        # With the log, the answer comes when the environment is free again.
                        def call(): names[key] = invoke('f', json.dumps(key).encode(), LogType='Tail')['Payload']
                        thread = threading.Thread(target=call)
                        thread.start()
                        while not os.path.exists(key + '.started'): time.sleep(0.005)
                        return thread
                    def let_go(key, thread):
                        open(key, 'w').close()
                        thread.join()
                    root = \(String(reflecting: folder.path)) + '/'
                    old, new = begin(root + 'old'), begin(root + 'new')
                    let_go(root + 'new', new)
                    let_go(root + 'old', old)
                    next = invoke('f', json.dumps(root + 'old').encode())['Payload']
                    print(names[root + 'old'] != names[root + 'new'], next == names[root + 'old'])
                    """
                )
            }
            #expect(text == "True True\n")
        }
    }

    @Test func eventsAreRetriedAndThenGoToTheirDestination() async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            let failures = folder.appendingPathComponent("failures.jsonl")
            let config = """
                {"functions": {
                  "bad": {"target": "exits", "onFailure": "\(failures.path)", "retryDelays": [0.1, 0.2]},
                  "chained": {"target": "exits", "onFailure": "function:keep", "retryDelays": []},
                  "keep": {"target": "/usr/bin/tee", "arguments": ["\(folder.path)/kept"]},
                  "seen": {"target": "/usr/bin/tee", "arguments": ["\(folder.path)/seen"]}
                }}
                """
            try SimTool.script(config, at: folder, named: "config.json")
            let options = ["--config", folder.appendingPathComponent("config.json").path]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    r = invoke('seen', b'{"n":1}', InvocationType='Event')
                    assert r['StatusCode'] == 202 and r['Payload'] == '', r
                    for name in ['bad', 'chained']: assert invoke(name, b'{"n":2}', InvocationType='Event')['StatusCode'] == 202
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
                func text(_ name: String) -> String {
                    (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
                }
                try await SimTool.eventually("the event is delivered") { text("seen") == #"{"n":1}"# }
                try await SimTool.eventually("the failure is written") { text("failures.jsonl").hasSuffix("\n") }
                try await SimTool.eventually("the failure is handed on") { text("kept").hasSuffix("}") }
                for (name, count) in [("failures.jsonl", 3), ("kept", 1)] {
                    let record = try #require(
                        JSONSerialization.jsonObject(with: Data(text(name).utf8)) as? [String: Any]
                    )
                    let context = try #require(record["requestContext"] as? [String: Any])
                    #expect(context["condition"] as? String == "RetriesExhausted")
                    #expect(context["approximateInvokeCount"] as? Int == count)
                    #expect((record["requestPayload"] as? [String: Int]) == ["n": 2])
                    let payload = try #require(record["responsePayload"] as? [String: String])
                    #expect(payload["errorType"] == "Runtime.ExitError")
                }
            }
        }
    }

    @Test func aChangedTargetIsTakenForTheNextCall() async throws {
        try await SimTool.withFolder { folder in
            let script = try SimTool.script("#!/bin/sh\necho one\n", at: folder, named: "program")
            try await SimServer.with(["f=\(script)", "--watch"], in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/f/invocations"
                #expect(try await server.curl(["-d", "1", url]).text == "one\n")
                try SimTool.script("#!/bin/sh\necho two, and longer\n", at: folder, named: "program")
                #expect(try await server.curl(["-d", "1", url]).text == "two, and longer\n")
            }
        }
    }

    @Test func idleEnvironmentsEndAndFrozenOnesThaw() async throws {
        try await SimTool.withFolder { folder in
            let handler = "answer(str(os.getpid()).encode())"
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let options = ["f=\(folder.path)/f", "--freeze", "--idle-timeout", "5"]
            try await SimServer.with(options, in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/f/invocations"
                let first = try await server.curl(["-d", "1", url]).text
                func state() -> Character? {
                    let stat = try? String(contentsOfFile: "/proc/\(first)/stat", encoding: .utf8)
                    return stat.flatMap { $0[($0.lastIndex(of: ")") ?? $0.startIndex)...].dropFirst(2).first }
                }
                try await SimTool.eventually("the environment is stopped") { state() == "T" }
                #expect(try await server.curl(["-d", "1", url]).text == first)
                try await SimTool.eventually("the idle environment ends") { state() == nil }
                #expect(try await server.curl(["-d", "1", url]).text != first)
            }
        }
    }

    @Test func layersAreMergedAndExtensionsTakePart() async throws {
        try await SimTool.withFolder { folder in
            let watcher = """
                #!/usr/bin/env python3
                import http.client, json, os
                c = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
                c.request('POST', '/2020-01-01/extension/register', '{"events":["INVOKE","SHUTDOWN"]}',
                    {'Lambda-Extension-Name': 'watcher', 'Lambda-Extension-Accept-Feature': 'accountId'})
                r = c.getresponse(); id = r.headers['Lambda-Extension-Identifier']
                seen = [json.loads(r.read())]
                while True:
                    c.request('GET', '/2020-01-01/extension/event/next', headers={'Lambda-Extension-Identifier': id})
                    seen.append(json.loads(c.getresponse().read()))
                    with open('\(folder.path)/seen', 'w') as f: json.dump(seen, f)
                    if seen[-1]['eventType'] == 'SHUTDOWN': break
                """
            try SimTool.script(watcher, at: folder.appendingPathComponent("one/extensions"), named: "watcher")
            try SimTool.script("one", at: folder.appendingPathComponent("one"), named: "text")
            try SimTool.script("two", at: folder.appendingPathComponent("two"), named: "text")
            let handler = """
                path = [p for p in os.environ['LD_LIBRARY_PATH'].split(':')][-1]
                answer(open(os.path.dirname(path) + '/text', 'rb').read())
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let options = ["f=\(folder.path)/f", "--layer", "one", "--layer", "two"]
            try await SimServer.with(options, in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/f/invocations"
                #expect(try await server.curl(["-d", "1", url]).text == "two")
                try await SimTool.eventually("the line is logged") {
                    server.running.log.contains("EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]")
                }
            }
            let data = try Data(contentsOf: folder.appendingPathComponent("seen"))
            let seen = try #require(JSONSerialization.jsonObject(with: data) as? [[String: Any]])
            #expect(seen[0]["functionName"] as? String == "f" && seen[0]["accountId"] as? String == "123456789012")
            #expect(seen[1]["eventType"] as? String == "INVOKE" && seen[1]["requestId"] != nil)
            #expect(seen[2]["shutdownReason"] as? String == "spindown")
        }
    }

    @Test func oneEnvironmentTakesSeveralCallsWhereAsked() async throws {
        try await SimTool.withFolder { folder in
            let script =
                SimRuntimeAPITests.prelude + #"""
                    import threading, time
                    def work():
                        while True:
                            status, headers, body = next()
                            if body == b'"late"': time.sleep(2)
                            time.sleep(0.3)
                            r = call('POST', 'invocation/%s/response' % headers['lambda-runtime-aws-request-id'], str(os.getpid()).encode())
                            print(json.dumps({'level': 'INFO', 'status': r[0]}), flush=True)
                    for _ in range(int(os.environ['AWS_LAMBDA_MAX_CONCURRENCY'])): threading.Thread(target=work).start()
                    """#
            try SimTool.script(script, at: folder.appendingPathComponent("f"))
            let options = ["f=\(folder.path)/f", "--env", "AWS_LAMBDA_MAX_CONCURRENCY=4", "--timeout", "2"]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    pids = []
                    def call(): pids.append(invoke('f')['Payload'])
                    threads = [threading.Thread(target=call) for _ in range(4)]
                    for t in threads: t.start()
                    for t in threads: t.join()
                    assert len(pids) == 4 and len(set(pids)) == 1, pids
                    r = invoke('f', b'"late"')
                    assert json.loads(r['Payload'])['errorType'] == 'Sandbox.Timedout', r
                    assert invoke('f')['Payload'] == pids[0], 'a time-out leaves the process alone'
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
                try await SimTool.eventually("the late answer is refused") {
                    server.running.log.contains(#""status": 410"#)
                }
            }
        }
    }
}
