import Foundation
import Glibc
import Platform
import Testing

@Suite struct PlatformTests {
    @Test func systemErrorKeepsTheCallAndTheNumber() {
        let error = #expect(throws: SystemError.self) { _ = try Descriptor.open("/no/such/file", O_RDONLY) }
        #expect(error?.description == "No such file or directory (open, errno 2)")
    }

    /// `poll` reports such a descriptor at once, again and again: the loop turned for ever and used up a processor.
    @Test func descriptorThatWasClosedUnderTheLoopEndsIt() throws {
        let pipe = try Descriptor.pipe()
        // A number that no other test is given meanwhile.
        let copy = fcntl(pipe.reader.raw, F_DUPFD_CLOEXEC, 900)
        #expect(copy >= 900)
        let loop = EventLoop()
        var calls = 0
        let watch = loop.watch(copy, .readable) { _ in calls += 1 }
        loop.after(.seconds(10)) { loop.stop() }
        close(copy)
        let error = #expect(throws: SystemError.self) { try loop.run() }
        #expect(error?.description == "Bad file descriptor (poll, errno 9)")
        #expect(calls == 1)
        watch.cancel()
    }

    @Test func removeTreeTakesWhateverAProgramLeft() throws {
        let folder = try Files.makeTemporaryFolder(prefix: "/tmp/shim-test-")
        let inner = folder + "/a/b"
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(fileURLWithPath: inner + "/file"))
        #expect(symlink("/etc", folder + "/link") == 0)
        #expect(mkfifo(folder + "/fifo", 0o600) == 0)
        #expect(chmod(folder + "/a", 0) == 0)
        try Files.removeTree(folder)
        #expect(Files.status(folder) == nil)
        #expect(Files.status("/etc")?.isDirectory == true, "links are not followed")
        try Files.removeTree(folder)
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:80", true), ("localhost", "127.0.0.1:80", true), ("[::1]", "[::1]:80", true),
        ("::1", "[::1]:80", true), ("169.254.100.1", "169.254.100.1:80", false), ("0.0.0.0", "0.0.0.0:80", false),
    ])
    func addressesAreLiteralsOrLocal(host: String, text: String, isLoopback: Bool) throws {
        let address = try #require(SocketAddress(host: host, port: 80))
        #expect(address.description == text)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: ["", "example.invalid", "1.2.3", "256.1.1.1", "127.0.0.1 "])
    func otherHostsAreNone(host: String) { #expect(SocketAddress(host: host, port: 80) == nil) }

    @Test func timestampsAreRFC3339() {
        #expect(WallClock.timestamp(1_709_572_958_033) == "2024-03-04T17:22:38.033Z")
        #expect(WallClock.timestamp(0) == "1970-01-01T00:00:00.000Z")
    }

    @Test func pollRoundsUpAndReportsTheEnd() throws {
        let ends = try Descriptor.pipe()
        #expect(try poll([PollRequest(ends.reader.raw, .readable)], timeout: .microseconds(10)) == [[]])
        _ = try "x".withCString { try ends.writer.write(UnsafeRawBufferPointer(start: $0, count: 1)) }
        #expect(
            try poll([PollRequest(-1, .readable), PollRequest(ends.reader.raw, .readable)], timeout: nil)[1]
                == .readable
        )
    }

    @Test func mappedFilesHaveTheirBytes() throws {
        let folder = try TemporaryFolder()
        #expect(try Files.withMapped(folder.write("empty", "")) { $0.count } == 0)
        #expect(try Files.withMapped(folder.write("some", "text")) { Array($0) } == Array("text".utf8))
        #expect(throws: SystemError.self) { try Files.withMapped(folder.path + "/none") { $0.count } }
    }

    @Test func signalsHaveNames() {
        #expect(ProcessControl.name(ofSignal: 11) == "SIGSEGV")
        #expect(ProcessControl.name(ofSignal: 40) == "signal 40")
    }
}
