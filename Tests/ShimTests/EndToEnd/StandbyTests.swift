import Foundation
import Glibc
import Platform
import Testing

extension EndToEnd {
    /// `SHIM_MODE=standby`: a process per event that was started before the event came.
    @Suite(.timeLimit(.minutes(2))) struct StandbyTests {
        private func shim(
            _ script: String,
            _ settings: [String: String] = [:],
            executable: String? = nil
        ) throws -> ShimUnderTest {
            try ShimUnderTest(
                ["sh", "-c", script],
                environment: settings.merging(["SHIM_MODE": "standby"]) { $1 },
                executable: executable
            )
        }

        @Test func startUpIsOverWhenTheEventComes() throws {
            let folder = try TemporaryFolder()
            let shim = try shim("echo $$ >>\(folder.path)/started; cat; echo \" $$\"")
            var pids: Set<String> = []
            for number in 1...5 {
                eventually("the next one has started") {
                    (try? folder.read("started").split(separator: "\n").count) == number
                }
                let text = try shim.invoke("{\"a\":\(number)}").text
                #expect(text.hasPrefix("{\"a\":\(number)} "))
                pids.insert(String(text.split(separator: " ").last ?? ""))
            }
            #expect(pids.count == 5)
            #expect(shim.process.errors == "")
        }

        @Test func contextIsInTheFile() throws {
            let folder = try TemporaryFolder()
            let shim = try shim(
                "read event; printf '%s %s' \"${AWS_LAMBDA_REQUEST_ID-none}\" \"$(cat $SHIM_CONTEXT_FILE)\"",
                ["TMPDIR": folder.path]
            )
            for _ in 0..<3 {
                let answer = try shim.invoke(
                    Array("{}\n".utf8),
                    fields: ["Lambda-Runtime-Deadline-Ms": "99999999999999", "Lambda-Runtime-Trace-Id": "Root=1"]
                )
                #expect(
                    answer.text
                        == "none {\"requestId\":\"\(answer.requestID)\",\"deadlineMs\":99999999999999,"
                        + "\"functionArn\":\"arn:aws:lambda:us-east-1:123456789012:function:test\",\"traceId\":\"Root=1\"}"
                )
                try shim.settle()
                #expect(try Files.list(folder.path).count == 1, "that of the process that waits")
            }
            shim.process.signal(SIGTERM)
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
            #expect(try Files.list(folder.path) == [])
        }

        @Test func oneThatDiedIsReplacedWithoutAnError() throws {
            let shim = try shim("cat; echo \" $$\"")
            for _ in 0..<6 {
                eventually("one waits") { shim.children().count == 1 }
                let waiting = try #require(shim.children().first)
                kill(waiting, SIGKILL)
                eventually("it is gone") { kill(waiting, 0) != 0 }
                let answer = try shim.invoke("{}")
                #expect(answer.isResponse && !answer.text.hasSuffix(" \(waiting)\n"), "\(answer.text)")
                try shim.settle()
            }
        }

        @Test func oneThatIsTooOldIsReplaced() throws {
            let shim = try shim("cat; echo \" $$\"", ["SHIM_STANDBY_MAX_AGE": "1"])
            _ = try shim.invoke("{}")
            eventually("one waits") { shim.children().count == 1 }
            let waiting = try #require(shim.children().first)
            _ = Glibc.poll(nil, 0, 1300)
            #expect(try !shim.invoke("{}").text.hasSuffix(" \(waiting)\n"))
        }

        @Test func settlingWaitsForTheRead() throws {
            let folder = try TemporaryFolder()
            let shim = try shim(
                "sleep 0.3; echo x >>\(folder.path)/ready; exec cat",
                ["SHIM_STANDBY_SETTLE_MS": "10000"]
            )
            for number in 1...3 {
                _ = try shim.hand(Array("{}".utf8))
                #expect(try folder.read("ready").count == 2 * number, "/next was asked when the program was ready")
                let answer = try shim.server.request()
                #expect(answer.body == Array("{}".utf8))
                try shim.server.answer(202)
            }
        }

        @Test func failuresAreThoseOfAProcess() throws {
            let shim = try shim(
                "read e; case $e in fail) echo ouch >&2; exit 3;; slow) sleep 60;; kill) kill -9 $$;; esac; echo $e"
            )
            #expect(try shim.invoke("ok\n").text == "ok\n")
            #expect(try shim.invoke("fail\n").error().errorMessage == "sh exited with status 3: ouch")
            #expect(try shim.invoke("kill\n").errorType == "Function.KilledBySignal")
            #expect(try shim.invoke("slow\n", remaining: .seconds(1)).errorType == "Function.TimedOut")
            #expect(try shim.invoke("ok\n").text == "ok\n")
            try shim.settle()
            eventually("one waits") { shim.children().count == 1 }
        }

        @Test func whatItSaysBeforeTheEventIsInTheLog() throws {
            let shim = try shim("echo starting >&2; cat; echo done >&2")
            for _ in 0..<2 {
                eventually("it says so") { shim.process.errors.hasSuffix("starting\n") }
                #expect(try shim.invoke("x").text == "x")
                try shim.settle()
            }
            #expect(shim.process.errors.hasPrefix("starting\ndone\nstarting\ndone\n"))
        }

        @Test func daemonsAreEndedAndTheOneThatWaitsIsNot() throws {
            let shim = try shim(
                "cat >/dev/null; setsid sleep 300 </dev/null >/dev/null 2>&1 & echo $!; wait $! 2>/dev/null & exit 0"
            )
            for _ in 0..<3 {
                let answer = try shim.invoke("{}")
                let daemon = try #require(Int32(answer.text.split(separator: "\n").first ?? ""), "\(answer.text)")
                try shim.settle()
                eventually("the daemon is gone") { kill(daemon, 0) != 0 }
            }
        }

        @Test func nothingGrowsOverManyEvents() throws {
            let shim = try shim("cat; echo log >&2", executable: Executables.staticShim())
            try shim.expectNoGrowth(after: 100, over: 500) { index in
                let text = try shim.invoke("\(index)").text
                #expect(text == "\(index)")
            }
        }
    }
}
