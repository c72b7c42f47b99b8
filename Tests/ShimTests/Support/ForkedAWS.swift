import Foundation
import Testing

/// The AWS CLI, its modules loaded once: each call is a fork of it with the caller's words, environment, folder and
/// descriptors.
///
/// Starting the CLI takes half a second of a processor, most of it to load modules, and the tests of deployments call it
/// more than a thousand times. A call ends with its caller.
final class ForkedAWS: @unchecked Sendable {
    // Set once, before anything reads it; the process ends with that of the tests, however that ends.
    /// The name of its socket, without the zero byte that keeps it out of the file system.
    let name: String
    private let process: TestProcess

    private init?() throws {
        let python = try Executables.system("python3")
        // A CLI that brings its own Python has no modules to load.
        guard try PackTool.result(python, ["-c", "import awscli.clidriver"]).status == 0 else { return nil }
        name = "shim-test-aws-\(getpid())"
        process = try TestProcess.tied(python, ["-c", Self.server, name])
        eventually("the AWS CLI's modules are loaded", within: .seconds(60)) { process.outputText == "ready\n" }
    }

    /// The one of all tests; `nil` where the CLI cannot be loaded so.
    static let shared = Result { try ForkedAWS() }

    private static let server = #"""
        import gc, json, os, signal, socket, sys, threading
        import awscli.clidriver, awscli.handlers, awscli.paramfile, botocore.httpsession, botocore.regions, botocore.waiter

        def serve(connection):
            header, files, _, _ = socket.recv_fds(connection, 8, 3)
            # Less comes where the caller was killed; then this ends, too.
            call = json.loads(connection.recv(int.from_bytes(header, 'big'), socket.MSG_WAITALL))
            for number, file in enumerate(files): os.dup2(file, number)
            os.chdir(call['folder'])
            # Where the CLI has its models, which it noted when it was loaded.
            models = os.environ['AWS_DATA_PATH']
            os.environ.clear()
            os.environ.update({'AWS_DATA_PATH': models, **call['environment']})
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            def watch():
                connection.recv(1)
                os.kill(os.getpid(), signal.SIGKILL)
            threading.Thread(target=watch, daemon=True).start()
            sys.argv = ['aws'] + call['words']
            try:
                status = awscli.clidriver.main()
            except SystemExit as end:
                status = end.code or 0
            sys.stdout.flush()
            sys.stderr.flush()
            connection.sendall(bytes([status & 255]))
            os._exit(0)

        listener = socket.socket(socket.AF_UNIX)
        listener.bind('\0' + sys.argv[1])
        listener.listen(64)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        gc.freeze()
        os.write(1, b'ready\n')
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                serve(connection)
            connection.close()
        """#

    /// Python that calls it: `forked(name, words, source)` is the exit status.
    static let client = #"""
        def forked(name, words, source):
            import json, os, socket
            connection = socket.socket(socket.AF_UNIX)
            connection.connect('\0' + name)
            call = {'words': words, 'environment': dict(os.environ), 'folder': os.getcwd()}
            text = json.dumps(call).encode()
            socket.send_fds(connection, [len(text).to_bytes(8, 'big')], [source.fileno(), 1, 2])
            connection.sendall(text)
            status = connection.recv(1)
            return status[0] if status else 255

        """#
}
