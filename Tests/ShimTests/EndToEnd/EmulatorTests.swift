import Foundation
import Testing

extension EndToEnd {
    /// `shim` under AWS's own Runtime Interface Emulator.
    @Suite(.timeLimit(.minutes(3))) struct EmulatorTests {
        @Test func echoAndTwoHundredInARow() throws {
            let emulator = try Emulator(["cat"])
            for index in 0..<200 { #expect(try emulator.invoke("{\"n\":\(index)}") == "{\"n\":\(index)}") }
        }

        @Test func sixMebibytes() throws {
            let emulator = try Emulator(["cat"])
            let event = [0x22] + [UInt8](repeating: 0x61, count: 6 * 1024 * 1024 - 2) + [0x22]
            #expect(try emulator.invoke(event).body == event)
        }

        /// The emulator takes a streamed response and hands it on as a whole, without the trailers.
        @Test func streamIsTaken() throws {
            let emulator = try Emulator(["cat"], environment: ["SHIM_STDOUT": "stream"])
            let event = [UInt8](repeating: 0x61, count: 1 << 20)
            for _ in 0..<3 { #expect(try emulator.invoke(event).body == event) }
            let failing = try Emulator(["sh", "-c", "cat; exit 1"], environment: ["SHIM_STDOUT": "stream"])
            #expect(try failing.invoke("part") == "part")
            #expect(try failing.invoke("").contains(#""errorType":"Function.ExitStatus""#), "nothing was sent before")
            let long = ["sh", "-c", "cat; head -c 9000 /dev/zero >&2; exit 1"]
            let verbose = try Emulator(long, environment: ["SHIM_STDOUT": "stream"])
            for _ in 0..<2 { #expect(try verbose.invoke("part") == "part", "trailers of the length that it takes") }
        }

        @Test func errorReachesTheInvoker() throws {
            let emulator = try Emulator(["sh", "-c", "echo 'no \"luck\"' >&2; exit 3"])
            for _ in 0..<2 {
                #expect(
                    try emulator.invoke("{}")
                        == #"{"errorMessage":"sh exited with status 3: no \"luck\"","errorType":"Function.ExitStatus","stackTrace":["no \"luck\""]}"#
                )
            }
            #expect(emulator.log.contains("no \"luck\"\n"))
        }

        @Test func timeoutIsReportedBeforeTheEmulatorKills() throws {
            let emulator = try Emulator(["sh", "-c", "if grep -q slow; then sleep 60; fi; echo fast"], timeout: 2)
            let answer = try emulator.invoke("slow")
            #expect(answer.contains("\"errorType\":\"Function.TimedOut\""), "\(answer)")
            #expect(try emulator.invoke("quick") == "fast\n", "the next invocation is warm")
            #expect(emulator.log.components(separatedBy: "INIT START").count == 2, "one init only")
        }

        @Test func crashOfTheChildLeavesTheRuntimeAlive() throws {
            let emulator = try Emulator([
                "sh", "-c", "ulimit -c 0; if grep -q crash; then kill -SEGV $$; fi; echo alive",
            ])
            #expect(try emulator.invoke("crash").contains("sh was killed by SIGSEGV"))
            #expect(try emulator.invoke("x") == "alive\n")
            #expect(emulator.log.components(separatedBy: "INIT START").count == 2)
        }

        @Test func programThatIsMissingIsAnInitError() throws {
            let emulator = try Emulator(["no-such-program"])
            let answer = try emulator.invoke("{}")
            #expect(
                answer.contains("cannot find the program 'no-such-program': tried /usr/no-such-program"),
                "\(answer)"
            )
            #expect(answer.contains("\"errorType\":\"Runtime.NoSuchHandler\""))
        }
    }
}
