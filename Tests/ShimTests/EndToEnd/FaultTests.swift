import Foundation
import Glibc
import HTTPWire
import Platform
import Testing

extension EndToEnd {
    /// What the system or the server does to the shim once in a very long time; each was a defect.
    @Suite(.timeLimit(.minutes(2))) struct FaultTests {
        /// A shim in which a system call fails, by strace's injection: `sendmsg:error=ENOBUFS:when=2`.
        private func shim(injecting fault: String, _ command: [String]) throws -> ShimUnderTest {
            let call = fault.split(separator: ":").first.map(String.init) ?? fault
            return try ShimUnderTest(
                [
                    "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(fault)",
                    try Executables.path("shim"),
                ]
                    + command,
                executable: try Executables.system("strace")
            )
        }

        /// A shim with a library in front of the C library's calls.
        private func shim(
            preloading source: String,
            _ command: [String],
            environment: [String: String] = [:]
        ) throws -> (ShimUnderTest, TemporaryFolder) {
            let folder = try TemporaryFolder()
            try folder.write("preload.c", source)
            let compiler = try Executables.system("cc", package: "gcc")
            let library = folder.path + "/preload.so"
            let built = try TestProcess.run(compiler, ["-shared", "-fPIC", "-o", library, folder.path + "/preload.c"])
            #expect(built.status == 0, "\(built.errors)")
            let shim = try ShimUnderTest(
                command,
                environment: environment.merging(["LD_PRELOAD": library]) { $1 },
                executable: Executables.dynamic("shim")
            )
            return (shim, folder)
        }

        // MARK: the system

        /// Foundation waited for its thread for ever, and nothing was in the log.
        @Test func noThreadIsAnInitError() throws {
            let shim = try shim(injecting: "clone3:error=EAGAIN:when=1", ["cat"])
            let (answer, status) = try shim.initError()
            #expect(status == 1)
            #expect(answer.errorType == "Runtime.Unknown")
            #expect(
                try answer.error().errorMessage
                    == "cannot start a thread: Resource temporarily unavailable (pthread_create, errno 11); hint: "
                    + "Foundation needs one to run programs: raise the limits of processes and memory ('ulimit -u', 'ulimit -v')"
            )
        }

        /// A thread's stack is as large as `ulimit -s` says, unless somebody says otherwise.
        @Test func hugeStackLimitIsNoHindrance() throws {
            let shim = try ShimUnderTest(
                ["-c", "ulimit -Ss 8000000 && ulimit -v 6000000 && exec \"$0\" cat", try Executables.path("shim")],
                executable: "/bin/sh"
            )
            for _ in 0..<2 { #expect(try shim.invoke("x").text == "x") }
        }

        /// What could not be sent was waited for, without a limit.
        @Test func sendThatFindsNoMemoryIsTriedAgain() throws {
            for fault in ["sendmsg:error=ENOBUFS:when=2", "sendmsg:error=ENOMEM:when=1..5"] {
                let shim = try shim(injecting: fault, ["cat"])
                for _ in 0..<3 { #expect(try shim.invoke("x").text == "x") }
                #expect(shim.server.accepted == 1)
            }
        }

        /// Foundation closed descriptor 0 then, and no later event could be handled.
        @Test func noSocketForAProgramIsAnErrorAndTheEnd() throws {
            let shim = try shim(injecting: "socketpair:error=ENFILE:when=2", ["cat"])
            #expect(try shim.invoke("x").text == "x")
            let answer = try shim.invoke("x")
            #expect(answer.errorType == "Runtime.StartFailed")
            #expect(
                try answer.error().errorMessage
                    == "cat could not be started: the system has no descriptor left (socketpair)"
            )
            #expect(shim.process.wait() == 1)
            #expect(
                shim.process.errors.hasSuffix(
                    "shim[fatal] the system has no descriptor left for a program: too many files are open in it\n"
                )
            )
        }

        /// A response that was cut off was a success.
        @Test(arguments: ["process", "worker", "standby"]) func outputThatCannotBeReadIsAFailure(mode: String) throws {
            let (shim, folder) = try shim(
                preloading: """
                    #define _GNU_SOURCE
                    #include <dlfcn.h>
                    #include <errno.h>
                    #include <string.h>
                    #include <unistd.h>
                    ssize_t read(int fd, void *buffer, size_t count) {
                        ssize_t (*real)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
                        ssize_t result = real(fd, buffer, count);
                        if (result < 5 || memcmp(buffer, "break", 5) != 0) return result;
                        errno = EIO;
                        return -1;
                    }
                    """,
                ["sh", "-c", "unset LD_PRELOAD; while read e; do printf \"$e\\n\"; done"],
                environment: ["SHIM_MODE": mode]
            )
            // The library must be there until the shim has started.
            defer { withExtendedLifetime(folder) {} }
            #expect(try shim.invoke("fine\n").text.hasPrefix("fine"))
            let answer = try shim.invoke("break\n")
            #expect(answer.isError && answer.errorType == "Runtime.Unknown", "\(answer.text)")
            #expect(
                try answer.error().errorMessage
                    == "the standard output of sh cannot be read: Input/output error (read, errno 5)"
            )
            #expect(try shim.invoke("fine\n").text.hasPrefix("fine"))
        }

        /// A process that SIGKILL does not end held the answer beyond the deadline.
        @Test(arguments: ["process", "worker", "standby"]) func programThatCannotBeKilledHoldsUpNoAnswer(mode: String)
            throws
        {
            let (shim, folder) = try shim(
                preloading: """
                    #define _GNU_SOURCE
                    #include <dlfcn.h>
                    #include <signal.h>
                    int kill(pid_t pid, int signal) {
                        int (*real)(pid_t, int) = dlsym(RTLD_NEXT, "kill");
                        return signal == SIGKILL ? 0 : real(pid, signal);
                    }
                    """,
                [
                    "sh", "-c",
                    "unset LD_PRELOAD; read e; case $e in stuck) trap '' TERM; while :; do sleep 1; done;; esac; echo $e",
                ],
                environment: ["SHIM_MODE": mode]
            )
            defer { withExtendedLifetime(folder) {} }
            let start = ContinuousClock.now
            #expect(try shim.invoke("stuck\n", remaining: .seconds(4)).errorType == "Function.TimedOut")
            // It was held for as long as the program ran, and this one runs for ever.
            #expect(start.duration(to: .now) < .seconds(12))
            #expect(try shim.invoke("fine\n").text.hasPrefix("fine"), "the next one is answered")
            for child in shim.children() { kill(-child, SIGKILL) }
        }

        // MARK: the server

        /// It might have been taken; the invocation would have been answered twice.
        @Test func answerIsNeverSentTwice() throws {
            let shim = try ShimUnderTest(["cat"])
            #expect(try shim.invoke("x").text == "x")
            _ = try shim.hand(Array("y".utf8))
            #expect(try shim.server.request().head.method == "POST")
            shim.server.close()
            #expect(shim.process.wait() == 1)
            #expect(shim.process.errors.hasPrefix("shim[fatal] cannot reach the Runtime API"))
            #expect(shim.server.accepted == 1)
        }

        @Test func connectionThatWentStaleIsReplacedBeforeTheAnswer() throws {
            let folder = try TemporaryFolder()
            let shim = try ShimUnderTest(["sh", "-c", "while ! test -e \(folder.path)/go; do sleep 0.01; done; cat"])
            let id = try shim.hand(Array("event".utf8))
            shim.server.close()
            try folder.write("go", "")
            #expect(try shim.take(id).text == "event")
            #expect(shim.server.accepted == 2)
        }

        /// The shim was in a call that no signal ended: a second one was needed.
        @Test(arguments: ["half an event", "half a head", "nothing"]) func signalEndsAShimWhoseServerIsStuck(
            at place: String
        ) throws {
            let shim = try ShimUnderTest(["cat"])
            _ = try shim.server.request()
            let head = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: a\r\nContent-Length: 100\r\n\r\n"
            switch place {
            case "half an event": try shim.server.send(Array((head + "half").utf8))
            case "half a head": try shim.server.send(Array(head.utf8.prefix(40)))
            default: break
            }
            _ = Glibc.poll(nil, 0, 100)
            shim.process.signal(SIGTERM)
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
        }

        @Test(arguments: ["raw", "stream"]) func signalEndsAShimWhoseAnswerNobodyReads(form: String) throws {
            let shim = try ShimUnderTest(
                ["sh", "-c", "head -c 6000000 /dev/zero"],
                environment: ["SHIM_STDOUT": form]
            )
            _ = try shim.hand([])
            eventually("the answer is on its way") {
                // The program has ended, or waits because the stream is blocked.
                shim.children().isEmpty || form == "stream"
            }
            _ = Glibc.poll(nil, 0, 300)
            shim.process.signal(SIGTERM)
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
        }

        // MARK: the log

        /// Without a deadline, a log that nobody read held up the answer for ever.
        @Test func logThatNobodyReadsDelaysNoAnswerWithoutADeadline() throws {
            let folder = try TemporaryFolder()
            let shim = try ShimUnderTest(
                [
                    "-c", "mkfifo \(folder.path)/log; exec 2<>\(folder.path)/log; exec \"$0\" \"$@\"",
                    try Executables.path("shim"), "sh", "-c", "head -c 100000 /dev/zero >&2 & sleep 0.2; cat; exit 3",
                ],
                executable: "/bin/sh"
            )
            for _ in 0..<3 {
                let start = ContinuousClock.now
                let answer = try shim.invoke(Array("x".utf8), fields: ["Lambda-Runtime-Deadline-Ms": "1"])
                #expect(answer.errorType == "Function.ExitStatus")
                #expect(start.duration(to: .now) < .seconds(20))
            }
        }

        // MARK: what has always been good

        @Test func closedDescriptorsAndAFullDiskAreNoHindrance() throws {
            let shim = try ShimUnderTest(
                [
                    "-c", "exec 0<&- 1>&- 2>/dev/full; exec \"$0\" sh -c 'echo words >&2; cat'",
                    try Executables.path("shim"),
                ],
                executable: "/bin/sh"
            )
            for _ in 0..<3 { #expect(try shim.invoke("abc").text == "abc") }
        }

        /// An old kernel has no pidfd; a sandbox may forbid prctl and the change of a scheduling policy.
        @Test(arguments: [
            "pidfd_open:error=ENOSYS", "prctl:error=EPERM", "sched_setscheduler:error=EPERM", "membarrier:error=ENOSYS",
        ])
        func callsThatAreMissingAreDoneWithout(fault: String) throws {
            let shim = try shim(injecting: fault, ["sh", "-c", "cat; exit $(wc -c </dev/null)"])
            for _ in 0..<3 { #expect(try shim.invoke("abc").text == "abc") }
        }
    }
}
