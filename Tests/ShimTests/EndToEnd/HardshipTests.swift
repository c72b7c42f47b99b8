import Foundation
import Glibc
import HTTPWire
import Platform
import ShimRuntime
import Testing

extension EndToEnd {
    /// What surrounds the shim is against it: a log that nobody reads, ignored signals, closed streams, few descriptors.
    @Suite(.timeLimit(.minutes(2))) struct HardshipTests {
        /// A shim that a shell starts after some words of its own.
        private func shim(
            behind preparation: String,
            _ command: [String],
            environment: [String: String] = [:]
        ) throws -> ShimUnderTest {
            try ShimUnderTest(
                ["-c", preparation + "; exec \"$0\" \"$@\"", try Executables.path("shim")] + command,
                environment: environment,
                executable: "/bin/sh"
            )
        }

        // MARK: a log that nobody reads

        /// The end of the run read the program's stderr and wrote it to the full log, which blocked for ever.
        @Test(arguments: ["Text", "JSON"])
        func logThatNobodyReadsDelaysNoDeadline(format: String) throws {
            let folder = try TemporaryFolder()
            let shim = try shim(
                // Open for both, a FIFO has a reader that never reads.
                behind: "mkfifo \(folder.path)/log; exec 2<>\(folder.path)/log",
                ["sh", "-c", "if grep -q flood; then yes >&2; fi; echo brief >&2; exit 1"],
                environment: ["AWS_LAMBDA_LOG_FORMAT": format]
            )
            #expect(try shim.invoke("flood", remaining: .seconds(1)).errorType == "Function.TimedOut")
            // The log is full now: neither the program's last words nor the shim's own may hold up the answer.
            let second = try shim.invoke("{}", remaining: .seconds(1))
            #expect(try second.error().errorMessage == "sh exited with status 1: brief")
        }

        @Test func logThatIsReadLateLosesNothing() throws {
            let folder = try TemporaryFolder()
            let shim = try shim(
                behind: "mkfifo \(folder.path)/log; exec 2<>\(folder.path)/log",
                ["sh", "-c", "seq 1 100000 >&2; echo end >&2"]
            )
            let id = try shim.hand([])
            let reader = try TestProcess("/bin/sh", ["-c", "sed /end/q <\(folder.path)/log"])
            #expect(try shim.take(id).isResponse)
            eventually("the log is read to its end") { reader.outputText.hasSuffix("end\n") }
            #expect(reader.outputText == (1...100_000).map { "\($0)\n" }.joined() + "end\n")
        }

        // MARK: records of the JSON log

        @Test func jsonRecordsAreValidWhateverTheProgramWrites() throws {
            let folder = try TemporaryFolder()
            // 65535 is odd: a cut at 64 KiB would fall into a character.
            let long = "x" + String(repeating: "é", count: 50_000)
            let lines = ["{not json}", "carriage return\r", "{\"own\":1}\r", long]
            try folder.write("errors", Array(lines.joined(separator: "\n").utf8))
            let shim = try ShimUnderTest(
                ["sh", "-c", "cat \(folder.path)/errors >&2"],
                environment: ["AWS_LAMBDA_LOG_FORMAT": "JSON"]
            )
            _ = try shim.invoke("{}")
            struct Record: Decodable { let message: String?, own: Int? }
            let records = try shim.process.errors.split(separator: "\n")
                .map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }
            try #require(records.count == 5)
            #expect(records[0].message == "{not json}")
            #expect(records[1].message == "carriage return")
            #expect(records[2].own == 1)
            #expect((records[3].message ?? "") + (records[4].message ?? "") == long)
        }

        // MARK: what the shim inherits

        /// With SIGCHLD ignored the system throws the exit status away: a failure was a success.
        @Test func ignoredSignalsAreNotInherited() throws {
            let shim = try shim(
                behind: "trap '' CHLD QUIT USR1",
                ["sh", "-c", "grep SigIgn /proc/self/status >&2; exit 3"]
            )
            let error = try shim.invoke("{}").error()
            #expect(error.errorMessage == "sh exited with status 3: SigIgn:\t0000000180000000")
        }

        @Test func closedStandardStreamsAreReplaced() throws {
            let shim = try shim(behind: "exec 0<&- 1>&- 2>&-", ["cat"])
            for _ in 0..<2 { #expect(try shim.invoke("abc").text == "abc") }
        }

        /// Foundation ended the shim by SIGILL.
        @Test(arguments: [10, 12, 16, 31])
        func tooFewDescriptorsAreAnInitError(limit: Int) throws {
            let shim = try shim(behind: "ulimit -n \(limit)", ["cat"])
            let (answer, status) = try shim.initError()
            #expect(status == 1)
            #expect(answer.errorType == "Runtime.ConfigInvalid")
            #expect(
                try answer.error().errorMessage
                    == "the process may open only \(limit) files; hint: raise the limit to 32 or more: 'ulimit -n 32'"
            )
        }

        @Test func fewestDescriptorsAreEnough() throws {
            let shim = try shim(behind: "ulimit -n 32", ["sh", "-c", "cat; setsid sleep 100 & exit 0"])
            for _ in 0..<20 { #expect(try shim.invoke("x").text == "x") }
        }

        /// Each failed start cost two descriptors; with none left, every event failed from then on.
        @Test func startsThatFailEndTheShimBeforeTheDescriptorsDo() throws {
            let folder = try TemporaryFolder()
            let file = try folder.script("main", "cat")
            let shim = try shim(behind: "ulimit -n 40", [file])
            #expect(try shim.invoke("x").text == "x")
            try folder.write("main", Array("neither ELF nor a script".utf8), mode: 0o755)
            var failures = 0
            repeat {
                let message = try shim.invoke("x").error().errorMessage
                #expect(message.contains("Exec format error"), "after \(failures) failures: \(message)")
                failures += 1
            } while try !shim.server.clientLeaves() && failures < 40
            #expect(failures > 1)
            #expect(shim.process.wait() == 1)
            #expect(shim.process.errors.hasSuffix("shim[fatal] \(ShimError.descriptorsSpent(limit: 40))\n"))
        }

        /// `poll` says so of a pipe whose last writer writes and closes while it looks; the last output was lost.
        @Test func hangUpAloneIsNotTheEndOfTheOutput() throws {
            let folder = try TemporaryFolder()
            try folder.write(
                "poll.c",
                """
                #define _GNU_SOURCE
                #include <dlfcn.h>
                #include <poll.h>
                int poll(struct pollfd *entries, nfds_t count, int timeout) {
                    int (*real)(struct pollfd *, nfds_t, int) = dlsym(RTLD_NEXT, "poll");
                    int result = real(entries, count, timeout);
                    for (nfds_t i = 0; i < count; i++)
                        if (entries[i].revents & POLLHUP) entries[i].revents = POLLHUP;
                    return result;
                }
                """
            )
            let compiler = try Executables.system("cc", package: "gcc")
            let library = folder.path + "/poll.so"
            let built = try TestProcess.run(compiler, ["-shared", "-fPIC", "-o", library, folder.path + "/poll.c"])
            #expect(built.status == 0, "\(built.errors)")
            // The shim is stopped until the program has written and ended: it sees the pipe full and hung up.
            let script = """
                kill -STOP $PPID
                (exec <&- >&- 2>&-; until grep -q ') Z' /proc/$$/stat; do :; done; kill -CONT $PPID) &
                printf 'last words' >&2
                printf late
                """
            let shim = try ShimUnderTest(
                ["sh", "-c", script],
                environment: ["LD_PRELOAD": library],
                executable: Executables.dynamic("shim")
            )
            for _ in 0..<3 { #expect(try shim.invoke("{}").text == "late") }
            #expect(shim.process.errors == String(repeating: "last words\n", count: 3))
        }

        /// What the bootstrap script starts before it becomes the shim is no leftover of an invocation.
        @Test func processOfTheBootstrapScriptStays() throws {
            let folder = try TemporaryFolder()
            let shim = try shim(
                behind: "sleep 100 & echo $! >\(folder.path)/pid",
                ["sh", "-c", "setsid sleep 300 & echo $!"]
            )
            for _ in 0..<3 {
                let daemon = try #require(Int32(try shim.invoke("{}").text.dropLast()))
                try shim.settle()
                eventually("the daemon is gone") { kill(daemon, 0) != 0 }
            }
            let companion = try #require(Int32(try folder.read("pid").dropLast()))
            #expect(kill(companion, 0) == 0)
            kill(companion, SIGKILL)
        }

        // MARK: programs that do not want to be ended

        /// A signal to its group did not reach it: the deadline passed, and SIGTERM was of no use.
        @Test func programThatLeftItsGroupIsStopped() throws {
            let shim = try ShimUnderTest([
                "perl", "-e", "setpgrp 0, getpgrp getppid; print STDERR qq(left\n); sleep 60",
            ])
            for _ in 0..<2 {
                let start = ContinuousClock.now
                let message = try shim.invoke([], remaining: .seconds(2)).error().errorMessage
                #expect(start.duration(to: .now) < .seconds(2))
                #expect(message.contains(" ms before the function's deadline and ended after "), "\(message)")
                #expect(message.hasSuffix(" seconds: left"), "\(message)")
            }
            let id = try shim.hand([])
            eventually("the third one runs") { shim.process.errors.split(separator: "\n").count { $0 == "left" } == 3 }
            shim.process.signal(SIGTERM)
            #expect(try shim.take(id).errorType == "Runtime.Shutdown")
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
        }

        /// Until a tracer asks, nobody else is told how a process ended: the shim waited for ever, whatever the deadline.
        @Test(arguments: [false, true])
        func programThatIsTracedWhenItEndsHoldsUpNothing(tracerLeavesTheGroup: Bool) throws {
            let folder = try TemporaryFolder()
            try folder.write(
                "main.c",
                """
                #include <sys/prctl.h>
                #include <sys/ptrace.h>
                #include <unistd.h>
                int main(int count, char **arguments) {
                    int ready[2];
                    char byte;
                    pid_t traced = getpid();
                    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
                    if (pipe(ready) != 0) return 1;
                    if (fork() == 0) {
                        if (count > 1) setsid();
                        for (int i = 0; i < 3; i++) close(i);
                        if (ptrace(PTRACE_SEIZE, traced, 0, 0) != 0 || write(ready[1], "x", 1) != 1) return 1;
                        for (;;) pause();
                    }
                    close(ready[1]);
                    return read(ready[0], &byte, 1) == 1 ? 3 : 2;
                }
                """
            )
            let compiler = try Executables.system("cc", package: "gcc")
            let file = folder.path + "/main"
            #expect(try TestProcess.run(compiler, ["-o", file, file + ".c"]).status == 0)
            let shim = try ShimUnderTest([file] + (tracerLeavesTheGroup ? ["away"] : []))
            for _ in 0..<2 {
                let answer = try shim.invoke([], remaining: .seconds(2))
                #expect(answer.errorType == (tracerLeavesTheGroup ? "Function.TimedOut" : "Function.ExitStatus"))
                if !tracerLeavesTheGroup { #expect(try answer.error().errorMessage == "main exited with status 3") }
                try shim.settle()
                eventually("no child is left") { shim.children().isEmpty }
            }
        }

        // MARK: the end of the shim

        @Test func signalDuringTheGraceOfADeadlineEndsTheShim() throws {
            let folder = try TemporaryFolder()
            let shim = try ShimUnderTest(
                ["sh", "-c", "trap 'echo >\(folder.path)/told' TERM; while :; do sleep 1 & wait; done"],
                environment: ["SHIM_TIMEOUT_MARGIN_MS": "60000"]
            )
            let id = try shim.hand([], remaining: .seconds(4))
            eventually("the program was told to stop") { Files.status(folder.path + "/told") != nil }
            shim.process.signal(SIGTERM)
            _ = try shim.take(id)
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
        }

        /// A server that keeps its reply to itself held the shim up for ever, whatever signal it got.
        @Test(arguments: ["cat", "no-such-program"])
        func shimThatWaitsForAReplyEndsByASignal(program: String) throws {
            let shim = try ShimUnderTest([program])
            if program == "cat" { _ = try shim.hand([]) }
            #expect(try shim.server.request().head.method == "POST")
            shim.process.signal(SIGTERM)
            #expect(shim.process.wait() == 128 + SIGTERM)
        }

        @Test func shimThatIsToldToEndTakesDaemonsAndFoldersAlong() throws {
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: folder.path + "/tmp", withIntermediateDirectories: true)
            let shim = try ShimUnderTest(
                ["sh", "-c", "setsid sh -c 'echo $$ >\(folder.path)/pid; exec sleep 300' & sleep 300"],
                environment: ["SHIM_TMPDIR": "private", "TMPDIR": folder.path + "/tmp"]
            )
            let id = try shim.hand([])
            eventually("the daemon runs") { (try? folder.read("pid").isEmpty) == false }
            #expect(try Files.list(folder.path + "/tmp").count == 1)
            shim.process.signal(SIGTERM)
            #expect(try shim.take(id).errorType == "Runtime.Shutdown")
            #expect(shim.process.wait() == 128 + SIGTERM)
            let daemon = try #require(Int32(try folder.read("pid").dropLast()))
            #expect(kill(daemon, 0) != 0)
            #expect(try Files.list(folder.path + "/tmp") == [])
        }

        /// A daemon that goes on writing kept its private folder from being removed.
        @Test func privateFolderOfADaemonIsRemoved() throws {
            let shim = try ShimUnderTest(
                [
                    "sh", "-c",
                    "setsid sh -c 'while :; do mkdir -p $TMPDIR/$$ && : >$TMPDIR/$$/a; rm -r $TMPDIR/$$; done' 2>&- & echo $TMPDIR",
                ],
                environment: ["SHIM_TMPDIR": "private"]
            )
            for _ in 0..<10 {
                let folder = String(try shim.invoke("{}").text.dropLast())
                try shim.settle()
                #expect(Files.status(folder) == nil)
            }
            #expect(shim.process.errors == "")
        }
    }
}
