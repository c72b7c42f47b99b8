import Foundation
import Glibc
import HTTPWire
import Platform
import Testing

extension EndToEnd {
    /// Every row of the table "The child protocol" of the README, with real programs.
    @Suite(.timeLimit(.minutes(2))) struct ChildProtocolTests {
        // MARK: standard input and output

        @Test(
            arguments: [
                [], [0x0A], [0], Array(0...255), Array("{\"a\":1}".utf8), Array(repeating: 0xFF, count: 70_000),
            ] as [[UInt8]]
        )
        func responseIsStandardOutputByteForByte(event: [UInt8]) throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            let answer = try shim.invoke(event)
            #expect(answer.path == "/2018-06-01/runtime/invocation/\(answer.requestID)/response")
            let empty = Array("\"child process exited with code 0\"".utf8)
            #expect(answer.body == (event.isEmpty ? empty : event))
        }

        @Test func sixMebibytesGoThrough() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            let event = (0..<6_291_556).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            for _ in 0..<3 { #expect(try shim.invoke(event).body == event) }
        }

        @Test func echoHandlerCopiesAnything() throws {
            let shim = try ShimUnderTest([try Executables.path("echo")])
            let event = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 5) }
            #expect(try shim.invoke(event).body == event)
        }

        @Test func eventThatIsNotReadIsNoError() throws {
            let shim = try ShimUnderTest(["/bin/true"])
            let answer = try shim.invoke([UInt8](repeating: 0x20, count: 6 << 20))
            #expect(answer.isResponse)
            #expect(answer.text == "\"child process exited with code 0\"")
            // The next one has a program of its own.
            #expect(try shim.invoke("{}").isResponse)
        }

        @Test func jsonStringReturnsTextLessOneLineEnd() throws {
            let script = #"printf 'a "quoted" \\ line\nwith \001, é and 😀, \377\n\n'"#
            let shim = try ShimUnderTest(["sh", "-c", script], environment: ["SHIM_STDOUT": "json-string"])
            let answer = try shim.invoke("{}")
            let text = try JSONDecoder().decode(String.self, from: Data(answer.body))
            #expect(text == "a \"quoted\" \\ line\nwith \u{1}, é and 😀, \u{FFFD}\n")
        }

        @Test func jsonStringOfNothingIsTheEmptyString() throws {
            let shim = try ShimUnderTest(["/bin/true"], environment: ["SHIM_STDOUT": "json-string"])
            #expect(try shim.invoke("{}").text == "\"\"")
        }

        @Test func jsonStringThatGrowsBeyondTheLimitIsAnError() throws {
            // Each byte 1 becomes \u0001: six bytes.
            let shim = try ShimUnderTest(
                ["sh", "-c", #"head -c 2000000 /dev/zero | tr '\0' '\001'"#],
                environment: ["SHIM_STDOUT": "json-string"]
            )
            #expect(try shim.invoke("{}").errorType == "Function.ResponseSizeTooLarge")
        }

        @Test func largestResponsePassesAndOneByteMoreDoesNot() throws {
            let shim = try ShimUnderTest(["sh", "-c", "head -c $(cat) /dev/zero"])
            #expect(try shim.invoke("6291556").body.count == 6_291_556)
            let answer = try shim.invoke("6291557")
            #expect(answer.errorType == "Function.ResponseSizeTooLarge")
            #expect(
                try answer.error().errorMessage
                    == "sh wrote more than 6291556 bytes to standard output, the most a response has"
            )
        }

        @Test func programThatFloodsItsOutputIsStopped() throws {
            let shim = try ShimUnderTest(["yes"])
            for _ in 0..<3 { #expect(try shim.invoke("{}").errorType == "Function.ResponseSizeTooLarge") }
            eventually("no child is left") { shim.children().isEmpty }
        }

        // MARK: exit status and signals

        @Test func everyExitStatus() throws {
            let shim = try ShimUnderTest(["sh", "-c", "read status; echo bad luck >&2; exit $status"])
            for status in 0...255 {
                let answer = try shim.invoke("\(status)\n")
                if status == 0 {
                    #expect(answer.isResponse)
                    continue
                }
                let error = try answer.error()
                #expect(answer.path == "/2018-06-01/runtime/invocation/\(answer.requestID)/error")
                #expect(answer.errorType == "Function.ExitStatus")
                #expect(error.errorType == "Function.ExitStatus")
                let note = status == 137 ? " (128 + SIGKILL; the system does that when memory runs out)" : ""
                #expect(error.errorMessage == "sh exited with status \(status)\(note): bad luck")
                #expect(error.stackTrace == ["bad luck"])
            }
        }

        @Test func everySignal() throws {
            let shim = try ShimUnderTest(
                ["sh", "-c", "read n; ulimit -c 0; kill -$n $$; sleep 10"],
                environment: ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"]
            )
            // Those whose default is to end the process.
            for signal in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31, 34, 64] {
                let answer = try shim.invoke("\(signal)\n")
                #expect(answer.errorType == "Function.KilledBySignal")
                let name = ProcessControl.name(ofSignal: Int32(signal))
                let note = signal == 9 ? "; the system does that when memory runs out, the function has 512 MB" : ""
                #expect(try answer.error().errorMessage == "sh was killed by \(name)\(note)")
            }
            #expect(ProcessControl.name(ofSignal: SIGSEGV) == "SIGSEGV")
        }

        // MARK: standard error

        @Test func standardErrorIsTheLogUntouched() throws {
            let shim = try ShimUnderTest(["sh", "-c", #"printf 'one\ntwo \377\000 \303\251\n' >&2; cat"#])
            _ = try shim.invoke("{}")
            #expect(shim.process.errorBytes == Array("one\ntwo ".utf8) + [0xFF, 0, 0x20] + Array("é\n".utf8))
        }

        @Test func lastLineWithoutAnEndIsEnded() throws {
            let shim = try ShimUnderTest(["sh", "-c", "printf unfinished >&2"])
            _ = try shim.invoke("{}")
            _ = try shim.invoke("{}")
            #expect(shim.process.errors == "unfinished\nunfinished\n")
        }

        @Test func eightMebibytesInOneLineStopNothing() throws {
            let shim = try ShimUnderTest([
                "sh", "-c", "head -c 8388608 /dev/zero | tr '\\0' x >&2; echo >&2; echo done >&2; exit 1",
            ])
            let error = try shim.invoke("{}").error()
            #expect(shim.process.errorBytes.count > 8_388_608)
            #expect(error.errorMessage == "sh exited with status 1: done")
            #expect(error.stackTrace.joined().utf8.count <= 4096)
            #expect(error.stackTrace.last == "done")
        }

        @Test func errorReportHasTheLastTwentyLines() throws {
            let shim = try ShimUnderTest(["sh", "-c", "seq 1 100 >&2; exit 2"])
            #expect(try shim.invoke("{}").error().stackTrace == (81...100).map(String.init))
        }

        @Test func errorReportIsJSONWhateverStandardErrorHeld() throws {
            let bytes: [UInt8] =
                Array("quote \" back \\ tab \t bell \u{7} ".utf8) + [0xFF, 0xC3] + Array(" é 😀 </script>".utf8)
            let folder = try TemporaryFolder()
            let file = try folder.write("errors", bytes)
            let shim = try ShimUnderTest(["sh", "-c", "cat \(file) >&2; exit 1"])
            let error = try shim.invoke("{}").error()
            #expect(error.stackTrace == [String(decoding: bytes, as: UTF8.self)])
            #expect(error.errorMessage.hasPrefix("sh exited with status 1: quote \" back"))
        }

        @Test func jsonLogFormatMakesRecords() throws {
            let shim = try ShimUnderTest(
                ["sh", "-c", #"echo 'plain "text"' >&2; echo '{"level":"WARN","message":"own"}' >&2; exit 1"#],
                environment: ["AWS_LAMBDA_LOG_FORMAT": "JSON"]
            )
            let id = try shim.invoke("{}").requestID
            let lines = shim.process.errors.split(separator: "\n").map { Data($0.utf8) }
            try #require(lines.count == 3)
            struct Record: Decodable { let level: String, message: String, requestId: String?, timestamp: String? }
            let records = try lines.map { try JSONDecoder().decode(Record.self, from: $0) }
            #expect(records.map(\.level) == ["INFO", "WARN", "ERROR"])
            #expect(records[0].message == "plain \"text\"")
            #expect(records[0].requestId == id)
            #expect(records[0].timestamp?.hasSuffix("Z") == true)
            #expect(records[1].message == "own")
            #expect(records[2].message.hasPrefix("Function.ExitStatus: sh exited with status 1"))
        }

        @Test func logLevelFiltersTheShimsOwnLines() throws {
            let quiet = try ShimUnderTest(["false"], environment: ["AWS_LAMBDA_LOG_LEVEL": "FATAL"])
            _ = try quiet.invoke("{}")
            #expect(quiet.process.errors == "")
            let loud = try ShimUnderTest(["true"], environment: ["AWS_LAMBDA_LOG_LEVEL": "debug"])
            _ = try loud.invoke("{}")
            #expect(loud.process.errors.hasPrefix("shim[debug] runs '/usr/bin/true'"))
        }

        // MARK: environment

        @Test func environmentTellsAboutTheInvocation() throws {
            let shim = try ShimUnderTest(
                ["env"],
                environment: ["LD_LIBRARY_PATH": "/opt/lib", "OTHER": "a=b", "_X_AMZN_TRACE_ID": "stale"]
            )
            let answer = try shim.invoke(
                [],
                fields: [
                    "lambda-runtime-trace-id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1",
                    "LAMBDA-RUNTIME-CLIENT-CONTEXT": "{\"é\":\"x\"}",
                    "Lambda-Runtime-Cognito-Identity": "{}", "Lambda-Runtime-Aws-Tenant-Id": "tenant",
                    "Lambda-Runtime-Deadline-Ms": "99999999999999",
                ]
            )
            let lines = Set(answer.text.split(separator: "\n").map(String.init))
            for expected in [
                "LD_LIBRARY_PATH=/usr:/usr/lib:/opt/lib", "OTHER=a=b", "HOME=/tmp",
                "_X_AMZN_TRACE_ID=Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1",
                "AWS_LAMBDA_REQUEST_ID=\(answer.requestID)", "AWS_LAMBDA_DEADLINE_MS=99999999999999",
                "AWS_LAMBDA_FUNCTION_ARN=arn:aws:lambda:us-east-1:123456789012:function:test",
                "AWS_LAMBDA_CLIENT_CONTEXT={\"é\":\"x\"}", "AWS_LAMBDA_COGNITO_IDENTITY={}",
                "AWS_LAMBDA_TENANT_ID=tenant",
            ] { #expect(lines.contains(expected), "\(expected)") }
            // What the second event does not bring must not stay from the first.
            let second = try shim.invoke([])
            for name in ["_X_AMZN_TRACE_ID", "AWS_LAMBDA_CLIENT_CONTEXT", "AWS_LAMBDA_TENANT_ID"] {
                #expect(!second.text.contains(name + "="))
            }
        }

        /// Lambda's own list has the task root, too: the loader would look into it twice for each library.
        @Test(arguments: [
            (nil, "/usr:/usr/lib"), ("", "/usr:/usr/lib"), ("/usr/lib", "/usr:/usr/lib"),
            ("/lib64:/usr:/usr/lib:/opt/lib", "/usr:/usr/lib:/lib64:/opt/lib"),
            // An empty name is the current folder, and another spelling is another name.
            ("/a::/usr/", "/usr:/usr/lib:/a::/usr/"),
        ])
        func libraryPathBeginsWithThePackage(before: String?, after: String) throws {
            let shim = try ShimUnderTest(
                ["printenv", "LD_LIBRARY_PATH"],
                environment: before.map { ["LD_LIBRARY_PATH": $0] } ?? [:]
            )
            #expect(try shim.invoke("{}").text == after + "\n")
        }

        @Test func workingDirectoryIsTheTaskRoot() throws {
            let folder = try TemporaryFolder()
            let shim = try ShimUnderTest(["pwd"], taskRoot: folder.path)
            #expect(try shim.invoke("{}").text == folder.path + "\n")
        }

        @Test func programHasNoDescriptorOfTheShim() throws {
            let shim = try ShimUnderTest(["ls", "-l", "/proc/self/fd"])
            for _ in 0..<2 {
                let text = try shim.invoke("{}").text
                // The three streams, and a socket by which Foundation's Process learns of the end.
                #expect(text.split(separator: "pipe:").count - 1 == 3, "\(text)")
                #expect(text.split(separator: "socket:").count - 1 == 1, "\(text)")
            }
        }

        @Test func programStartsWithDefaultSignalsAndNoMask() throws {
            let shim = try ShimUnderTest(["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"])
            // glibc's own two signals, 32 and 33, are ignored by every posix_spawn; grep catches SIGSEGV itself.
            #expect(
                try shim.invoke("{}").text
                    == "SigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\n"
            )
        }

        @Test func privateTemporaryFolderIsMadeAndRemoved() throws {
            let folder = try TemporaryFolder()
            let shim = try ShimUnderTest(
                ["sh", "-c", "mkdir -p $TMPDIR/a/b && touch $TMPDIR/a/b/c && chmod 0 $TMPDIR/a && printf %s $TMPDIR"],
                environment: ["SHIM_TMPDIR": "private", "TMPDIR": folder.path]
            )
            let first = try shim.invoke("{}").text
            #expect(first.hasPrefix(folder.path + "/shim-"))
            #expect(try shim.invoke("{}").text != first)
            try shim.settle()
            #expect(try Files.list(folder.path) == [])
        }

        // MARK: the deadline

        @Test func deadlineStopsTheProgramBeforeLambdaWould() throws {
            let shim = try ShimUnderTest(["sh", "-c", "echo working >&2; sleep 60"])
            let start = ContinuousClock.now
            let answer = try shim.invoke([], remaining: .seconds(3))
            #expect(start.duration(to: .now) < .seconds(3), "Lambda would have killed the sandbox")
            #expect(answer.errorType == "Function.TimedOut")
            let message = try answer.error().errorMessage
            #expect(
                message.hasPrefix("sh was told to stop 500 ms before the function's deadline and ended after 2."),
                "\(message)"
            )
            #expect(message.hasSuffix(" seconds: working"), "\(message)")
            eventually("no child is left") { shim.children().isEmpty }
            #expect(try shim.invoke([], remaining: .seconds(1)).errorType == "Function.TimedOut", "it stays warm")
        }

        @Test func programThatIgnoresSIGTERMIsKilled() throws {
            let shim = try ShimUnderTest(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"])
            // Its own start is not a part of the invocation.
            try shim.settle()
            let start = ContinuousClock.now
            #expect(try shim.invoke([], remaining: .seconds(2)).errorType == "Function.TimedOut")
            #expect(start.duration(to: .now) < .seconds(2), "answered before Lambda ends the environment")
        }

        @Test func marginIsAQuarterAtMost() throws {
            let shim = try ShimUnderTest(["sleep", "60"], environment: ["SHIM_TIMEOUT_MARGIN_MS": "5000"])
            let message = try shim.invoke([], remaining: .seconds(2)).error().errorMessage
            // The time until the event is handed over counts, however slow the machine is.
            let number = message.split(separator: " ").compactMap { Int($0) }.last ?? 0
            #expect((300...500).contains(number), "\(message)")
        }

        @Test(arguments: ["1", "0", "", "never", "-5", "99999999999999999999999", "-9223372036854775808"])
        func deadlineThatIsNoneStopsNothing(text: String) throws {
            let shim = try ShimUnderTest(["cat"])
            #expect(try shim.invoke("x", fields: ["Lambda-Runtime-Deadline-Ms": text]).text == "x")
        }

        // MARK: what must not stay

        @Test func grandchildThatHoldsTheOutputDelaysNothing() throws {
            let shim = try ShimUnderTest(["sh", "-c", "sleep 300 & echo $!"])
            let start = ContinuousClock.now
            let grandchild = try #require(Int32(try shim.invoke("{}").text.dropLast()))
            #expect(start.duration(to: .now) < .seconds(100))
            eventually("the grandchild is gone") { kill(grandchild, 0) != 0 }
        }

        /// It holds none of the pipes, so nothing shows that it is there; it is gone before the next event all the same.
        @Test func grandchildThatHoldsNothingIsEndedBeforeTheNextEvent() throws {
            let shim = try ShimUnderTest(["sh", "-c", "sleep 300 </dev/null >/dev/null 2>&1 & echo $!"])
            for _ in 0..<20 {
                let grandchild = try #require(Int32(try shim.invoke("{}").text.dropLast()))
                try shim.settle()
                #expect(kill(grandchild, 0) != 0)
            }
        }

        /// Foundation's threads wake at the start and the end of each child; woken at once they would interrupt the
        /// thread that makes the answer, which is a tenth of a short invocation.
        @Test func threadsOfFoundationGiveWay() throws {
            let shim = try ShimUnderTest(["sh", "-c", "cut -d' ' -f41 /proc/$$/stat"])
            #expect(try shim.invoke("{}").text == "0\n")
            #expect(try shim.invoke("{}").text == "0\n", "the program is scheduled as ever")
            try shim.settle()
            let main = "\(shim.process.pid)"
            let threads = try Files.list("/proc/\(main)/task")
            #expect(threads.count > 1)
            for thread in threads {
                let text = try String(contentsOfFile: "/proc/\(main)/task/\(thread)/stat", encoding: .utf8)
                // The fields after the name, which may hold spaces, begin with the third; the policy is the 41st.
                let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ").dropFirst()
                let policy = fields.dropFirst(38).first.map(String.init)
                #expect(policy == (thread == main ? "0" : "3"), "thread \(thread) has policy \(policy ?? "none")")
            }
        }

        @Test func daemonThatLeftItsGroupIsEnded() throws {
            let folder = try TemporaryFolder()
            let shim = try ShimUnderTest([
                "sh", "-c",
                "setsid sh -c 'echo $$ >\(folder.path)/pid; exec sleep 300' & while ! test -s \(folder.path)/pid; do :; done",
            ])
            for _ in 0..<3 {
                #expect(try shim.invoke("{}").isResponse)
                let daemon = try #require(Int32(try folder.read("pid").dropLast()))
                eventually("the daemon is gone") { kill(daemon, 0) != 0 }
                try FileManager.default.removeItem(atPath: folder.path + "/pid")
            }
        }

        @Test func shimThatIsToldToEndTakesItsProgramAlong() throws {
            let folder = try TemporaryFolder()
            let shim = try ShimUnderTest([
                "sh", "-c", "echo $$ >\(folder.path)/pid; trap '' TERM; while :; do sleep 1; done",
            ])
            let id = try shim.hand([])
            eventually("the program runs") { (try? folder.read("pid").isEmpty) == false }
            shim.process.signal(SIGTERM)
            let answer = try shim.take(id)
            #expect(answer.errorType == "Runtime.Shutdown")
            #expect(shim.process.wait() == 128 + SIGTERM)
            let pid = try #require(Int32(try folder.read("pid").dropLast()))
            #expect(kill(pid, 0) != 0)
        }

        @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
        func idleShimEndsByTheSignal(signal: Int32) throws {
            let shim = try ShimUnderTest(["cat"])
            _ = try shim.invoke("{}")
            _ = try shim.server.request()
            shim.process.signal(signal)
            #expect(shim.process.wait() == 128 + signal)
        }

        @Test func nothingGrowsOverAThousandInvocations() throws {
            let shim = try ShimUnderTest(
                ["sh", "-c", "cat; echo log >&2; sleep 60 &"],
                executable: Executables.staticShim()
            )
            try shim.expectNoGrowth(after: 200, over: 1000) { index in
                let text = try shim.invoke("\(index)").text
                #expect(text == "\(index)")
            }
            eventually("no child is left") { shim.children().isEmpty }
        }
    }
}
