import Foundation
import Platform
import Testing

/// Standard input, output and error that are closed, full, no files, or read by nobody.
@Suite(.timeLimit(.minutes(2)))
struct SimStandardStreamTests {
    /// Runs words of bash, in which `$sim` is the simulator, in a folder with a pipe `fifo`.
    private func bash(_ words: String, in folder: URL) async throws -> TestProcess {
        let made = try SimTool.start(Executables.system("mkfifo"), ["fifo"], in: folder)
        #expect(try await made.result().status == 0)
        let environment = try ["sim": Executables.path("shim-sim"), "TMPDIR": folder.path]
        return try SimTool.start(Executables.system("bash"), ["-c", words], in: folder, environment: environment)
    }

    private func workspaces(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("shim-sim-") }
    }

    /// All calls were made, for nobody, and then a broken pipe was complained of.
    @Test func aReaderWhoStopsEndsTheRun() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script("#!/bin/sh\necho failed >&2\nexit 1\n", at: folder, named: "fails")
            let words = """
                exec 3<> fifo; exec 4> fifo; exec 3>&-
                $sim run seq --repeat 50 -- 9 >&4; echo $?
                $sim run ./fails --repeat 50 >&4; echo $?
                """
            let result = try await bash(words, in: folder).result()
            #expect(result.text == "0\n1\n")
            #expect(result.log.matches(of: /START RequestId/).count == 2, "\(result.log)")
            #expect(!result.log.contains("shim-sim: "), "\(result.log)")
        }
    }

    /// The log went to the pipe that signals are read from, and the simulator ended by a signal that nobody had sent.
    @Test func closedStreamsAreAnErrorOnlyWhereTheyAreNeeded() async throws {
        try await SimTool.withFolder { folder in
            let words = """
                $sim run cat -d 1 <&- >&- 2>&-; echo $?
                $sim run cat -d 1 <&- 2>&-; echo " $?"
                $sim run cat -d 1 --quiet >&-; echo $?
                $sim run cat -e - --quiet <&-; echo $?
                """
            let result = try await bash(words, in: folder).result()
            #expect(result.text == "1\n1 0\n1\n1\n")
            #expect(
                result.log == """
                    shim-sim: cannot write 'standard output': Bad file descriptor (write, errno 9)
                    shim-sim: cannot read 'standard input': Bad file descriptor (read, errno 9)

                    """
            )
            #expect(try workspaces(folder) == [])
        }
    }

    /// `/dev/stdin` cannot be opened where it is a socket, as under some supervisors and editors.
    @Test func anEventMayComeFromASocket() async throws {
        try await SimTool.withFolder { folder in
            let client = """
                import socket, subprocess, sys
                ours, theirs = socket.socketpair()
                ours.sendall(b'{"a":1}')
                ours.close()
                theirs.setblocking(False)
                sys.exit(subprocess.call([sys.argv[1], 'run', 'cat', '-e', '-', '--quiet'], stdin=theirs))
                """
            let words = try ["-c", client, Executables.path("shim-sim")]
            let result = try await SimTool.start(Executables.system("python3"), words, in: folder).result()
            #expect(result.text == #"{"a":1}"#, "\(result.log)")
        }
    }

    /// The simulator waited in `write` and saw no signal; killed, it left its folder and the function's processes.
    @Test(arguments: ["run ./writes >&3", "run ./writes 2>&3 >&2", "run ./tells 2>&3"])
    func aSignalIsSeenWhileNobodyReads(words: String) async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script("#!/bin/sh\nhead -c 1000000 /dev/zero\n", at: folder, named: "writes")
            try SimTool.script("#!/bin/sh\nyes | head -c 1000000 >&2\n", at: folder, named: "tells")
            let running = try await bash("exec 3<> fifo; exec $sim \(words)", in: folder)
            let fifo = try Descriptor.open(folder.path + "/fifo", O_RDONLY | O_NONBLOCK)
            let number = fifo.raw
            try await SimTool.eventually("the pipe is full") {
                var count: Int32 = 0
                return ioctl(number, UInt(FIONREAD), &count) == 0 && count > 60_000
            }
            running.signal(SIGTERM)
            #expect(try await running.result(within: 20).status == 128 + SIGTERM)
            #expect(try workspaces(folder) == [])
            withExtendedLifetime(fifo) {}
        }
    }

    /// The end of the terminal ended what `nohup` had started.
    @Test func whatIgnoresHangUpsGoesOn() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script("#!/bin/sh\n: > started\nread line < fifo\necho $line\n", at: folder, named: "f")
            let running = try await bash("trap '' HUP; exec $sim run ./f --timeout 60", in: folder)
            try await SimTool.eventually("the function runs") {
                FileManager.default.fileExists(atPath: folder.path + "/started")
            }
            running.signal(SIGHUP)
            let fifo = folder.appendingPathComponent("fifo")
            try await Task.detached { try Data("went on\n".utf8).write(to: fifo) }.value
            #expect(try await running.result().text == "went on\n")
        }
    }
}
