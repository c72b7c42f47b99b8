import Foundation
import Platform
import SimKit
import Testing

/// Limits and ends: the init's ten seconds, the CPU's share, signals while functions run, progress on a terminal.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SimLifecycleTests {
    @Test func anInitThatTakesTooLongIsRepeatedWithinTheCall() async throws {
        try await SimTool.withFolder { folder in
            let script = "[ -e \"$TMPDIR/again\" ] || { touch \"$TMPDIR/again\"; sleep 100; }\n"
            let bootstrap = SimRunTests.curlBootstrap.replacing("#!/bin/sh\n", with: "#!/bin/sh\n" + script)
            try SimTool.script(bootstrap, at: folder)
            let result = try await SimTool.sim(["run", folder.path, "-d", "5"])
            #expect(result.text == "got 5")
            #expect(result.log.contains(/INIT_REPORT Init Duration: 1\d{4}\.\d\d ms\tPhase: init\tStatus: timeout\n/))
            #expect(!result.log.contains("\tInit Duration:"))
        }
    }

    @Test func theCPUIsSharedAsTheMemoryAsks() async throws {
        try await SimTool.withFolder { folder in
            let handler = """
                start = time.monotonic()
                while time.monotonic() - start < 1.5: pass
                answer(json.dumps(time.process_time() / (time.monotonic() - start)).encode())
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder)
            let result = try await SimTool.sim([
                "run", folder.path, "--timeout", "60", "--cpu-share", "--memory", "256",
            ])
            // 256 MB are a seventh of a CPU; without the option it is nearly a whole one.
            #expect(try #require(Double(result.text), "\(result.text) \(result.log)") < 0.5)
        }
    }

    @Test func aCallThatIsNearlyDoneIsAnsweredWhenTheServerEnds() async throws {
        try await SimTool.withFolder { folder in
            let handler = """
                open('\(folder.path)/started', 'w').close()
                time.sleep(0.5)
                answer(b'"done"')
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            let answer = try await SimServer.with(["f=\(folder.path)/f"], in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/f/invocations"
                let curl = try SimTool.start(Executables.system("curl"), ["-sS", "-d", "1", url], in: folder)
                try await SimTool.eventually("the function runs") {
                    FileManager.default.fileExists(atPath: folder.appendingPathComponent("started").path)
                }
                server.end(by: SIGTERM)
                return try await curl.result().text
            }
            #expect(answer == #""done""#)
        }
    }

    @Test func whatDoesNotEndIsKilledAndItsCallerIsTold() async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            let options = ["f=\(folder.path)/sleeps", "--timeout", "600"]
            let answer = try await SimServer.with(options, in: folder, endsBy: SIGINT) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/f/invocations"
                let curl = try SimTool.start(Executables.system("curl"), ["-sS", "-d", "1", url], in: folder)
                try await SimTool.eventually("the function runs") { server.running.log.contains("START RequestId") }
                server.end(by: SIGINT)
                try await SimTool.eventually("the server has ended") { !server.running.isRunning }
                return try await curl.result().text
            }
            #expect(answer.contains(#""errorType":"Sandbox.Failure""#))
        }
    }

    @Test func aSecondSignalEndsItAtOnceAndLeavesNothing() async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            let options = ["f=\(folder.path)/sleeps", "--timeout", "600"]
            try await SimServer.with(options, in: folder, endsBy: SIGINT) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/f/invocations"
                let curl = try SimTool.start(Executables.system("curl"), ["-sS", "-d", "1", url], in: folder)
                try await SimTool.eventually("the function runs") { server.running.log.contains("START RequestId") }
                server.end(by: SIGINT)
                // Two signals that arrive together are one: the second must find the first one handled.
                try await SimTool.eventually("the first is handled") {
                    let seen = try await server.curl(["-o", "/dev/null", url])
                    return seen.status == 7 || !server.running.isRunning
                }
                server.running.signal(SIGINT)
                _ = try await curl.result()
            }
        }
    }

    @Test func aTerminalShowsThatALongCallIsAlive() async throws {
        try await SimTool.withFolder { folder in
            let script = try SimTool.script("#!/bin/sh\nsleep 3\ncat\n", at: folder, named: "slow")
            // script(1) gives a terminal; the line must be there, and taken away before the log goes on.
            let command = try "\(Executables.path("shim-sim")) run \(script) --timeout 10 -d 7"
            let terminal = try SimTool.start(Executables.system("script"), ["-qec", command, "/dev/null"], in: folder)
            let text = try await terminal.result().text
            #expect(text.contains(/\r\e\[Krunning for 2\.\d s, times out in \d\.\d s/))
            #expect(text.contains("\r\u{1B}[KEND RequestId") || text.contains("\r\u{1B}[K7"))
        }
    }

    /// On a terminal the log's next line was written behind the answer, and an empty line came at the end.
    @Test func aTerminalShowsEachAnswerOnALineOfItsOwn() async throws {
        try await SimTool.withFolder { folder in
            let sim = try Executables.path("shim-sim")
            func terminal(_ command: String) async throws -> String {
                let arguments = ["-qec", "\(sim) run \(command)", "/dev/null"]
                return try await SimTool.start(Executables.system("script"), arguments, in: folder).result().text
            }
            let text = try await terminal("cat -d 7")
            #expect(text.contains("\r\n7\r\nEND RequestId"), "\(text)")
            #expect(try await terminal("cat -d 7 --quiet") == "7\r\n")
            #expect(try await terminal("echo --quiet -- hi") == "hi\r\n")
        }
    }

    /// The signal was lost: what followed the unpacking was run, and its end was the exit status.
    @Test func aSignalWhileAZipIsUnpackedEndsTheRun() async throws {
        try await SimTool.withFolder { folder in
            let zip = """
                import zipfile
                with zipfile.ZipFile('f.zip', 'w') as z:
                    for i in range(100): z.writestr('f%d' % i, b'x')
                    z.writestr('bootstrap', 'not executable')
                """
            let made = try SimTool.start(Executables.system("python3"), ["-c", zip], in: folder)
            #expect(try await made.result().status == 0)
            // It does its work and does not end, so that the signal comes before its end on a busy machine as well.
            let unzip = try Executables.system("unzip")
            let tools = folder.appendingPathComponent("bin")
            try SimTool.script("#!/bin/sh\n'\(unzip)' \"$@\"\nexec sleep 600\n", at: tools, named: "unzip")
            let environment = ["TMPDIR": folder.path, "PATH": "\(folder.path)/bin:/usr/bin:/bin"]
            let sim = try Executables.path("shim-sim")
            let running = try SimTool.start(sim, ["run", "f.zip"], in: folder, environment: environment)
            func workspaces() throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("shim-sim-") }
            }
            try await SimTool.eventually("it unpacks") {
                try workspaces().contains {
                    FileManager.default.fileExists(atPath: "\(folder.path)/\($0)/code-1/task/f0")
                }
            }
            running.signal(SIGINT)
            #expect(try await running.result().status == 128 + SIGINT)
            #expect(try workspaces() == [])
        }
    }

    /// The signal was seen when unzip had ended: one that takes long, or waits for ever for a pipe, was waited for.
    @Test(arguments: [["run", "cat"], ["serve", "cat", "--port", "0"]], [SIGINT, SIGHUP])
    func aSignalEndsTheUnpackingAtOnceAndLeavesNothing(words: [String], signal: Int32) async throws {
        try await SimTool.withFolder { folder in
            let made = try SimTool.start(Executables.system("mkfifo"), ["layer.zip"], in: folder)
            #expect(try await made.result().status == 0)
            let running = try SimTool.start(
                Executables.path("shim-sim"),
                words + ["--layer", "layer.zip"],
                in: folder,
                environment: ["TMPDIR": folder.path]
            )
            func unzip() -> ProcessID? {
                ProcessTree.children(of: running.pid).first { pid in
                    (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) == "unzip\n"
                }
            }
            try await SimTool.eventually("it unpacks") { unzip() != nil }
            let tool = try #require(unzip())
            running.signal(signal)
            let result = try await running.result(within: 20)
            #expect(result.status == 128 + signal)
            #expect(result.log == "")
            #expect(!FileManager.default.fileExists(atPath: "/proc/\(tool)"))
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!left.contains { $0.hasPrefix("shim-sim-") }, "\(left)")
        }
    }

    /// An extension that ignores SHUTDOWN and SIGTERM has its time, and no more; nothing waits for what it started.
    @Test(arguments: [SIGTERM, SIGINT])
    func anExtensionThatHangsDoesNotKeepTheServer(signal: Int32) async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script(
                """
                #!/usr/bin/env python3
                import json, os, signal, subprocess, time, urllib.request as u
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2020-01-01/extension/'
                child = subprocess.Popen(['sleep', '1000'], start_new_session=True)
                answer = u.urlopen(u.Request(api + 'register', b'{"events":["INVOKE","SHUTDOWN"]}', {'Lambda-Extension-Name': 'hangs'}))
                own = {'Lambda-Extension-Identifier': answer.headers['Lambda-Extension-Identifier']}
                while True:
                    event = json.load(u.urlopen(u.Request(api + 'event/next', headers=own)))
                    print(event['eventType'], child.pid, flush=True)
                    if event['eventType'] == 'SHUTDOWN': time.sleep(1000)
                """,
                at: folder.appendingPathComponent("layer/extensions"),
                named: "hangs"
            )
            let log = try await SimServer.with(["cat", "--layer", "layer"], in: folder, endsBy: signal) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/function/invocations"
                #expect(try await server.curl(["-d", "1", url]).text == "1")
                server.end(by: signal)
                try await SimTool.eventually("the server has ended") { !server.running.isRunning }
                return server.running.log
            }
            let child = try #require(log.firstMatch(of: /SHUTDOWN (\d+)/), "\(log)").1
            #expect(!FileManager.default.fileExists(atPath: "/proc/\(child)"))
        }
    }

    @Test func wrongServeUsageIsSaid() async throws {
        try await SimTool.withFolder { folder in
            let cases: [([String], Int32, String)] = [
                (["serve", "a=cat", "a=cat"], 64, "two functions are called 'a'"),
                (["serve", "a b=cat"], 1, "'a b' is not a name for a function"),
                (["serve", "cat", "--host", "nowhere"], 64, "'nowhere' is not a value for --host"),
                (["serve", "cat", "--retry-delays", "1,2,3"], 64, "'1,2,3' is not a value for --retry-delays"),
                (["serve", "cat", "--on-failure", "function:x"], 64, "failed events of 'function' go to 'x'"),
                (
                    ["serve", "cat", "--on-failure", ""], 64,
                    "failed events of 'function' go to '', which cannot be a file"
                ),
                (
                    ["serve", "cat", "--on-failure", "/no/x"], 64,
                    "failed events of 'function' go to '/no/x', which cannot be"
                ),
                (
                    ["serve", "cat", "--on-failure", "/"], 64,
                    "failed events of 'function' go to '/', which cannot be a file"
                ),
                (
                    ["serve", "a=cat", "b=cat", "--url-port", "9876"], 64,
                    "the URLs of 'a' and 'b' have the same port 9876"
                ),
                (
                    ["serve", folder.path, "--", "x"], 64,
                    "the target '\(folder.path)' has its own bootstrap and takes no"
                ),
                (["serve", "cat", "--layer", "/no"], 1, "cannot use the layer '/no': No such file or directory"),
                (["run", "cat", "--layer", ""], 1, "cannot use the layer '': No such file or directory"),
                (["serve", "cat", "--root", "/"], 64, "--root needs --isolate"),
                (["serve", "--config", "/nonexistent"], 1, "cannot read '/nonexistent': No such file or directory"),
            ]
            for (words, status, message) in cases {
                let result = try await SimTool.sim(words)
                #expect(result.status == status, "\(words)")
                #expect(result.log.hasPrefix("shim-sim: " + message), "\(result.log)")
            }
            for (text, problem) in [
                ("{", "unexpected end at byte 1"), ("{}", "functions is missing"),
                (#"{"functions":{"f":{}}}"#, "functions.f.target is missing"),
                (#"{"functions":{}}"#, "functions is empty"),
                ("[]", "it is not an object with 'functions'"), ("7", "it is not an object with 'functions'"),
                (#"{"functions":{"f":{"target":"/bin/cat"}},"timeout":9}"#, "unknown member 'timeout'"),
                (#"{"fuctions":{}}"#, "unknown member 'fuctions'"),
                (
                    #"{"functions":{"f":{"target":"/bin/cat","urlPort":70000}}}"#, "f: urlPort must be 0 to 65535"
                ),
                (
                    #"{"functions":{"f":{"target":"/bin/cat","memory":256.5}}}"#,
                    "a number is too large, or not whole where it must be"
                ),
                (#"{"functions":{"f":{"target":"/bin/cat","tiemout":1}}}"#, "f: unknown member 'tiemout'"),
                (#"{"functions":{"f":{"target":"/bin/cat","timeout":1e9}}}"#, "f: timeout must be 0.1 to 900"),
                (
                    #"{"functions":{"f":{"target":"/bin/cat","memory":"x"}}}"#,
                    "functions.f.memory has the wrong type or value"
                ),
            ] {
                let file = try SimTool.script(text, at: folder, named: "config.json")
                let result = try await SimTool.sim(["serve", "--port", "0", "--config", file])
                #expect(result.status == 1)
                #expect(result.log == "shim-sim: cannot use the configuration '\(file)': \(problem)\n")
            }
        }
    }
}
