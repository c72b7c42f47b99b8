import Foundation
import Testing

/// Many calls at once of functions that behave in every way: each gets exactly one right answer, and nothing is left.
///
/// There is a process that crashes, times out, reports errors, streams and leaves strays; an extension beside it; somebody who
/// kills runtimes, and somebody who changes the code. `SHIM_SOAK` sets another number of calls than 5,000; a whole soak has 20,000.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct SimSoakTests {
    private static let sidecar = """
        #!/usr/bin/env python3
        import json, os, urllib.request as u
        api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2020-01-01/extension/'
        answer = u.urlopen(u.Request(api + 'register', b'{"events":["INVOKE","SHUTDOWN"]}', {'Lambda-Extension-Name': 'sidecar'}))
        own = {'Lambda-Extension-Identifier': answer.headers['Lambda-Extension-Identifier']}
        while json.load(u.urlopen(u.Request(api + 'event/next', headers=own)))['eventType'] == 'INVOKE': pass
        """

    @Test func everyCallGetsItsOneRightAnswer() async throws {
        let count = ProcessInfo.processInfo.environment["SHIM_SOAK"].flatMap { Int($0) } ?? 5_000
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
                elif e['do'] == 'stream': stream(id, [b'%d;' % e['n']] * (e['n'] % 50 + 1), 'application/octet-stream')
                elif e['do'] == 'late': stream(id, [b'begun'], 'text/plain', 'Lambda-Runtime-Function-Error-Type: Late\r\n')
                else: answer(body)
                """#
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            try SimTool.script(Self.sidecar, at: folder.appendingPathComponent("layer/extensions"), named: "sidecar")
            let config = #"{"functions":{"f":{"target":"./f","layers":["./layer"]},"cat":{"target":"/bin/cat"}}}"#
            let file = try SimTool.script(config, at: folder, named: "config.json")
            // A call that has the time-out in it shall have it, and no other, on a busy machine too.
            let options = ["--config", file, "--concurrency", "8", "--timeout", "4", "--watch", "--quiet"]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    import http.client, itertools, os, random, signal, struct
                    COUNT = \#(count)
                    numbers = itertools.count()
                    wrong, lock, memory, killed, kills, over = [], threading.Lock(), [], [], [], threading.Event()
                    def descriptors(): return len(os.listdir('/proc/\#(server.running.pid)/fd'))
                    def resident():
                        for line in open('/proc/\#(server.running.pid)/status'):
                            if line.startswith('VmRSS'): return int(line.split()[1])
                    def kind(n):
                        if n % 97 == 0: return 'crash'
                        if n % 499 == 0: return 'sleep'
                        if n % 89 == 0: return 'error'
                        if n % 701 == 0: return 'stray'
                        if n % 6 == 0: return 'stream'
                        if n % 107 == 0: return 'late'
                        return 'echo'
                    def frames(data):
                        """The error code of a stream's end, and its bytes; each frame has its lengths in front."""
                        body, end = b'', None
                        while data:
                            total, head = struct.unpack('>II', data[:8])
                            payload = data[12 + head:total - 4]
                            if b'InvokeComplete' in data[12:12 + head]: end = json.loads(payload)
                            else: body += payload
                            data = data[total:]
                        return end.get('ErrorCode'), body.decode() or end.get('ErrorDetails', '')
                    def runtimes():
                        for pid in os.listdir('/proc'):
                            try:
                                if pid.isdigit() and b'\#(folder.path)/f/bootstrap' in open('/proc/%s/cmdline' % pid, 'rb').read(): yield int(pid)
                            except OSError: pass
                    def kill():
                        """Somebody who kills runtimes at any moment."""
                        while not over.wait(0.5):
                            found = list(runtimes())
                            if found:
                                kills.append(random.choice(found))
                                try: os.kill(kills[-1], signal.SIGKILL)
                                except ProcessLookupError: pass
                    def change():
                        """Somebody who works on the code."""
                        target = '\#(folder.path)/f/bootstrap'
                        text = open(target).read()
                        while not over.wait(3):
                            text += '# changed\\n'
                            with open(target + '.new', 'w') as f: f.write(text)
                            os.chmod(target + '.new', 0o755)
                            os.rename(target + '.new', target)
                    def work():
                        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=60)
                        while True:
                            with lock: n = next(numbers)
                            if n >= COUNT: break
                            if n % (COUNT // 8) == 0: memory.append(resident())
                            name = 'cat' if n % 2 else 'f'
                            do = kind(n) if name == 'f' else 'echo'
                            body = json.dumps({'do': do, 'n': n})
                            path = '/2021-11-15/functions/%s/response-streaming-invocations' if do in ('stream', 'late') else '/2015-03-31/functions/%s/invocations'
                            c.request('POST', path % name, body)
                            r = c.getresponse()
                            text = r.read()
                            failed = r.headers['X-Amz-Function-Error']
                            if do in ('stream', 'late'): failed, text = frames(text)
                            else: text = text.decode()
                            id = r.headers['x-amzn-RequestId']
                            expected = {
                                'echo': (None, body), 'stray': (None, body),
                                'error': ('Unhandled', json.dumps({'errorMessage': str(n), 'errorType': 'E'})),
                                'crash': ('Unhandled', '{"errorType":"Runtime.ExitError","errorMessage":"RequestId: %s Error: Runtime exited with error: exit status %d"}' % (id, n % 100 + 1)),
                                'sleep': ('Unhandled', '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: %s Error: Task timed out after 4.00 seconds"}' % id),
                                'stream': (None, '%d;' % n * (n % 50 + 1)),
                                'late': ('Late', 'begun'),
                            }[do]
                            if r.status == 200 and (failed, text) == expected: continue
                            if name == 'f' and r.status == 200 and failed and text.endswith(('signal: killed"}', 'begun', ';')): killed.append(n)
                            else: wrong.append((n, do, r.status, failed, text))
                        c.close()
                    others = [threading.Thread(target=kill), threading.Thread(target=change)]
                    threads = [threading.Thread(target=work) for _ in range(8)]
                    for t in others + threads: t.start()
                    for t in threads: t.join()
                    over.set()
                    for t in others: t.join()
                    assert not wrong, (len(wrong), wrong[:3])
                    # Nobody else's call has failed for a runtime that was killed.
                    assert len(killed) <= len(kills) and (COUNT < 1000 or kills), (len(killed), len(kills))
                    deadline = time.time() + 20
                    while descriptors() > 8 + 16 * 8 and time.time() < deadline: time.sleep(0.05)
                    assert descriptors() <= 8 + 16 * 8, descriptors()
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
