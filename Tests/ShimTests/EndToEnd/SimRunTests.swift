import Foundation
import Testing

@testable import SimKit

/// `shim-sim run` with real programs, bootstraps and signals.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimRunTests {
    /// A runtime in sh and curl, as people write it.
    static let curlBootstrap = """
        #!/bin/sh
        API=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
        while true; do
          ALL=$(curl -sS -i $API/next | tr -d '\\r') || exit 1
          ID=$(printf '%s\\n' "$ALL" | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
          test -n "$ID" || exit 1
          EVENT=$(printf '%s\\n' "$ALL" | sed '1,/^$/d')
          echo "event for $ID"
          curl -sS -d "got $EVENT" $API/$ID/response > /dev/null
        done
        """

    @Test func withoutArgumentsTheSampleIsEchoed() async throws {
        let result = try await SimTool.sim([])
        #expect(result.status == 0)
        #expect(result.text == #"{"message":"Hello from shim-sim","numbers":[1,2,3]}"#)
        #expect(result.log.contains("INIT_START"))
    }

    @Test func argumentsBehindTheDashesAreTheProgramsOwn() async throws {
        let result = try await SimTool.sim(["run", "/usr/bin/wc", "-d", #"{"a":1}"#, "--", "-c"])
        #expect(result.status == 0)
        #expect(result.text == "7\n")
    }

    /// A layer was copied to a path that meant something else where the copy ran.
    @Test func theTemporaryFolderMayBeRelative() async throws {
        try await SimTool.withFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("t"),
                withIntermediateDirectories: true
            )
            try SimTool.script("text", at: folder.appendingPathComponent("layer"), named: "file")
            try SimTool.script("#!/bin/sh\ncd /; cat /dev/null > \"$TMPDIR/x\" && echo made\n", at: folder, named: "f")
            let words = ["run", "./f", "--layer", "layer"]
            let sim = try Executables.path("shim-sim")
            let running = try SimTool.start(sim, words, in: folder, environment: ["TMPDIR": "t"])
            let result = try await running.result()
            #expect(result.text == "made\n", "\(result.log)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/t") == [])
        }
    }

    /// A single call took the mode's variable away and ran as if it had not been set.
    @Test func aManagedInstanceCanBeCalledOnce() async throws {
        let words = ["run", "cat", "--repeat", "2", "-d", "1", "--env", "AWS_LAMBDA_MAX_CONCURRENCY=2"]
        let result = try await SimTool.sim(words)
        #expect(result.text == "1\n1")
        #expect(result.log.split(separator: "\n").allSatisfy { $0.hasPrefix("{") }, "\(result.log)")
    }

    @Test func aProgramIsFoundInThePath() async throws {
        let result = try await SimTool.sim(["run", "wc", "-d", "[]", "--quiet", "--", "-c"])
        #expect(result.text == "2\n")
        #expect(result.log == "")
    }

    @Test func theLogHasLambdasLinesWithRealFigures() async throws {
        let result = try await SimTool.sim(["run", "cat", "--repeat", "2", "--memory", "256", "-d", "1"])
        #expect(result.text == "1\n1")
        let lines = result.log.split(separator: "\n").map(String.init)
        #expect(lines.count == 7)
        let id = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(lines.filter { $0.contains(id) }.count == 6)
        let figures =
            #"Duration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: [1-9]\d* MB\t"#
        let cold = try Regex("REPORT RequestId: \\S+\t" + figures + #"Init Duration: \d+\.\d\d ms\t"#)
        #expect(lines[3].wholeMatch(of: cold) != nil)
        #expect(lines[6].contains("Billed Duration") && !lines[6].contains("Init Duration"))
    }

    @Test func aJSONLogHasOneObjectPerLine() async throws {
        let result = try await SimTool.sim(["run", "cat", "--log-format", "json"])
        let types = try result.log.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["type"] as? String
        }
        #expect(types.contains("platform.initStart"))
        #expect(types.contains("platform.start"))
        #expect(types.contains("platform.report"))
    }

    @Test func anotherRuntimesBootstrapRunsFromFolderAndZip() async throws {
        try await SimTool.withFolder { folder in
            let package = folder.appendingPathComponent("package")
            try SimTool.script(Self.curlBootstrap, at: package)
            let zip = try await SimTool.start(Executables.system("zip"), ["-qr", "../p.zip", "."], in: package).result()
            #expect(zip.status == 0)
            for target in [package.path, folder.appendingPathComponent("p.zip").path] {
                let result = try await SimTool.sim(["run", target, "-e", "-"], input: Data(#"{"a":[]}"#.utf8))
                #expect(result.status == 0)
                #expect(result.text == #"got {"a":[]}"#)
                #expect(result.log.contains("\nevent for "))
            }
        }
    }

    @Test(arguments: [
        ("exit 3", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("exit 0", "Runtime.ExitError", "Runtime exited without providing a reason"),
        ("kill -SEGV $$", "Runtime.ExitError", "Runtime exited with error: signal: segmentation fault"),
        ("kill -9 $$", "Runtime.ExitError", "Runtime exited with error: signal: killed"),
        ("sleep 100", "Sandbox.Timedout", "Task timed out after 0.50 seconds"),
    ])
    func whatEndsTheRuntimeIsTheAnswerAndTheNextOneStartsAgain(end: String, type: String, message: String) async throws
    {
        try await SimTool.withFolder { folder in
            let next = "curl -sS http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next > /dev/null"
            try SimTool.script("#!/bin/sh\n\(next)\n\(end)\n", at: folder)
            let result = try await SimTool.sim(["run", folder.path, "--repeat", "2", "--timeout", "0.5"])
            #expect(result.status == 1)
            let id = /[0-9a-f-]{36}/
            let expected = #"{"errorType":"\#(type)","errorMessage":"RequestId: ID Error: \#(message)"}"#
            let answers = result.text.split(separator: "\n").map { String($0.replacing(id, with: "ID")) }
            #expect(answers == Array(repeating: expected, count: 2))
        }
    }

    @Test func anInitThatFailsIsRepeatedWithinTheInvocation() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script("#!/bin/sh\necho init\nexit 7\n", at: folder)
            let result = try await SimTool.sim(["run", folder.path])
            #expect(result.status == 1)
            #expect(result.text.contains("exit status 7"))
            #expect(result.log.split(separator: "\n").filter { $0 == "init" }.count == 2)
            #expect(result.log.contains("Phase: init\tStatus: error\tError Type: Runtime.ExitError"))
            #expect(result.log.contains("Phase: invoke\tStatus: error\tError Type: Runtime.ExitError"))
        }
    }

    @Test func anInitErrorIsTheAnswer() async throws {
        try await SimTool.withFolder { folder in
            let post = """
                #!/bin/sh
                curl -sS -o /dev/null -H 'Lambda-Runtime-Function-Error-Type: Runtime.NoSuchHandler' \
                  -d '{"errorMessage":"none","errorType":"X"}' \
                  http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error
                exit 1
                """
            try SimTool.script(post, at: folder)
            let result = try await SimTool.sim(["run", folder.path])
            #expect(result.status == 1)
            #expect(result.text == #"{"errorMessage":"none","errorType":"X"}"#)
            #expect(result.log.contains("Status: error\tError Type: Runtime.NoSuchHandler"))
        }
    }

    @Test func tooMuchMemoryEndsTheEnvironment() async throws {
        try await SimTool.withFolder { folder in
            let eater = """
                #!/usr/bin/env python3
                import os, time, urllib.request
                urllib.request.urlopen('http://%s/2018-06-01/runtime/invocation/next' % os.environ['AWS_LAMBDA_RUNTIME_API'])
                kept = []
                while True:
                    kept.append(os.urandom(10 << 20))
                    time.sleep(0.01)
                """
            try SimTool.script(eater, at: folder)
            let result = try await SimTool.sim(["run", folder.path, "--timeout", "60"])
            #expect(result.status == 1)
            #expect(result.text.hasPrefix(#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: "#))
            #expect(result.log.contains(/REPORT .*\tStatus: error\tError Type: Runtime.OutOfMemory/))
            #expect(result.text.hasSuffix(#" Error: Runtime exited with error: signal: killed"}"#))
            #expect(result.log.contains("Max Memory Used: 128 MB"))
        }
    }

    @Test func theEnvironmentIsLambdasAndNotTheUsers() async throws {
        let result = try await SimTool.sim(
            ["run", "env", "--env", "COLOR=blue", "--handler", "a.b", "--memory", "512"],
            environment: ["SECRET_OF_THE_USER": "1", "AWS_REGION": "eu-west-1"]
        )
        let lines = Set(result.text.split(separator: "\n").map(String.init))
        for line in [
            "COLOR=blue", "_HANDLER=a.b", "AWS_REGION=eu-west-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512", "TZ=:UTC",
            "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand", "LANG=en_US.UTF-8",
        ] {
            #expect(lines.contains(line))
        }
        #expect(!result.text.contains("SECRET_OF_THE_USER"))
    }

    /// SIGQUIT, Ctrl-\ on a terminal, left the folder and the processes.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func aSignalLeavesNothingBehind(signal: Int32) async throws {
        try await SimTool.withFolder { folder in
            // One grandchild leaves the group, its parent ends: only the simulator can find it.
            let script = """
                #!/bin/sh
                curl -sS -o /dev/null http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next
                setsid sh -c 'sleep 4711 & echo $! > "$MARK/escaped"' &
                echo $$ > "$MARK/started"; sleep 4712
                """
            let bootstrap = folder.appendingPathComponent("f")
            try SimTool.script(script, at: bootstrap)
            let running = try SimTool.start(
                Executables.path("shim-sim"),
                ["run", bootstrap.path, "--timeout", "100", "--env", "MARK=\(folder.path)"],
                in: folder,
                environment: ["TMPDIR": folder.path]
            )
            func pid(_ name: String) -> Int32? {
                (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)).flatMap {
                    Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
                }
            }
            try await SimTool.eventually("the function runs") { pid("started") != nil && pid("escaped") != nil }
            let started = try #require(pid("started"))
            let escaped = try #require(pid("escaped"))
            running.signal(signal)
            let result = try await running.result()
            #expect(result.status == 128 + signal)
            #expect(kill(started, 0) == -1 && errno == ESRCH)
            #expect(kill(escaped, 0) == -1 && errno == ESRCH)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.filter { $0.hasPrefix("shim-sim-") } == [])
        }
    }

    @Test(arguments: [
        (["run"], "shim-sim: the TARGET is missing\nhint: see 'shim-sim run --help'\n"),
        (["rum"], "shim-sim: unknown command 'rum'\nhint: did you mean 'run'?\n"),
        (
            ["run", "cat", "--tiemout", "3"],
            "shim-sim: unknown option '--tiemout'\nhint: did you mean '--timeout'?\n"
        ),
        (["run", "wc", "-c"], "shim-sim: unknown option '-c'\nhint: arguments of the program come after '--'\n"),
        (["invoke"], "shim-sim: unknown command 'invoke'\nhint: did you mean 'run'?\n"),
        (["help", "rum"], "shim-sim: unknown command 'rum'\nhint: did you mean 'run'?\n"),
        (["/bin/cat"], "shim-sim: a command is missing before '/bin/cat'\nhint: shim-sim run /bin/cat\n"),
        (
            ["run", "cat", "--timeout", "soon"],
            "shim-sim: 'soon' is not a value for --timeout\nhint: a number from 0.1 to 900\n"
        ),
        (
            ["run", "cat", "--env", "AWS_REGION=x"],
            "shim-sim: cannot set 'AWS_REGION': Lambda reserves these environment variables\n"
        ),
    ])
    func wrongUsageIsStatus64(words: [String], message: String) async throws {
        let result = try await SimTool.sim(words)
        #expect(result.status == 64)
        #expect(result.text == "")
        #expect(result.log == message)
    }

    @Test func targetsThatCannotRunAreSaidInWords() async throws {
        try await SimTool.withFolder { folder in
            let plain = folder.appendingPathComponent("plain.txt")
            try Data("x".utf8).write(to: plain)
            let expected = [
                folder.appendingPathComponent("none").path: "No such file or directory",
                plain.path: "it is neither executable nor a zip file",
                folder.path: "it has no file 'bootstrap'",
            ]
            for (target, words) in expected {
                let result = try await SimTool.sim(["run", target])
                #expect(result.status == 1)
                #expect(result.log.hasPrefix("shim-sim: cannot use the target '\(target)': \(words)\n"))
                #expect(result.text == "")
            }
        }
    }

    /// Entries that point out of the folder, by their name or through a link, write nothing there.
    @Test func aHostileOrCutZipHarmsNothing() async throws {
        try await SimTool.withFolder { folder in
            let script = """
                import zipfile
                def make(name, entries):
                    with zipfile.ZipFile(name, 'w') as z:
                        for path, mode, text in entries:
                            entry = zipfile.ZipInfo(path)
                            entry.create_system, entry.external_attr = 3, mode << 16
                            z.writestr(entry, text)
                bootstrap = ('bootstrap', 0o100755, '#!/bin/sh\\nexit 3\\n')
                up = '../' * 20 + '\(folder.path.dropFirst())'
                make('up.zip', [(up + '/by-name', 0o100644, 'x'), bootstrap])
                make('absolute.zip', [('\(folder.path)/absolute', 0o100644, 'x'), bootstrap])
                make('link.zip', [('link', 0o120777, '\(folder.path)'), ('link/by-link', 0o100644, 'x'), bootstrap])
                open('cut.zip', 'wb').write(open('up.zip', 'rb').read()[:100])
                """
            let made = try await SimTool.start(Executables.system("python3"), ["-c", script], in: folder).result()
            #expect(made.status == 0, "\(made.log)")
            for name in ["up", "absolute", "link"] {
                let zip = folder.appendingPathComponent(name + ".zip").path
                #expect(try await SimTool.sim(["run", zip]).status == 1)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.filter { !$0.hasPrefix(".") }.sorted() == ["absolute.zip", "cut.zip", "link.zip", "up.zip"])
            let cut = folder.appendingPathComponent("cut.zip").path
            let result = try await SimTool.sim(["run", cut])
            #expect(result.log == "shim-sim: cannot unpack '\(cut)': it is not a complete zip file\n")
        }
    }

    /// `shim-sim event | head -1` complained of a broken pipe.
    @Test func whoeverReadsMayStop() async throws {
        try await SimTool.withFolder { folder in
            let sim = try Executables.path("shim-sim")
            let command = "set -o pipefail; (\(sim) event; echo $? > status) | true"
            // `true` may end after all has been written; a pipe without a reader is sure to be one.
            let closed = "exec 3<> fifo; exec 4> fifo; exec 3>&-; \(sim) event >&4; echo $? > status"
            let made = try await SimTool.start(Executables.system("mkfifo"), ["fifo"], in: folder).result()
            #expect(made.status == 0)
            for words in [command, closed] {
                let result = try await SimTool.start(Executables.system("bash"), ["-c", words], in: folder).result()
                #expect(result.log == "")
                let status = try String(contentsOf: folder.appendingPathComponent("status"), encoding: .utf8)
                #expect(status == "0\n")
            }
        }
    }

    @Test func anEventThatIsNoJSONIsRefused() async throws {
        let result = try await SimTool.sim(["run", "cat", "-d", "{"])
        #expect(result.status == 1)
        #expect(result.log.hasPrefix("shim-sim: the event is not JSON: unexpected end at byte 1\n"))
    }
}
