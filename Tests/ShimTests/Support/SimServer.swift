import Foundation
import Synchronization
import Testing

/// A `shim-sim serve` that runs, and the clients that call it.
final class SimServer {
    let running: TestProcess
    let port: Int
    let folder: URL
    private let hasSignalled = Atomic(false)

    /// Sends the signal that ends it.
    func end(by signal: Int32) {
        hasSignalled.store(true, ordering: .relaxed)
        running.signal(signal)
    }

    private init(running: TestProcess, port: Int, folder: URL) {
        self.running = running
        self.port = port
        self.folder = folder
    }

    /// Starts a server on a free port, and ends it with SIGTERM: what it leaves behind is a failure.
    static func with<R>(
        _ arguments: [String],
        in folder: URL,
        environment: [String: String] = [:],
        endsBy signal: Int32 = SIGTERM,
        _ body: (SimServer) async throws -> R
    ) async throws -> R {
        let temporary = folder.appendingPathComponent("tmp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        let running = try SimTool.start(
            Executables.path("shim-sim"),
            ["serve", "--port", "0"] + arguments,
            in: folder,
            environment: environment.merging(["TMPDIR": temporary.path]) { $1 }
        )
        try await SimTool.eventually("the server is ready: \(running.log)") {
            running.log.contains(" ready on http://") || !running.isRunning
        }
        let match = running.log.firstMatch(of: /ready on http:\/\/127\.0\.0\.1:(\d+)/)
        let port = try #require((match?.1).flatMap { Int($0) }, "\(running.log)")
        let server = SimServer(running: running, port: port, folder: folder)
        let result = try await body(server)
        // A body that has sent it has done so to see what follows.
        if !server.hasSignalled.load(ordering: .relaxed) { running.signal(signal) }
        let end = try await running.result(within: 20)
        #expect(end.status == 128 + signal, "\(end.log.suffix(2000))")
        let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
        #expect(left == [])
        return result
    }

    /// The port of a function's URL.
    func urlPort(of name: String) throws -> Int {
        let pattern = try Regex<(Substring, Substring)>("URL of \(name) is http://127\\.0\\.0\\.1:(\\d+)/")
        return try #require((running.log.firstMatch(of: pattern)?.1).flatMap { Int($0) })
    }

    /// Runs a Python script with `client`, a boto3 client of this server, and returns what it printed.
    func python(_ script: String, within seconds: Double = 100) async throws -> String {
        let prelude = """
            import base64, json, sys, threading, time, urllib.request
            import boto3
            from botocore.config import Config
            PORT = \(port)
            client = boto3.client('lambda', endpoint_url='http://127.0.0.1:%d' % PORT, region_name='us-east-1',
                aws_access_key_id='x', aws_secret_access_key='y',
                config=Config(retries={'total_max_attempts': 1}, max_pool_connections=50, read_timeout=90))
            client.exceptions  # Made by its first use, and twice by two threads at once.
            def invoke(name, payload=b'{}', **more):
                r = client.invoke(FunctionName=name, Payload=payload, **more)
                r['Payload'] = r['Payload'].read().decode()
                return r

            """
        let file = folder.appendingPathComponent("client-\(UUID().uuidString).py")
        try Data((prelude + script).utf8).write(to: file)
        let python = try Executables.system("python3")
        let result = try await SimTool.start(python, [file.path], in: folder).result(within: seconds)
        guard result.status == 0 else {
            throw SimTool.Failure(description: "client: \(result.log)\nserver: \(running.log.suffix(3000))")
        }
        return result.text
    }

    /// Calls a function with curl.
    func curl(_ arguments: [String]) async throws -> TestProcess.Result {
        try await SimTool.start(Executables.system("curl"), ["-sS"] + arguments, in: folder).result()
    }

    /// Bootstraps of the kinds that go wrong, and one that does not, in sh and curl.
    static func writeFunctions(to folder: URL) throws {
        let next = """
            #!/bin/sh
            API=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
            curl -sS -o /dev/null $API/invocation/next

            """
        try SimTool.script(SimRunTests.curlBootstrap, at: folder.appendingPathComponent("curl"))
        try SimTool.script(next + "exit 3\n", at: folder.appendingPathComponent("exits"))
        try SimTool.script(next + "kill -SEGV $$\n", at: folder.appendingPathComponent("segfaults"))
        try SimTool.script(next + "sleep 1000\n", at: folder.appendingPathComponent("sleeps"))
        try SimTool.script("#!/no/such/interpreter\n", at: folder.appendingPathComponent("invalid"))
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("empty"),
            withIntermediateDirectories: true
        )
        try SimTool.script(
            """
            #!/bin/sh
            curl -sS -o /dev/null -d '{"errorMessage":"no","errorType":"Init"}' \
              http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error
            exit 1
            """,
            at: folder.appendingPathComponent("initerror")
        )
        try SimTool.script(
            SimRuntimeAPITests.prelude + #"""
                while True:
                    status, headers, body = next()
                    call('POST', 'invocation/%s/response' % headers['lambda-runtime-aws-request-id'], b'x' * 6291557)
                """#,
            at: folder.appendingPathComponent("large")
        )
    }

    /// A bootstrap in Python whose handler is given: `event` and `headers` in, `answer(bytes)` or a stream out.
    static func pythonBootstrap(_ handler: String) -> String {
        SimRuntimeAPITests.prelude + #"""
            import time
            def stream(id, parts, content_type, trailers=''):
                s = socket.create_connection((HOST, int(PORT)))
                s.sendall(('POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n'
                    'Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n'
                    'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n'
                    % (id, content_type)).encode())
                for part in parts:
                    s.sendall(b'%x\r\n' % len(part) + part + b'\r\n')
                s.sendall(b'0\r\n' + trailers.encode() + b'\r\n')
                s.makefile('rb').readline()
                s.close()
            while True:
                status, headers, body = next()
                id = headers['lambda-runtime-aws-request-id']
                def answer(body):
                    call('POST', 'invocation/%s/response' % id, body)

            """# + handler.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n") + "\n"
    }
}
