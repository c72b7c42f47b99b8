import Foundation
import Testing

/// The inspector's page in headless Chromium.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SimInspectorTests {
    /// Starts Chromium on the page; what it leaves behind goes with the folder.
    private func chromium(_ server: SimServer, _ more: [String]) throws -> TestProcess {
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--user-data-dir=\(server.folder.path)/chromium",
        ]
        return try SimTool.start(
            Executables.system("chromium"),
            arguments + more + ["http://127.0.0.1:\(server.port)/_/"],
            in: server.folder,
            environment: ["TMPDIR": server.folder.path]
        )
    }

    /// The page as Chromium has made it, after its scripts have run.
    private func page(_ server: SimServer, _ more: [String] = []) async throws -> String {
        let result = try await chromium(server, ["--virtual-time-budget=4000"] + more).result(within: 100)
        #expect(result.status == 0, "\(result.log.suffix(1000))")
        return result.text
    }

    @Test func thePageShowsFunctionsInvocationsAndTheChart() async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            try await SimServer.with(["echo=/bin/cat", "exits=\(folder.path)/exits"], in: folder) { server in
                _ = try await server.python(
                    "for i in range(3): invoke('echo', b'[%d]' % i)\ninvoke('exits')\nprint('x')"
                )
                let html = try await page(server, ["--dump-dom"])
                #expect(html.contains("2 functions, 2 environments"))
                #expect(html.contains("<option>echo</option><option>exits</option>"))
                #expect(html.contains("<option>apigateway-v2</option>") && html.contains("<option>scheduled</option>"))
                #expect(html.components(separatedBy: " data-cold=").count == 5)
                #expect(html.components(separatedBy: #"data-cold="true""#).count == 3)
                #expect(html.contains(">Runtime.ExitError</td>"))
                let picture = folder.appendingPathComponent("page.png")
                _ = try await page(server, ["--screenshot=\(picture.path)", "--window-size=1240,760"])
                let bytes = try Data(contentsOf: picture)
                #expect(bytes.count > 10_000 && bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            }
        }
    }

    /// The page's own controls, used through the browser's DevTools protocol.
    @Test func aPersonSendsASampleAndSeesItsAnswerAndLog() async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(["echo=/bin/cat"], in: folder) { server in
                let profile = folder.appendingPathComponent("chromium").path
                let browser = try chromium(server, ["--remote-debugging-port=0", "--remote-allow-origins=*"])
                let seen = try await server.python(
                    #"""
                    import os, socket, struct
                    def wait(what, condition):
                        deadline = time.time() + 60
                        while True:
                            try: value = condition()
                            except (OSError, IndexError): value = None
                            if value: return value
                            assert time.time() < deadline, what
                            time.sleep(0.05)
                    port = int(wait('port', lambda: open('\#(profile)/DevToolsActivePort').read().split()[0]))
                    page = wait('page', lambda: [p for p in json.loads(urllib.request.urlopen(
                        'http://127.0.0.1:%d/json' % port).read()) if p['type'] == 'page' and '/_/' in p['url']][0])
                    s = socket.create_connection(('127.0.0.1', port))
                    s.sendall(('GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n'
                        % (page['webSocketDebuggerUrl'].split(str(port), 1)[1], port)).encode())
                    f = s.makefile('rb')
                    while f.readline().strip(): pass
                    def evaluate(script):
                        message = json.dumps({'id': 1, 'method': 'Runtime.evaluate', 'params': {'expression': script,
                            'returnByValue': True}}).encode()
                        s.sendall(struct.pack('>BBH4x', 0x81, 0xFE, len(message)) + message)
                        while True:
                            head = f.read(2); size = head[1]
                            if size == 126: size = struct.unpack('>H', f.read(2))[0]
                            elif size == 127: size = struct.unpack('>Q', f.read(8))[0]
                            answer = json.loads(f.read(size))
                            if answer.get('id') == 1: return answer['result']['result'].get('value')
                    wait('samples', lambda: evaluate("document.getElementById('sample').options.length") == 11)
                    wait('functions', lambda: evaluate("document.getElementById('function').options.length") == 1)
                    evaluate("""var s = document.getElementById('sample'); s.value = 'sqs'; s.onchange();
                        document.getElementById('send').click()""")
                    wait('status', lambda: evaluate("document.getElementById('status').textContent") == '200')
                    answer = evaluate("document.getElementById('answer').textContent")
                    assert json.loads(answer)['Records'][0]['eventSource'] == 'aws:sqs', answer
                    wait('log', lambda: 'REPORT RequestId' in evaluate("document.getElementById('log').textContent"))
                    parts = evaluate("[...document.querySelectorAll('#line rect')].map(r => r.dataset.part).join()")
                    assert parts.endswith('init,run'), parts
                    # One click sends the chosen call again, whatever the form has by now.
                    wait('the call', lambda: not evaluate("document.getElementById('again').disabled"))
                    evaluate("document.getElementById('event').value = '1'; document.getElementById('again').click()")
                    wait('again', lambda: evaluate("document.querySelectorAll('#list tr[data-id]').length") == 2)
                    assert json.loads(evaluate("document.getElementById('answer').textContent")) == json.loads(answer)
                    evaluate("var f = document.getElementById('filter'); f.value = '/REPORT/'; f.oninput()")
                    def live(): return (evaluate("document.getElementById('live').textContent") or '').split('\n')
                    wait('filter', lambda: len(live()) == 2 and all('REPORT' in line for line in live()))
                    evaluate("document.getElementById('event').value = '{'; document.getElementById('send').click()")
                    wait('refusal', lambda: '400' in evaluate("document.getElementById('status').textContent"))
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
                browser.signal(SIGTERM)
                _ = try await browser.result()
            }
        }
    }
}
