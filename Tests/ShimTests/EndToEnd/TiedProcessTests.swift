import Foundation
import Testing

/// Servers that tests share do not outlive them.
@Suite struct TiedProcessTests {
    @Test func aServerEndsWithItsOwnerEvenIfThatIsKilled() async throws {
        let owner = try TestProcess("/bin/sleep", ["1000"])
        let server = try TestProcess.tied("/bin/sh", ["-c", "echo $$; exec sleep 1000"], to: owner.pid)
        try await SimTool.eventually("the server runs") { server.outputText.hasSuffix("\n") }
        let pid = try #require(Int32(server.outputText.trimmingCharacters(in: .newlines)))
        #expect(kill(pid, 0) == 0 && server.isRunning)
        owner.signal(SIGKILL)
        try await SimTool.eventually("the server is gone") { !server.isRunning && kill(pid, 0) != 0 }
    }

    @Test func whatCannotStartHasNoGuardian() async throws {
        let server = try TestProcess.tied("/bin/false", [])
        try await SimTool.eventually("nobody waits for it") { !server.isRunning }
    }
}
