import Foundation
import ToolKit

/// The table of contents of a zip archive (APPNOTE 4.3), read for names, modes and sizes; the content is left to `unzip`.
struct ZipReader: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        let name: String
        /// The Unix mode with its type bits; `nil` where a system without modes made the archive.
        let mode: UInt16?
        let size: Int
        /// Where its header and then its bytes are in the archive.
        let offset: Int
        /// Where its record is in the table of contents.
        let record: Range<Int>

        /// The field of a record that holds ``offset``.
        static let offsetField = 42..<46

        /// Where its flags are in the archive: in the table of contents, and before its bytes.
        var flagOffsets: [Int] { [record.lowerBound + 8, offset + 6] }

        var isFolder: Bool { name.hasSuffix("/") }
        var isLink: Bool { (mode ?? 0) & 0xf000 == 0xa000 }
    }

    let entries: [Entry]
    /// Where the table of contents begins.
    let table: Int

    /// Reads the central directory.
    ///
    /// - Throws: ``PackError/damagedZip(path:cause:)`` for anything but an archive in one file.
    init(_ data: Data, path: String) throws {
        (entries, table) = try data.withUnsafeBytes { bytes in
            func fail(_ cause: String) -> PackError { .damagedZip(path: path, cause: cause) }
            func number<I: FixedWidthInteger>(_ type: I.Type, _ offset: Int) -> I? {
                guard offset >= 0, offset <= bytes.count - MemoryLayout<I>.size else { return nil }
                return I(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: I.self))
            }
            // The end record is the last 22 bytes, or up to 64 KB before the end where a comment follows it.
            let lowest = max(0, bytes.count - 22 - 65_535)
            let places = stride(from: bytes.count - 22, through: lowest, by: -1)
            guard bytes.count >= 22, let end = places.first(where: { number(UInt32.self, $0) == 0x0605_4b50 }) else {
                throw fail("it has no table of contents: it is not a zip archive, or it is cut off")
            }
            guard let count = number(UInt16.self, end + 10), let start = number(UInt32.self, end + 16) else {
                throw fail("its table of contents is damaged")
            }
            guard count != 0xffff, start != 0xffff_ffff else {
                throw fail("it is a zip64 archive, larger than Lambda takes")
            }
            var offset = Int(start)
            var result: [Entry] = []
            for _ in 0..<count {
                guard number(UInt32.self, offset) == 0x0201_4b50, let madeBy = number(UInt16.self, offset + 4),
                    let size = number(UInt32.self, offset + 24),
                    let nameLength = number(UInt16.self, offset + 28), let extra = number(UInt16.self, offset + 30),
                    let comment = number(UInt16.self, offset + 32), let attributes = number(UInt32.self, offset + 38),
                    let local = number(UInt32.self, offset + 42),
                    offset + 46 + Int(nameLength) <= bytes.count
                else { throw fail("its table of contents is damaged") }
                guard let flags = number(UInt16.self, offset + 8), flags & 1 == 0 else {
                    throw fail("it is encrypted, which Lambda does not take")
                }
                let name = String(decoding: bytes[(offset + 46)..<(offset + 46 + Int(nameLength))], as: UTF8.self)
                let next = offset + 46 + Int(nameLength) + Int(extra) + Int(comment)
                guard next <= bytes.count else { throw fail("its table of contents is damaged") }
                let isUnix = madeBy >> 8 == 3 || madeBy >> 8 == 19
                result.append(
                    Entry(
                        name: name,
                        mode: isUnix ? UInt16(truncatingIfNeeded: attributes >> 16) : nil,
                        size: Int(size),
                        offset: Int(local),
                        record: offset..<next
                    )
                )
                offset = next
            }
            return (result, Int(start))
        }
    }

    /// Reads the central directory of a file.
    init(path: String) throws {
        try self.init(Disk.map(path), path: path)
    }
}
