import Foundation
import Testing

/// `--isolate`, by each of the programs that can do it.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SimIsolationTests {
    /// Runs `shim-sim` where the programs named are no longer executable.
    private func sim(without hidden: [String], _ arguments: [String], in folder: URL) async throws -> TestProcess.Result
    {
        let hide = hidden.map { "mount --bind /dev/null \"$(command -v \($0))\" && " }.joined()
        // Found before it is hidden.
        let words = ["--user", "--map-root-user", "--mount", "--", "sh", "-c", hide + "exec \"$@\"", "sh"]
        let sim = try Executables.path("shim-sim")
        return try await SimTool.start(Executables.system("unshare"), words + [sim] + arguments, in: folder).result()
    }

    /// `unshare` alone must give the same view as `bwrap`, with either root; a debug build of `shim` is not static, so the
    /// function has a bootstrap of its own.
    @Test(arguments: [[], ["bwrap"]], [["--root", "host"], ["--root", "/"]])
    func functionsSeeLambdasFolders(hidden: [String], more: [String]) async throws {
        try await SimTool.withFolder { folder in
            let handler = """
                def can(path):
                    try: open(path, 'w').close(); return True
                    except OSError: return False
                answer(json.dumps([os.getuid(), os.getgid(), os.getcwd(), os.environ['LAMBDA_TASK_ROOT'], sorted(os.listdir('/opt')),
                    can('/tmp/x'), can('/dev/null'), [p for p in ('/var/task/x', '/opt/x', '/etc/x', '/x', '/var/x', '/usr/x', '/dev/x',
                    '/var/runtime/x') if can(p)], os.getpid() > 1, os.environ['PATH'].startswith('/var/lang/bin:')]).encode())
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("a f"))
            try SimTool.script("x", at: folder.appendingPathComponent("layer"), named: "text")
            let arguments = ["run", folder.path + "/a f", "--isolate", "--layer", "layer", "--timeout", "20"] + more
            let result = try await sim(without: hidden, arguments, in: folder)
            #expect(
                result.text == #"[993, 990, "/var/task", "/var/task", ["text"], true, true, [], true, true]"#,
                "\(result.log)"
            )
        }
    }

    /// Both programs make 139 of SIGSEGV, which is not what the runtime's end was.
    @Test(arguments: [[], ["bwrap"]])
    func aSignalStaysASignal(hidden: [String]) async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            let crash = try await sim(without: hidden, ["run", "segfaults", "--isolate", "--root", "host"], in: folder)
            #expect(crash.text.contains("Runtime exited with error: signal: segmentation fault"), "\(crash.log)")
            #expect(!crash.log.contains("Segmentation fault"), "a shell's words are no log of the function")
            let exit = try await sim(without: hidden, ["run", "exits", "--isolate", "--root", "host"], in: folder)
            #expect(exit.text.contains("Runtime exited with error: exit status 3"), "\(exit.log)")
        }
    }

    /// The program that isolates had started, and ended: its end was reported as the runtime's.
    ///
    /// Both of them hand a file that is no program to a shell, so that a script without `#!` ran here and nowhere else.
    @Test(arguments: [[], ["bwrap"]])
    func aBootstrapThatCannotStartIsReportedAsWithoutIsolation(hidden: [String]) async throws {
        try await SimTool.withFolder { folder in
            let foreign: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9) + [2, 0, 99, 0]
            let files: [(name: String, mode: Int, bytes: [UInt8], words: String)] = [
                ("interpreter", 0o755, Array("#!/no/such/interpreter\n".utf8), "no such file or directory"),
                ("mode", 0o644, Array("#!/bin/sh\n".utf8), "permission denied"),
                ("shebang", 0o755, Array("echo from a shell; exit 3\n".utf8), "exec format error"),
                ("machine", 0o755, foreign, "exec format error"),
                ("empty", 0o755, [], "exec format error"),
            ]
            for (name, mode, bytes, words) in files {
                let package = folder.appendingPathComponent(name)
                try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
                let file = package.appendingPathComponent("bootstrap")
                try Data(bytes).write(to: file)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
                for options in [[], ["--isolate"]] {
                    let result = try await sim(without: hidden, ["run", name] + options, in: folder)
                    #expect(result.text.contains(#""errorType":"Runtime.InvalidEntrypoint""#), "\(name) \(result.text)")
                    #expect(result.text.contains("Error: fork/exec /var/task/bootstrap: \(words)\""), "\(result.text)")
                    #expect(!result.log.contains("from a shell"), "\(result.log)")
                }
            }
        }
    }

    @Test(arguments: [[], ["bwrap"]])
    func whatTimesOutIsGoneWithEverythingInItsNamespace(hidden: [String]) async throws {
        try await SimTool.withFolder { folder in
            let mark = "7\(Int.random(in: 100_000...999_999))"
            let bootstrap = SimRunTests.curlBootstrap.replacing(
                "#!/bin/sh\n",
                with: "#!/bin/sh\nsetsid sleep \(mark) &\ncurl -sS -o /dev/null http://$AWS_LAMBDA_RUNTIME_API/"
                    + "2018-06-01/runtime/invocation/next\nsleep \(mark)\n"
            )
            try SimTool.script(bootstrap, at: folder)
            let result = try await sim(
                without: hidden,
                ["run", folder.path, "--isolate", "--timeout", "1", "-d", "1"],
                in: folder
            )
            #expect(result.text.contains("Task timed out after 1.00 seconds"), "\(result.log)")
            let left = try await SimTool.start(Executables.system("pgrep"), ["-fx", "sleep \(mark)"], in: folder)
                .result()
            #expect(left.text == "")
        }
    }

    @Test func whereNothingCanDoItThatIsSaid() async throws {
        try await SimTool.withFolder { folder in
            let none = try await sim(without: ["bwrap", "unshare"], ["run", "cat", "--isolate"], in: folder)
            #expect(none.status == 1)
            #expect(
                none.log.hasPrefix(
                    "shim-sim: cannot isolate the function: bwrap: not installed; unshare: not installed"
                )
            )
            let root = try await SimTool.sim(["run", "cat", "--isolate", "--root", "/nonexistent"])
            #expect(root.log.hasPrefix("shim-sim: cannot use the root '/nonexistent': it is not a folder\nhint: "))
            let tried = try await sim(
                without: ["bwrap", "unshare"],
                ["run", "/bin/cat", "--isolate-if-possible", "-d", "1"],
                in: folder
            )
            #expect(tried.text == "1")
            #expect(
                tried.log.hasPrefix(
                    "shim-sim: not isolated, so what this machine has and Lambda lacks does not show: bwrap: not installed"
                )
            )
        }
    }
}
