import Foundation
import Glibc
import Testing

@testable import Platform

/// The loop means the same with a few descriptors, which `poll` is asked for, and with many, which are in the kernel's list.
@Suite(.serialized)
struct EventLoopTests {
    /// A loop that ends by itself, and idle watches beside those of the test.
    private func withLoop(_ idle: Int, _ body: (EventLoop) throws -> Void) throws {
        let loop = EventLoop()
        var pipes: [(Int32, Int32)] = []
        var watches: [EventLoop.Watch] = []
        for _ in 0..<idle {
            let ends = try Descriptor.pipe().giveAway()
            pipes.append(ends)
            watches.append(loop.watch(ends.reader, .readable) { _ in Issue.record("nothing was written") })
        }
        loop.after(.seconds(20)) {
            Issue.record("the loop did not end")
            loop.stop()
        }
        try body(loop)
        for watch in watches { watch.cancel() }
        for (reader, writer) in pipes {
            close(reader)
            close(writer)
        }
    }

    private func write(_ descriptor: Int32) { #expect(Glibc.write(descriptor, "x", 1) == 1) }

    @Test(arguments: [0, 200])
    func whatIsReadyIsReported(idle: Int) throws {
        try withLoop(idle) { loop in
            let (reader, writer) = try Descriptor.pipe().giveAway()
            var calls = 0
            var watch: EventLoop.Watch?
            watch = loop.watch(reader, .readable) { events in
                #expect(events.contains(.readable))
                var byte: UInt8 = 0
                #expect(read(reader, &byte, 1) == 1)
                calls += 1
                if calls < 3 { return write(writer) }
                // Nothing is reported while it is paused, and again afterwards.
                watch?.isPaused = true
                write(writer)
                loop.after(.milliseconds(30)) {
                    #expect(calls == 3)
                    watch?.isPaused = false
                    calls = 10
                }
                if calls == 11 { loop.stop() }
            }
            loop.later { write(writer) }
            loop.after(.milliseconds(200)) { if calls >= 11 { loop.stop() } }
            loop.after(.milliseconds(300)) { loop.stop() }
            try loop.run()
            #expect(calls >= 11)
            watch?.cancel()
            close(reader)
            close(writer)
        }
    }

    @Test(arguments: [0, 200])
    func changesOfWhatIsWantedCount(idle: Int) throws {
        try withLoop(idle) { loop in
            let (reader, writer) = try Descriptor.pipe().giveAway()
            var seen: [String] = []
            var watch: EventLoop.Watch?
            // A pipe with room: writable as long as that is asked for.
            watch = loop.watch(writer, []) { events in
                if !events.isDisjoint(with: .failed) {
                    seen.append("end")
                    return loop.stop()
                }
                seen.append("room")
                watch?.events = []
                loop.after(.milliseconds(20)) { close(reader) }
            }
            loop.after(.milliseconds(20)) {
                #expect(seen == [])
                watch?.events = .writable
            }
            try loop.run()
            // The end of the reader is reported though nothing is asked for.
            #expect(seen == ["room", "end"])
            watch?.cancel()
            close(writer)
        }
    }

    /// A number that is closed and opened again is another descriptor; what was cancelled is not called.
    @Test(arguments: [0, 200])
    func aNumberThatIsUsedAgainIsAnother(idle: Int) throws {
        try withLoop(idle) { loop in
            var old = 0
            var new = 0
            var second: EventLoop.Watch?
            let (reader, writer) = try Descriptor.pipe().giveAway()
            let first = loop.watch(reader, .readable) { _ in old += 1 }
            loop.later {
                write(writer)
                first.cancel()
                close(reader)
                close(writer)
                // Other tests may take the number first; mostly it is the same one.
                guard let ends = try? Descriptor.pipe().giveAway() else { return loop.stop() }
                second = loop.watch(ends.reader, .readable) { _ in
                    new += 1
                    second?.cancel()
                    close(ends.reader)
                    close(ends.writer)
                    loop.stop()
                }
                write(ends.writer)
            }
            try loop.run()
            #expect((old, new) == (0, 1))
        }
    }

    /// epoll takes neither files nor a descriptor twice; `poll` does.
    @Test(arguments: [0, 200])
    func filesAndDescriptorsWatchedTwiceAreReported(idle: Int) throws {
        try withLoop(idle) { loop in
            let folder = try TemporaryFolder()
            try folder.write("file", "x")
            let file = open(folder.path + "/file", O_RDONLY)
            let (reader, writer) = try Descriptor.pipe().giveAway()
            var seen: Set<String> = []
            var watches: [EventLoop.Watch] = []
            func watch(_ name: String, _ descriptor: Int32) {
                watches.append(
                    loop.watch(descriptor, .readable) { _ in
                        seen.insert(name)
                        if seen.count == 3 { loop.stop() }
                    }
                )
            }
            watch("file", file)
            watch("first", reader)
            watch("second", reader)
            write(writer)
            try loop.run()
            #expect(seen == ["file", "first", "second"])
            for watch in watches { watch.cancel() }
            for descriptor in [file, reader, writer] { close(descriptor) }
        }
    }

    /// Back and forth between the two ways, with watches that come and go.
    @Test func theNumberOfWatchesMayChange() throws {
        let loop = EventLoop()
        var calls = 0
        for round in 0..<6 {
            var watches: [EventLoop.Watch] = []
            var pipes: [(reader: Int32, writer: Int32)] = []
            let count = round % 2 == 0 ? 100 : 3
            for _ in 0..<count {
                let ends = try Descriptor.pipe().giveAway()
                pipes.append(ends)
                watches.append(
                    loop.watch(ends.reader, .readable) { _ in
                        var byte: UInt8 = 0
                        #expect(read(ends.reader, &byte, 1) == 1)
                        calls += 1
                        if calls == count { loop.stop() }
                    }
                )
                write(ends.writer)
            }
            calls = 0
            try loop.run()
            #expect(calls == count)
            for watch in watches { watch.cancel() }
            for (reader, writer) in pipes {
                close(reader)
                close(writer)
            }
        }
    }
}
