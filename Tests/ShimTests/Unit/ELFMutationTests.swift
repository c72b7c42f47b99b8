import Foundation
import Testing

@testable import ELF

/// Damaged files: every reading ends with a value or an ``ELFError``, never with a trap or a read past the end.
@Suite struct ELFMutationTests {
    private static let paths = [
        "/bin/ls", "/bin/true", "/usr/bin/perl", "/proc/self/exe",
        Machine.current == .arm64 ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2",
        Machine.current == .arm64 ? "/lib/aarch64-linux-gnu/libm.so.6" : "/lib/x86_64-linux-gnu/libm.so.6",
    ]

    /// The bytes of a file, at most 2 MB of them, so that a thousand copies are quick.
    private func bytes(_ path: String) throws -> [UInt8] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path).resolvingSymlinksInPath(), options: .alwaysMapped)
        return [UInt8](data.prefix(2_000_000))
    }

    /// Copies the bytes to the end of an allocation of exactly their size, so that address tools see an over-read.
    private func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(ELFError) {
            let file = try ELFFile(bytes, withSymbols: true)
            return file.needed.count <= 4096
        } catch {
            return !error.description.isEmpty
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: paths)
    func survivesAnyByte(path: String) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("ELF mutation seed for \(path): \(seed)")
        var random = SplitMix(state: seed)
        var original = try bytes(path)
        // The tables lie at the start: most of the damage goes there, and some of it in 8-byte words of extreme values.
        let extremes: [UInt64] = [0, 1, 0x7f, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 63, UInt64.max, UInt64.max - 7]
        original.withUnsafeMutableBytes { buffer in
            for _ in 0..<1500 {
                var undo: [(Int, UInt8)] = []
                for _ in 0..<Int(random.next() % 8 + 1) {
                    let span = random.next() % 4 == 0 ? buffer.count : min(buffer.count, 16_384)
                    let place = Int(random.next() % UInt64(span))
                    if random.next() % 2 == 0 {
                        let value = extremes[Int(random.next() % UInt64(extremes.count))]
                        for offset in 0..<8 where place + offset < buffer.count {
                            undo.append((place + offset, buffer[place + offset]))
                            buffer[place + offset] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(offset)))
                        }
                    } else {
                        undo.append((place, buffer[place]))
                        buffer[place] = UInt8(truncatingIfNeeded: random.next())
                    }
                }
                #expect(read(UnsafeRawBufferPointer(buffer)))
                for (place, value) in undo.reversed() { buffer[place] = value }
            }
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: paths.prefix(2))
    func survivesBeingCutAnywhere(path: String) throws {
        let original = try bytes(path)
        original.withUnsafeBytes { buffer in
            for length in stride(from: 0, to: min(buffer.count, 6000), by: 1) {
                #expect(read(UnsafeRawBufferPointer(rebasing: buffer[..<length])))
            }
        }
    }

    /// Damages the dynamic section itself, where every number is an address, a size or an index.
    @Test(.timeLimit(.minutes(5))) func survivesAnyDynamicSection() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("ELF dynamic section mutation seed: \(seed)")
        var random = SplitMix(state: seed)
        var original = try bytes("/bin/ls")
        let part = try original.withUnsafeBytes { buffer in
            try Segments(ByteReader(bytes: buffer)).dynamic
        }
        let dynamic = try #require(part)
        original.withUnsafeMutableBytes { buffer in
            let range = Int(dynamic.offset)..<Int(dynamic.offset + dynamic.size)
            let saved = [UInt8](buffer[range])
            for _ in 0..<5000 {
                for _ in 0..<Int(random.next() % 3 + 1) {
                    let place = range.lowerBound + Int(random.next() % UInt64(range.count / 8)) * 8
                    let value = random.next() >> (random.next() % 64)
                    for offset in 0..<8 {
                        buffer[place + offset] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(offset)))
                    }
                }
                #expect(read(UnsafeRawBufferPointer(buffer)))
                for (offset, value) in saved.enumerated() { buffer[range.lowerBound + offset] = value }
            }
        }
    }

    /// One long name that is said to be that of every symbol: the file is small, what it asks for is half a gigabyte.
    @Test(.timeLimit(.minutes(5))) func aNameIsNotKeptThirtyThousandTimes() throws {
        let symbols = 32_000
        var bytes: [UInt8] = []
        func put(_ value: UInt64, _ size: Int) {
            for shift in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * shift))) }
        }
        // Places: two program headers at 64, the dynamic section at 176, tables from 1024 on, the name last.
        let table = 1024
        let versions = table + symbols * 24
        let needs = versions + symbols * 2
        let hash = needs + 16
        let strings = hash + 8
        let end = strings + 16_001
        for (value, size) in [
            (0x464c_457f, 4), (2, 1), (1, 1), (1, 1), (0, 9), (3, 2), (62, 2), (1, 4), (0, 8), (64, 8), (0, 8), (0, 4),
            (64, 2), (56, 2), (2, 2), (0, 6),
        ] { put(UInt64(value), size) }
        for (type, offset, size) in [(1, 0, end), (2, 176, 144)] {
            put(UInt64(type), 4)
            put(5, 4)
            for value in [offset, offset, offset, size, size, 8] { put(UInt64(value), 8) }
        }
        for (tag, value) in [
            (5, strings), (10, 16_001), (6, table), (11, 24), (4, hash), (0x6fff_fff0, versions), (0x6fff_fffe, needs),
            (0x6fff_ffff, 1), (0, 0),
        ] {
            put(UInt64(tag), 8)
            put(UInt64(value), 8)
        }
        bytes += [UInt8](repeating: 0, count: table - bytes.count + symbols * 24)
        for index in 0..<symbols { put(UInt64(index + 2), 2) }
        bytes += [UInt8](repeating: 0, count: 16)
        put(0, 4)
        put(UInt64(symbols), 4)
        bytes += [UInt8](repeating: UInt8(ascii: "x"), count: 16_000) + [0]
        #expect(throws: ELFError.tooLarge(what: "the names of symbols", limit: 4 << 20)) {
            try ELFFile(bytes, withSymbols: true)
        }
    }
}
