import Foundation
import Glibc
import Platform
import Testing
import ToolKit

/// Tools of the system as children: real ones.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ToolboxTests {
    private let toolbox = Toolbox(interrupts: nil)
    private let shell = Tool("sh", package: "dash")

    private func shellRun(_ script: String, input: String = "") -> ToolRun {
        var run = ToolRun(shell, ["-c", script])
        run.input = Data(input.utf8)
        return run
    }

    @Test func aToolLeavesOutputErrorsAndItsEnd() throws {
        let results = try toolbox.results([
            shellRun("cat; echo one >&2; echo two >&2; exit 3", input: "a\u{0}b"), shellRun("kill -TERM $$"),
        ])
        #expect(results[0].output == Data("a\u{0}b".utf8))
        #expect(results[0].end == .exited(status: 3) && results[0].status == "status 3" && !results[0].succeeded)
        #expect(results[0].firstLine == "one" && results[0].lastLine == "two")
        #expect(results[1].end == .signalled(SIGTERM) && results[1].status == "SIGTERM")
        #expect(toolbox.failure(of: shell, results[0]).description == "'sh' failed: status 3: one")
    }

    /// Whoever reaps what has escaped must not take a tool from another thread that waits for it.
    @Test func aToolIsAwaitedUntilItIsReaped() throws {
        func spawn(isAwaited: Bool) throws -> pid_t {
            let child = ChildSpec(
                executable: "/bin/sh",
                arguments: ["sh", "-c", "exit 3"],
                environment: [:],
                directory: "/"
            )
            return try ProcessControl.spawn(child, output: 2, error: 2, isAwaited: isAwaited)
        }
        let pid = try spawn(isAwaited: true)
        #expect(ProcessControl.isAwaited(pid))
        ProcessControl.waitForEnd(of: pid, atMost: .seconds(60))
        #expect(ProcessControl.isAwaited(pid), "it has ended, and how is not known yet")
        #expect(try ProcessControl.reap(pid) == .exited(status: 3))
        #expect(!ProcessControl.isAwaited(pid))
        let other = try spawn(isAwaited: false)
        #expect(!ProcessControl.isAwaited(other))
        ProcessControl.waitForEnd(of: other, atMost: .seconds(60))
        #expect(try ProcessControl.reap(other) == .exited(status: 3))
        let abandoned = try spawn(isAwaited: true)
        ProcessControl.abandon(abandoned)
        #expect(!ProcessControl.isAwaited(abandoned))
        ProcessControl.waitForEnd(of: abandoned, atMost: .seconds(60))
        _ = try ProcessControl.reap(abandoned)
    }

    @Test func somethingElseIsDoneWhileToolsRun() throws {
        let folder = try TemporaryFolder()
        // It ends only once the file is there, which is made meanwhile.
        let waiting = shellRun("until [ -e '\(folder.path)/go' ]; do sleep 0.02; done; echo went")
        let result = try toolbox.results([waiting], meanwhile: { _ = try folder.write("go", "") })
        #expect(result[0].succeeded && result[0].text == "went\n")

        struct Refusal: Error {}
        let endless = shellRun("echo $$ >'\(folder.path)/pid'; exec sleep 1000")
        #expect(throws: Refusal.self) {
            try toolbox.results(
                [endless],
                meanwhile: {
                    eventually("the tool starts") { (try? folder.read("pid"))?.hasSuffix("\n") == true }
                    throw Refusal()
                }
            )
        }
        let pid = try #require(pid_t(folder.read("pid").trimmingCharacters(in: .newlines)))
        #expect(kill(pid, 0) == -1 && errno == ESRCH, "the tool has ended with the work")
    }

    /// More than any pipe holds, on all three streams at once.
    @Test func noAmountOfOutputBlocks() throws {
        let text = String(repeating: "x", count: 3_000_000)
        let result = try toolbox.results([shellRun("tee /dev/stderr", input: text)])[0]
        #expect(result.text == text && result.errors == text)
    }

    @Test func toolsRunSideBySideAndInOrder() throws {
        let folder = try TemporaryFolder()
        // Each waits for the file of the next one: only side by side can they end.
        let runs = (0..<4).map { index in
            shellRun("cd \(folder.path); touch \(index); until [ -e \((index + 1) % 4) ]; do :; done; echo \(index)")
        }
        #expect(try toolbox.results(runs).map(\.text) == ["0\n", "1\n", "2\n", "3\n"])
        let many = (0..<30).map { shellRun("echo \($0)") }
        #expect(try toolbox.results(many).map(\.text) == (0..<30).map { "\($0)\n" })
    }

    @Test func whatAToolLeavesRunningIsEnded() throws {
        let folder = try TemporaryFolder()
        _ = try toolbox.results([shellRun("sleep 1000 & echo $! > \(folder.path)/pid")])
        let text = try String(contentsOfFile: folder.path + "/pid", encoding: .utf8)
        let pid = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
        let deadline = ContinuousClock.now.advanced(by: .seconds(30))
        func runs() -> Bool {
            let state = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            return !state.isEmpty && !state.contains(") Z ")
        }
        while runs() {
            try #require(ContinuousClock.now < deadline)
            usleep(2000)
        }
    }

    /// A signal ends all that run, lets them clean up, and stays to be read.
    @Test func aSignalStopsTheTools() throws {
        let folder = try TemporaryFolder()
        let signals = try Descriptor.pipe()
        let toolbox = Toolbox(interrupts: signals.reader.raw)
        // The byte of a signal, as the handler of a program writes it.
        let writer = signals.writer.raw
        let script =
            "cd \(folder.path); trap 'echo bye > NAME; exit' TERM; echo 1 > NAME.on; while :; do sleep 0.01; done"
        let path = folder.path
        let thread = Thread {
            while Files.status(path + "/a.on") == nil || Files.status(path + "/b.on") == nil { usleep(1000) }
            var byte: UInt8 = 15
            _ = Glibc.write(writer, &byte, 1)
        }
        thread.start()
        #expect(throws: Interruption.self) {
            try toolbox.results(["a", "b"].map { shellRun(script.replacingOccurrences(of: "NAME", with: $0)) })
        }
        #expect(Files.status(path + "/a") != nil && Files.status(path + "/b") != nil)
        #expect(throws: Interruption.self) { try toolbox.checkInterrupt() }
        try signals.reader.setNonBlocking()
        #expect(Signals.next(from: signals.reader.raw) == 15)
        try toolbox.checkInterrupt()
    }

    @Test func aMissingToolNamesItsPackage() {
        let error = #expect(throws: ToolError.self) {
            try toolbox.run(Tool("no-such-tool", package: "some-package"), [])
        }
        #expect(
            error?.description == "cannot run 'no-such-tool': it is not installed\nhint: apt-get install some-package"
        )
    }

    @Test func noDescriptorIsLeft() throws {
        func count() throws -> Int { try Files.list("/proc/self/fd").count }
        _ = try toolbox.run(shell, ["-c", ":"])
        let before = try count()
        for _ in 0..<50 { _ = try toolbox.run(shell, ["-c", ":"]) }
        // Other suites open and close meanwhile.
        #expect(try count() < before + 50)
    }
}
