import Foundation
import Testing

/// Many calls at once of functions that behave in every way: each gets exactly one right answer, and nothing is left.
///
/// `SHIM_SOAK` sets another number of calls than 20,000.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct SimSoakTests {
    @Test func everyCallGetsItsOneRightAnswer() async throws {
        let count = ProcessInfo.processInfo.environment["SHIM_SOAK"].flatMap { Int($0) } ?? 20_000
        try await SimTool.withFolder { folder in
            let handler = #"""
                import subprocess
                e = json.loads(body)
                if e['do'] == 'crash': os._exit(e['n'] % 100 + 1)
                elif e['do'] == 'sleep': time.sleep(100)
                elif e['do'] == 'error': call('POST', 'invocation/%s/error' % id, json.dumps({'errorMessage': str(e['n']), 'errorType': 'E'}).encode())
                elif e['do'] == 'stray':
                    subprocess.Popen(['setsid', 'sleep', '1000'])
                    answer(body)
                else: answer(body)
                """#
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let options = ["f=\(folder.path)/f", "cat=/bin/cat", "--concurrency", "8", "--timeout", "1", "--quiet"]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    import http.client, itertools, os
                    COUNT = \#(count)
                    numbers = itertools.count()
                    wrong, lock, memory = [], threading.Lock(), []
                    def descriptors(): return len(os.listdir('/proc/\#(server.running.pid)/fd'))
                    def resident():
                        for line in open('/proc/\#(server.running.pid)/status'):
                            if line.startswith('VmRSS'): return int(line.split()[1])
                    def kind(n):
                        if n % 97 == 0: return 'crash'
                        if n % 499 == 0: return 'sleep'
                        if n % 89 == 0: return 'error'
                        if n % 701 == 0: return 'stray'
                        return 'echo'
                    def work():
                        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=60)
                        while True:
                            with lock: n = next(numbers)
                            if n >= COUNT: break
                            if n % (COUNT // 8) == 0: memory.append(resident())
                            name = 'cat' if n % 2 else 'f'
                            do = kind(n) if name == 'f' else 'echo'
                            body = json.dumps({'do': do, 'n': n})
                            c.request('POST', '/2015-03-31/functions/%s/invocations' % name, body)
                            r = c.getresponse()
                            text = r.read().decode()
                            failed = r.headers['X-Amz-Function-Error']
                            id = r.headers['x-amzn-RequestId']
                            expected = {
                                'echo': (None, body), 'stray': (None, body),
                                'error': ('Unhandled', json.dumps({'errorMessage': str(n), 'errorType': 'E'})),
                                'crash': ('Unhandled', '{"errorType":"Runtime.ExitError","errorMessage":"RequestId: %s Error: Runtime exited with error: exit status %d"}' % (id, n % 100 + 1)),
                                'sleep': ('Unhandled', '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: %s Error: Task timed out after 1.00 seconds"}' % id),
                            }[do]
                            if r.status != 200 or (failed, text) != expected: wrong.append((n, do, r.status, failed, text))
                        c.close()
                    threads = [threading.Thread(target=work) for _ in range(8)]
                    for t in threads: t.start()
                    for t in threads: t.join()
                    assert not wrong, (len(wrong), wrong[:3])
                    deadline = time.time() + 20
                    while descriptors() > 8 + 16 * 5 and time.time() < deadline: time.sleep(0.05)
                    assert descriptors() <= 8 + 16 * 5, descriptors()
                    assert memory[-1] - memory[1] < 8192, memory
                    print('done')
                    """#,
                    within: 800
                )
                #expect(seen == "done\n")
            }
            // The server has ended: no process of a function may be alive, wherever it had gone.
            let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { entry in
                guard Int(entry) != nil else { return false }
                let variables = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(entry)/environ"))
                return variables.map { String(decoding: $0, as: UTF8.self).contains(folder.path) } ?? false
            }
            #expect(left == [])
        }
    }
}
