import Foundation
import HTTPWire
import Testing

extension EndToEnd {
    /// `SHIM_EVENT=http`: programs of the web before there was Lambda, behind the simulator's function URL.
    @Suite(.timeLimit(.minutes(3))) struct CGIProgramTests {
        private static let settings = ["--env", "SHIM_EVENT=http", "--timeout", "30"]

        private func serve<R>(
            _ program: String,
            _ options: [String] = [],
            _ body: (String, SimServer) async throws -> R
        ) async throws -> R {
            try await SimTool.withFolder { folder in
                let file = try SimTool.script(program, at: folder, named: "program")
                return try await SimServer.with(["f=\(file)", "--url-port", "0"] + Self.settings + options, in: folder)
                { server in
                    try await body("http://127.0.0.1:\(try server.urlPort(of: "f"))", server)
                }
            }
        }

        /// The real thing: clone, push and fetch by a real client.
        @Test func gitHTTPBackend() async throws {
            let backend = "/usr/lib/git-core/git-http-backend"
            guard FileManager.default.isExecutableFile(atPath: backend) else {
                throw Executables.Missing("'\(backend)': apt-get install git")
            }
            try await SimTool.withFolder { repositories in
                let script = """
                    #!/bin/sh
                    export GIT_PROJECT_ROOT=\(repositories.path) GIT_HTTP_EXPORT_ALL=1 REMOTE_USER=somebody
                    exec \(backend)
                    """
                let program = """
                    #!/bin/sh
                    set -e
                    export HOME=\(repositories.path) GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1
                    git config --global user.email a@example.com
                    git config --global user.name a
                    git init -q --bare \(repositories.path)/r.git
                    cd \(repositories.path)
                    git clone -q $1/r.git one 2>/dev/null
                    cd one
                    seq 1 20000 >numbers
                    head -c 1000000 /dev/urandom >noise
                    git add . && git commit -qm first && git push -q origin HEAD:main
                    cd ..
                    git clone -q -b main $1/r.git two
                    cmp one/noise two/noise && cmp one/numbers two/numbers
                    cd one && echo more >>numbers && git commit -qam second && git push -q origin HEAD:main
                    cd ../two && git fetch -q && git log --format=%s origin/main
                    """
                try await serve(script) { url, server in
                    let client = try SimTool.script(program, at: repositories, named: "client")
                    let result = try await SimTool.start(client, [url], in: repositories).result(within: 120)
                    #expect(result.status == 0, "\(result.log)\n\(server.running.log.suffix(3000))")
                    #expect(result.text == "second\nfirst\n", "\(result.log)")
                }
            }
        }

        @Test func shellScript() async throws {
            let script = """
                #!/bin/sh
                printf 'Status: 418 Teapot\\r\\nContent-Type: text/plain\\r\\nSet-Cookie: a=1\\r\\nSet-Cookie: b=2\\r\\n\\r\\n'
                echo "$REQUEST_METHOD $PATH_INFO $QUERY_STRING $HTTP_X_A"
                cat
                """
            try await serve(script) { url, server in
                let result = try await server.curl([
                    "-i", "-H", "X-A: é", "-H", "Proxy: evil", "--data-binary", "a body", "\(url)/a%20b?c=d",
                ])
                #expect(result.text.hasPrefix("HTTP/1.1 418"))
                for line in ["content-type: text/plain", "set-cookie: a=1", "set-cookie: b=2"] {
                    #expect(result.text.lowercased().contains(line), "\(result.text)")
                }
                #expect(result.text.hasSuffix("\r\n\r\nPOST /a b c=d é\na body"), "\(result.text)")
            }
        }

        @Test func streamsGoOutAsTheyCome() async throws {
            let script = """
                #!/bin/sh
                printf 'Content-Type: text/plain\\n\\n'
                head -c 8000000 /dev/zero | tr '\\0' x
                """
            try await serve(script, ["--env", "SHIM_STDOUT=stream-http", "--url-stream"]) { url, server in
                let result = try await server.curl([
                    "-o", "/dev/null", "-w", "%{http_code} %{size_download} %{content_type}", url,
                ])
                #expect(result.text == "200 8000000 text/plain", "\(result.text) \(server.running.log)")
            }
        }

        @Test func perlAndPHP() async throws {
            let perl = """
                #!/usr/bin/perl
                use CGI;
                my $q = CGI->new;
                print $q->header(-type => 'text/plain', -cookie => $q->cookie(-name => 'n', -value => 'v'));
                print join ',', map { "$_=" . $q->param($_) } sort $q->param;
                """
            try await serve(perl) { url, server in
                let answer = try await server.curl(["-d", "b=2&a=1", url])
                #expect(answer.text == "a=1,b=2")
            }
            let binary = try Executables.system("php-cgi")
            let php = """
                #!/bin/sh
                export REDIRECT_STATUS=200 SCRIPT_FILENAME="$LAMBDA_TASK_ROOT/page.php"
                exec \(binary) -d cgi.force_redirect=0
                """
            try await SimTool.withFolder { folder in
                try SimTool.script(php, at: folder, named: "program")
                try Data(
                    "<?php http_response_code(202); header('X-B: y'); echo $_POST['a'], $_SERVER['REQUEST_METHOD'];"
                        .utf8
                )
                .write(to: folder.appendingPathComponent("page.php"))
                try await SimServer.with(["f=\(folder.path)/program", "--url-port", "0"] + Self.settings, in: folder) {
                    server in
                    let url = "http://127.0.0.1:\(try server.urlPort(of: "f"))/"
                    let text = try await server.curl(["-i", "-d", "a=1", url]).text
                    #expect(text.hasPrefix("HTTP/1.1 202") && text.hasSuffix("1POST"), "\(text) \(server.running.log)")
                }
            }
        }

        // MARK: what is wrong

        private static let request = """
            {"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}
            """

        @Test(arguments: [
            ("echo hello", "a header line is not 'Name: value', at 'hello'"),
            ("true", "it wrote nothing"),
            ("echo Content-Type: text/plain", "no empty line ends its header block, at 'Content-Type: text/plain'"),
            ("yes 'X: y'", "its header block does not end within 65536 bytes, at 'X: y X: y"),
        ])
        func brokenHeaderBlockIsQuoted(script: String, why: String) throws {
            let lines = script == "echo hello" ? "echo hello; echo" : script
            let shim = try ShimUnderTest(["sh", "-c", lines], environment: ["SHIM_EVENT": "http"])
            let answer = try shim.invoke(Self.request)
            #expect(answer.errorType == "Function.UnexpectedOutput")
            #expect(
                try answer.error().errorMessage.hasPrefix("sh did not answer as a CGI program does: \(why)"),
                "\(answer.text)"
            )
        }

        @Test func otherEventsAreRefusedOrPassedOn() throws {
            let http = try ShimUnderTest(["cat"], environment: ["SHIM_EVENT": "http"])
            #expect(try http.invoke("{\"a\":1}").errorType == "Runtime.EventRefused")
            let auto = try ShimUnderTest(
                ["sh", "-c", "[ $REQUEST_METHOD ] && printf 'Content-Type: x\\n\\n'; cat"],
                environment: ["SHIM_EVENT": "auto"]
            )
            #expect(try auto.invoke("{\"a\":1}").text == "{\"a\":1}")
            let response = try auto.invoke(Self.request)
            #expect(
                response.text == #"{"body":"","headers":{"Content-Type":"x"},"isBase64Encoded":true,"statusCode":200}"#
            )
            #expect(try auto.invoke("{\"a\":1}").text == "{\"a\":1}", "no variable of the request is left")
        }

        @Test func failingProgramIsAFailure() throws {
            let shim = try ShimUnderTest(
                ["sh", "-c", "printf 'Content-Type: x\\n\\nbody'; exit 3"],
                environment: ["SHIM_EVENT": "http"]
            )
            #expect(try shim.invoke(Self.request).errorType == "Function.ExitStatus")
        }
    }
}
