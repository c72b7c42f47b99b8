import Foundation
import Testing

/// Calls that come while an environment is being reset: each gets its one answer, and none is forgotten.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SimResetTests {
    /// An extension that takes its time to end, so that a reset can be hit.
    private static let slowExtension = """
        #!/usr/bin/env python3
        import json, os, time, urllib.request as u
        api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2020-01-01/extension/'
        answer = u.urlopen(u.Request(api + 'register', b'{"events":["SHUTDOWN"]}', {'Lambda-Extension-Name': 'slow'}))
        own = {'Lambda-Extension-Identifier': answer.headers['Lambda-Extension-Identifier']}
        event = json.load(u.urlopen(u.Request(api + 'event/next', headers=own)))
        print('shutdown', event['shutdownReason'], flush=True)
        time.sleep(1.8)
        """

    /// The environment counted as free during the reset, and the second of these calls never got an answer.
    @Test func aCallDuringAResetGetsItsAnswer() async throws {
        try await SimTool.withFolder { folder in
            let handler = """
                answer(body)
                if body == b'"last"': os._exit(4)
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            try SimTool.script(Self.slowExtension, at: folder.appendingPathComponent("l/extensions"), named: "slow")
            let options = ["f=\(folder.path)/f", "--layer", "l", "--concurrency", "1", "--timeout", "20"]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    answers = [invoke('f', b'"last"')]
                    deadline = time.time() + 20
                    def call(n): answers.append(invoke('f', b'%d' % n))
                    threads = []
                    time.sleep(0.3)
                    for n in range(3):
                        t = threading.Thread(target=call, args=(n,)); t.start(); threads.append(t)
                        time.sleep(0.2)
                    for t in threads: t.join(30)
                    print(len(answers), answers[0]['Payload'], sorted(r['Payload'][:60] for r in answers[1:]))
                    """#
                )
                // The runtime had ended between two calls: the next one fails, the others start it again.
                #expect(
                    seen.hasPrefix(#"4 "last" ['0', '1', '{"errorType":"Runtime.ExitError"#)
                        || seen.hasPrefix(#"4 "last" ['1', '2', '{"errorType":"Runtime.ExitError"#),
                    "\(seen)\n\(server.running.log)"
                )
                #expect(server.running.log.components(separatedBy: "REPORT RequestId").count == 5)
            }
        }
    }

    /// Calls that began during a reset waited for their time-out: nobody started the runtime again.
    @Test func aConcurrentEnvironmentStartsAgainForCallsDuringItsReset() async throws {
        try await SimTool.withFolder { folder in
            let handler = """
                if body == b'"exit"': os._exit(4)
                answer(body)
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            try SimTool.script(Self.slowExtension, at: folder.appendingPathComponent("l/extensions"), named: "slow")
            let options = [
                "f=\(folder.path)/f", "--layer", "l", "--concurrency", "1", "--timeout", "20", "--env",
                "AWS_LAMBDA_MAX_CONCURRENCY=4",
            ]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    answers = {}
                    def call(n): answers[n] = invoke('f', n)['Payload']
                    def begin(n):
                        t = threading.Thread(target=call, args=(n,)); t.start(); return t
                    call(b'1')
                    threads = [begin(b'"exit"')]
                    time.sleep(0.5)
                    began = time.time()
                    threads.append(begin(b'2'))
                    for t in threads: t.join(30)
                    print('ExitError' in answers[b'"exit"'], answers[b'2'], time.time() - began < 15)
                    """#
                )
                #expect(seen == "True 2 True\n", "\(seen)\n\(server.running.log)")
            }
        }
    }
}
