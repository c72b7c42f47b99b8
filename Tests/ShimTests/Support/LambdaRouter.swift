import Foundation

/// One address for all of AWS: Lambda's requests go to the simulator, all others to moto.
///
/// For a CLI of before `AWS_ENDPOINT_URL`, which takes one `--endpoint-url`.
final class LambdaRouter {
    let address: String
    private let process: TestProcess

    private static let script = #"""
        import http.client, http.server, re, sys
        HOP = {'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect', 'date', 'server'}
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def route(self):
                # Paths of Lambda's API begin with the date of their model.
                to = sys.argv[1] if re.match(r'/20\d\d-\d\d-\d\d/', self.path) else sys.argv[2]
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                link = http.client.HTTPConnection(to, timeout=120)
                link.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() not in HOP})
                answer = link.getresponse()
                data = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP: self.send_header(name, value)
                self.send_header('Content-Length', str(len(data)))
                self.end_headers()
                if self.command != 'HEAD': self.wfile.write(data)
                link.close()
            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = route
            def log_message(self, *words): pass
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """#

    /// - Parameters:
    ///   - lambda: The port of the simulator.
    ///   - moto: moto.
    /// - Throws: Where it does not start.
    init(lambda: Int, moto: MotoServer) async throws {
        let other = moto.address.replacingOccurrences(of: "http://", with: "")
        let process = try TestProcess.tied(
            try Executables.system("python3"),
            ["-c", Self.script, "127.0.0.1:\(lambda)", other]
        )
        try await SimTool.eventually("the router runs: \(process.errors)") {
            process.outputText.hasSuffix("\n") || !process.isRunning
        }
        guard let port = Int(process.outputText.trimmingCharacters(in: .newlines)) else {
            throw SimTool.Failure(description: process.errors)
        }
        address = "http://127.0.0.1:\(port)"
        self.process = process
    }

    deinit { process.stop() }
}
