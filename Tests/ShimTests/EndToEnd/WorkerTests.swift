import Foundation
import Glibc
import HTTPWire
import Platform
import Testing

extension EndToEnd {
    /// `SHIM_MODE=worker`: a program that stays, and everything it can do wrong.
    @Suite(.timeLimit(.minutes(2))) struct WorkerTests {
        private func worker(
            _ command: [String],
            _ settings: [String: String] = [:],
            executable: String? = nil
        ) throws -> ShimUnderTest {
            try ShimUnderTest(
                command,
                environment: settings.merging(["SHIM_MODE": "worker"]) { $1 },
                executable: executable
            )
        }

        /// A loop in Perl around the body, which has the event in `$_` and prints.
        private func perl(_ body: String, before: String = "", _ settings: [String: String] = [:]) throws
            -> ShimUnderTest
        {
            try worker(["perl", "-e", "$|=1; \(before) while (<STDIN>) { chomp; \(body) }"], settings)
        }

        // MARK: what it is for

        @Test func oneProcessAnswersEventAfterEvent() throws {
            let shim = try perl("$n++; print qq([$$,$n,$_]\\n)")
            var pids: Set<Int> = []
            for number in 1...20 {
                let text = try shim.invoke("{\"a\":\(number)}").text
                let parts = text.dropFirst().split(separator: ",")
                pids.insert(try #require(parts.first.flatMap { Int($0) }))
                #expect(text.hasSuffix(",\(number),{\"a\":\(number)}]"))
            }
            #expect(pids.count == 1)
            #expect(shim.server.accepted == 1)
            #expect(shim.process.errors == "")
        }

        @Test(arguments: [
            (["jq", "-c", "--unbuffered", ".a"], "{\"a\":\n[1,\r\n2]}", "[1,2]"),
            (["sed", "-u", "s/a/b/"], "{\"a\": 1}", "{\"b\": 1}"),
            (["mawk", "-W", "interactive", "{ print length($0); fflush() }"], "[1]", "3"),
            (
                [
                    "python3", "-uc",
                    "import sys, json\nfor line in sys.stdin: print(json.dumps(json.loads(line)['a']), flush=True)",
                ], "{\"a\":[\n1]}", "[1]"
            ),
        ])
        func filtersAreFunctions(command: [String], event: String, answer: String) throws {
            _ = try Executables.system(command[0])
            let shim = try worker(command)
            for _ in 0..<3 { #expect(try shim.invoke(event).text == answer) }
        }

        @Test(arguments: [1, 65_535, 65_536, 1_000_000, 6_000_000]) func sizesGoThrough(count: Int) throws {
            let shim = try perl("print qq($_\\n)")
            let event = "\"" + String(repeating: "x", count: count) + "\""
            for _ in 0..<2 { #expect(try shim.invoke(event).text == event) }
        }

        @Test func nulEndsAnswersOfSeveralLines() throws {
            let shim = try worker(
                ["perl", "-0", "-ne", "$|=1; chomp; print qq(line\\n$_\\n\\0)"],
                ["SHIM_WORKER_DELIMITER": "nul"]
            )
            for _ in 0..<2 { #expect(try shim.invoke("[1,\n2]").text == "line\n[1,\n2]\n") }
            let refused = try shim.invoke([0x31, 0, 0x32])
            #expect(refused.errorType == "Runtime.EventRefused")
            #expect(try shim.invoke("3").text == "line\n3\n", "the worker lives on")
        }

        @Test func envelopeHasTheContext() throws {
            let shim = try perl("print qq($_\\n)", ["SHIM_WORKER_EVENT": "envelope"])
            let answer = try shim.invoke(
                Array("{\"a\":\n1}".utf8),
                fields: [
                    "Lambda-Runtime-Client-Context": "{\"b\":2}", "Lambda-Runtime-Cognito-Identity": "no \"json\"",
                    "Lambda-Runtime-Deadline-Ms": "99999999999999", "Lambda-Runtime-Aws-Tenant-Id": "t",
                    "Lambda-Runtime-Trace-Id": "Root=1",
                ]
            )
            #expect(
                answer.text
                    == "{\"event\":{\"a\": 1},\"context\":{\"requestId\":\"\(answer.requestID)\",\"deadlineMs\":99999999999999,"
                    + "\"functionArn\":\"arn:aws:lambda:us-east-1:123456789012:function:test\",\"traceId\":\"Root=1\","
                    + "\"clientContext\":{\"b\":2},\"cognitoIdentity\":\"no \\\"json\\\"\",\"tenantId\":\"t\"}}"
            )
            #expect(try shim.invoke([]).text.hasPrefix("{\"event\":null,\"context\":{\"requestId\":"))
        }

        @Test func answerMayBeAnErrorAndTheWorkerLivesOn() throws {
            let settings = ["SHIM_WORKER_ERRORS": "on"]
            let shim = try perl("print qq($_\\n)", settings)
            let answer = try shim.invoke(
                "{\"errorType\":\"NoCustomer\",\"errorMessage\":\"no é\",\"stackTrace\":[\"a\"]}"
            )
            #expect(answer.isError && answer.errorType == "NoCustomer")
            let error = try answer.error()
            #expect(error.errorMessage == "no é" && error.stackTrace == ["a"])
            for other in ["{\"errorType\":\"x\"}", "[{\"errorType\":\"a\",\"errorMessage\":\"b\"}]", "\"errorType\""] {
                #expect(try shim.invoke(other).isResponse)
            }
            #expect(shim.process.errors == "shim[error] \(answer.requestID) NoCustomer: no é\n")
            let off = try perl("print qq($_\\n)")
            #expect(try off.invoke("{\"errorType\":\"a\",\"errorMessage\":\"b\"}").isResponse)
        }

        @Test func formsOfTheResponse() throws {
            let text = try perl("print qq(say \"$_\"\\n)", ["SHIM_STDOUT": "json-string"])
            for _ in 0..<2 { #expect(try text.invoke("1").text == "\"say \\\"1\\\"\"") }
            let stream = try perl("print 'x' x 100000, qq($_\\n)", ["SHIM_STDOUT": "stream"])
            for _ in 0..<2 {
                let answer = try stream.invoke("1")
                #expect(answer.fields["Lambda-Runtime-Function-Response-Mode"] == "streaming")
                #expect(answer.body.count == 100_001 && answer.trailers == [:])
            }
            let empty = try perl("print qq(\\n)")
            #expect(try empty.invoke("1").body == [])
        }

        @Test func workerIsReplacedAfterSoManyEvents() throws {
            let shim = try perl("print qq($$\\n)", ["SHIM_WORKER_MAX_EVENTS": "3"])
            let pids = try (0..<9).map { _ in try shim.invoke("1").text }
            #expect(Set(pids).count == 3)
            #expect(pids[0] == pids[2] && pids[2] != pids[3])
            try shim.settle()
            eventually("one worker is left") { shim.children().count == 1 }
            #expect(shim.process.errors == "")
        }

        // MARK: the log

        @Test func standardErrorHasTheIDOfItsEvent() throws {
            let shim = try perl(
                "print STDERR qq(about $_\\n); print qq(1\\n)",
                before: "print STDERR qq(start\\n);",
                ["AWS_LAMBDA_LOG_FORMAT": "JSON"]
            )
            eventually("it has started") { shim.process.errors.contains("start") }
            var ids: [String?] = [nil]
            for number in 0..<5 { ids.append(try shim.invoke("\(number)").requestID) }
            struct Record: Decodable { let message: String, requestId: String? }
            let records = try shim.process.errors.split(separator: "\n")
                .map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }
            #expect(records.map(\.message) == ["start"] + (0..<5).map { "about \($0)" })
            #expect(records.map(\.requestId) == ids)
        }

        // MARK: ready

        @Test func firstLineOfAWorkerEndsInit() throws {
            let folder = try TemporaryFolder()
            let shim = try perl(
                "print qq($_\\n)",
                before: "until (-e '\(folder.path)/go') { select undef,undef,undef,.01 } print qq(ready\\n);",
                ["SHIM_WORKER_READY": "line"]
            )
            eventually("the worker runs") { shim.children().count == 1 }
            #expect(shim.server.accepted == 0, "the shim has not asked for an event")
            try folder.write("go", "")
            #expect(try shim.invoke("1").text == "1")
        }

        @Test(arguments: [
            (
                "print STDERR qq(no such table\\n); exit 4", "Function.ExitStatus",
                "perl exited with status 4: no such table"
            ),
            (
                "kill 9, $$", "Function.KilledBySignal",
                "perl was killed by SIGKILL; the system does that when memory runs out"
            ),
            (
                "print STDERR qq(bye\\n); exit 0", "Function.ExitStatus",
                "perl, a worker, exited with status 0 before it had answered: bye"
            ),
        ])
        func failingStartIsAnInitErrorWithItsWords(body: String, type: String, message: String) throws {
            let shim = try worker(["perl", "-e", body], ["SHIM_WORKER_READY": "line"])
            let (answer, status) = try shim.initError()
            #expect(answer.path == "/2018-06-01/runtime/init/error" && status == 1)
            #expect(answer.errorType == type)
            #expect(try answer.error().errorMessage == message)
            #expect(shim.process.errors.hasSuffix("shim[fatal] \(message)\n"))
        }

        // MARK: what it can do wrong

        /// The invocation fails with the reason, and the next one has another worker.
        private func expectFault(
            _ shim: ShimUnderTest,
            _ type: String,
            _ message: String,
            remaining: Duration = .seconds(60)
        ) throws {
            for round in 0..<2 {
                #expect(try shim.invoke("\"fine\"").text == "\"fine\"")
                let answer = try shim.invoke("\"bad\"", remaining: remaining)
                #expect(answer.isError && answer.errorType == type, "round \(round): \(answer.text)")
                #expect(try answer.error().errorMessage.hasPrefix(message), "\(answer.text)")
            }
            #expect(try shim.invoke("\"fine\"").text == "\"fine\"")
            try shim.settle()
            eventually("one worker is left") { shim.children().count == 1 }
        }

        @Test func deathFailsItsEventOnly() throws {
            let shim = try perl("if (/bad/) { print STDERR qq(ouch\\n); exit 7 } print qq($_\\n)")
            try expectFault(shim, "Function.ExitStatus", "perl exited with status 7: ouch")
            let killed = try perl("kill 11, $$ if /bad/; print qq($_\\n)")
            try expectFault(killed, "Function.KilledBySignal", "perl was killed by SIGSEGV")
            let half = try perl("if (/bad/) { print 'half'; exit 0 } print qq($_\\n)")
            try expectFault(half, "Function.ExitStatus", "perl, a worker, exited with status 0 before it had answered")
        }

        @Test func answerBeforeDeathCounts() throws {
            let shim = try perl("print qq($$\\n); exit 0")
            let pids = try (0..<5).map { _ in try shim.invoke("1").text }
            #expect(Set(pids).count == 5)
        }

        @Test func deathBetweenEventsCostsNobodyAnError() throws {
            let shim = try perl("print qq($$\\n)")
            for round in 0..<10 {
                let text = try shim.invoke("1").text
                let pid = try #require(Int32(text), "\(text)")
                try shim.settle()
                // In every other round the shim finds the death and the event at once. It must be dead by then: one that is
                // about to be killed may take the event out of its pipe still.
                if round % 2 == 1 { shim.process.signal(SIGSTOP) }
                kill(pid, SIGKILL)
                eventually("it is dead") { Self.isDead(pid) }
                let id = try shim.hand(Array("1".utf8))
                shim.process.signal(SIGCONT)
                let answer = try shim.take(id)
                #expect(answer.isResponse && answer.text != text, "\(answer.text)")
            }
        }

        /// Whether a process is gone, or waits to be reaped.
        private static func isDead(_ pid: Int32) -> Bool {
            guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
            return stat.contains(") Z")
        }

        @Test func outputThatNobodyAskedForFailsTheNextEvent() throws {
            let shim = try perl(
                "if (/late/) { print qq(1\\n); select undef,undef,undef,.2; print qq(stray \\t print\\n); next } print qq($_\\n)"
            )
            #expect(try shim.invoke("\"late\"").text == "1")
            try shim.settle()
            // Its stray line comes while nobody waits for anything.
            Self.pause()
            let answer = try shim.invoke("\"fine\"")
            #expect(answer.errorType == "Function.UnexpectedOutput")
            #expect(
                try answer.error().errorMessage
                    == "perl, a worker, wrote 'stray print' to standard output before it had read the event; "
                    + "a worker answers each event with one line and writes nothing else there: print to standard error instead"
            )
            #expect(try shim.invoke("\"fine\"").text == "\"fine\"")
        }

        private static func pause() { _ = Glibc.poll(nil, 0, 600) }

        @Test func bannerNamesTheMistake() throws {
            let shim = try worker(["perl", "-e", "$|=1; print qq(Welcome\\n); while (<>) { print }"])
            eventually("the worker runs") { shim.children().count == 1 }
            Self.pause()
            let message = try shim.invoke("1").error().errorMessage
            #expect(
                message.hasPrefix("perl, a worker, wrote 'Welcome' to standard output before it had read the event")
            )
        }

        /// The line was taken for the answer to an event that came while the worker was starting.
        @Test func bannerOfAWorkerThatStartsSlowlyIsNoAnswer() throws {
            let shim = try worker([
                "perl", "-e", "$|=1; select undef,undef,undef,.3; print qq(Welcome\n); sleep 1; while (<>) { print }",
            ])
            for _ in 0..<2 {
                let answer = try shim.invoke("1")
                #expect(answer.errorType == "Function.UnexpectedOutput", "\(answer.text)")
                let message = try answer.error().errorMessage
                #expect(message.contains("wrote 'Welcome' to standard output before it had read"), "\(message)")
            }
        }

        /// It is busy, greets, and reads at once: the greeting is never taken for the answer, nor the answer for the next one's.
        @Test(arguments: ["", "sleep 1;"]) func bannerRightBeforeTheFirstReadIsNoAnswer(pause: String) throws {
            let shim = try worker([
                "perl", "-e",
                "$|=1; my $i = 0; $i++ while $i < 3e6; print qq(Welcome\n); while (<>) { \(pause) print }",
            ])
            for _ in 0..<3 {
                let answer = try shim.invoke("1")
                #expect(answer.errorType == "Function.UnexpectedOutput", "\(answer.text)")
                let message = try answer.error().errorMessage
                #expect(message.contains("wrote 'Welcome' to standard output before it had read"), "\(message)")
            }
        }

        /// Its start is told by nothing that the system shows: it gets its event all the same.
        @Test(arguments: [
            "use IO::Poll; my $p = IO::Poll->new; $p->mask(*STDIN => POLLIN); $p->poll; while (<>) { print }",
            "my $r = ''; vec($r, 0, 1) = 1; 1 until select(my $s = $r, undef, undef, 0); while (<>) { print }",
        ])
        func workerThatDoesNotSleepInReadIsGivenItsEvent(body: String) throws {
            let shim = try worker(["perl", "-e", "$|=1; \(body)"])
            for event in ["1", "2"] { #expect(try shim.invoke(event).text == event) }
        }

        @Test func secondAnswerIsAFault() throws {
            let shim = try perl("print /bad/ ? qq(1\\ndebug: x\\n) : qq($_\\n)")
            try expectFault(
                shim,
                "Function.UnexpectedOutput",
                "perl, a worker, wrote 'debug: x' to standard output after its answer; a worker answers each event"
            )
        }

        @Test func answerBeyondTheLimitIsAFault() throws {
            let shim = try perl("print /bad/ ? 'x' x 6291557 : $_, qq(\\n)")
            try expectFault(
                shim,
                "Function.ResponseSizeTooLarge",
                "perl wrote more than 6291556 bytes to standard output, the most a response has"
            )
            let flood = try perl("if (/bad/) { print 'x' x 65536 while 1 } print qq($_\\n)")
            try expectFault(flood, "Function.ResponseSizeTooLarge", "perl wrote more than 6291556 bytes")
        }

        @Test func closedOutputIsAFault() throws {
            let shim = try perl("if (/bad/) { close STDOUT; sleep 60 } print qq($_\\n)")
            try expectFault(
                shim,
                "Function.UnexpectedOutput",
                "perl, a worker, closed its standard output before it had answered"
            )
        }

        @Test(arguments: ["sleep 60", "$SIG{TERM} = 'IGNORE'; sleep 1 while 1"])
        func deadlineIsAFault(body: String) throws {
            let shim = try perl("if (/bad/) { print STDERR qq(working\\n); \(body) } print qq($_\\n)")
            try expectFault(shim, "Function.TimedOut", "perl was told to stop ", remaining: .seconds(2))
        }

        /// The usual mistake: the answer is in the program's own buffer.
        @Test(arguments: [["perl", "-pe", "1"], ["mawk", "{ print; fflush() }"], ["grep", "a"]])
        func workerThatDoesNotFlushIsToldSo(command: [String]) throws {
            let shim = try worker(command)
            for _ in 0..<2 {
                let message = try shim.invoke("{\"a\":1}", remaining: .seconds(2)).error().errorMessage
                #expect(
                    message.hasSuffix(
                        " seconds; it has read the event and waits for more: a worker must read by lines, "
                            + "and flush standard output after each answer"
                    ),
                    "\(message)"
                )
            }
            let busy = try perl("1 while 1")
            let message = try busy.invoke("1", remaining: .seconds(1)).error().errorMessage
            #expect(message.hasSuffix(" seconds"), "\(message)")
        }

        @Test func workerThatReadsNothingRunsIntoTheDeadline() throws {
            let shim = try worker(["sleep", "60"])
            let event = "\"" + String(repeating: "x", count: 3_000_000) + "\""
            for _ in 0..<2 {
                #expect(try shim.invoke(event, remaining: .seconds(1)).errorType == "Function.TimedOut")
            }
        }

        @Test func workerThatDiesAtOnceIsNotStartedInARush() throws {
            let folder = try TemporaryFolder()
            let shim = try worker(["sh", "-c", "echo >>\(folder.path)/starts; echo no licence >&2; exit 3"])
            _ = Glibc.poll(nil, 0, 1500)
            let starts = try folder.read("starts").count
            #expect((2...6).contains(starts), "\(starts)")
            let answer = try shim.invoke("1")
            #expect(answer.errorType == "Function.ExitStatus")
            #expect(try answer.error().errorMessage == "sh exited with status 3: no licence")
        }

        @Test func programThatVanishedIsAnErrorOfTheEvent() throws {
            let folder = try TemporaryFolder()
            let file = try folder.script("main", "read line; echo 1; read line; exit 1")
            let shim = try worker([file])
            #expect(try shim.invoke("1").text == "1")
            try FileManager.default.removeItem(atPath: file)
            #expect(try shim.invoke("1").isError)
            #expect(try shim.invoke("1").errorType == "Runtime.InvalidEntrypoint")
            _ = try folder.script("main", "while read line; do echo 2; done")
            eventually("it works again") { (try? shim.invoke("1").text) == "2" }
        }

        // MARK: the end

        @Test func workerIsToldOfTheEndAndHasAMoment() throws {
            let folder = try TemporaryFolder()
            let shim = try perl(
                "print qq($_\\n)",
                before: "$SIG{TERM} = sub { open F, '>\(folder.path)/told'; print F 1; close F; exit 0 };"
            )
            #expect(try shim.invoke("1").text == "1")
            try shim.settle()
            shim.process.signal(SIGTERM)
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
            #expect(try folder.read("told") == "1")
        }

        @Test func shimThatIsToldToEndDoesNotWaitForAStubbornWorker() throws {
            let shim = try perl("if (/stay/) { print qq($$\\n); sleep 1 while 1 }", before: "$SIG{TERM} = 'IGNORE';")
            let pid = try #require(Int32(try shim.invoke("stay").text))
            let id = try shim.hand(Array("again".utf8))
            shim.process.signal(SIGTERM)
            #expect(try shim.take(id).errorType == "Runtime.Shutdown")
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
            #expect(kill(pid, 0) != 0)
        }

        /// Lambda sends SIGTERM only to an environment that has an extension.
        @Test func sigtermIsAskedForByAnExtension() async throws {
            try await SimTool.withFolder { folder in
                let told = folder.path + "/told"
                try SimTool.script(
                    """
                    #!/usr/bin/perl
                    $| = 1;
                    $SIG{TERM} = sub { open F, '>\(told)'; print F 1; close F; exit 0 };
                    while (<STDIN>) { print }
                    """,
                    at: folder,
                    named: "worker"
                )
                for setting in ["on", "off"] {
                    try? FileManager.default.removeItem(atPath: told)
                    let result = try await SimTool.sim([
                        "run", folder.path + "/worker", "-d", "[1]", "--env", "SHIM_MODE=worker", "--env",
                        "SHIM_SIGTERM=\(setting)",
                    ])
                    #expect(result.status == 0 && result.text == "[1]", "\(result.log)")
                    #expect(FileManager.default.fileExists(atPath: told) == (setting == "on"), "\(result.log)")
                }
            }
        }

        // MARK: settings

        @Test(arguments: [
            (
                ["SHIM_MODE": "workers"],
                "the setting 'SHIM_MODE' cannot be 'workers'; hint: one of 'process', 'worker', 'standby'"
            ),
            (
                ["SHIM_WORKER_READY": "line"],
                "the setting 'SHIM_WORKER_READY' cannot be used here; hint: it needs SHIM_MODE=worker"
            ),
            (
                ["SHIM_MODE": "worker", "SHIM_STANDBY_SETTLE_MS": "1"],
                "the setting 'SHIM_STANDBY_SETTLE_MS' cannot be used here; hint: it needs SHIM_MODE=standby"
            ),
            (
                ["SHIM_MODE": "worker", "SHIM_WORKER_ERRORS": "on", "SHIM_STDOUT": "stream"],
                "the setting 'SHIM_WORKER_ERRORS' cannot be used here; hint: it needs a response that is not streamed (SHIM_STDOUT)"
            ),
            (
                ["SHIM_MODE": "worker", "SHIM_WORKER_MAX_EVENTS": "0"],
                "the setting 'SHIM_WORKER_MAX_EVENTS' cannot be '0'; hint: a whole number from 1 to 1000000000"
            ),
            (
                ["AWS_LAMBDA_MAX_CONCURRENCY": "x"],
                "the setting 'AWS_LAMBDA_MAX_CONCURRENCY' cannot be 'x'; hint: a whole number from 1 to 10000"
            ),
        ])
        func badSettingIsAnInitErrorByName(environment: [String: String], message: String) throws {
            let (answer, _) = try ShimUnderTest(["cat"], environment: environment).initError()
            #expect(answer.errorType == "Runtime.ConfigInvalid")
            #expect(try answer.error().errorMessage == message)
        }

        // MARK: in the long run

        @Test func nothingGrowsOverManyEvents() throws {
            let shim = try worker(
                ["perl", "-e", "$|=1; while (<STDIN>) { print STDERR qq(log\\n); exit 1 if /die/; print }"],
                executable: Executables.staticShim()
            )
            try shim.expectNoGrowth(after: 200, over: 1000) { index in
                // Every tenth one costs a worker.
                if index % 10 == 9 {
                    let type = try shim.invoke("\"die\"").errorType
                    #expect(type == "Function.ExitStatus")
                } else {
                    let text = try shim.invoke("\(index)").text
                    #expect(text == "\(index)")
                }
            }
        }
    }
}
