import Foundation
import Platform
import ToolKit

/// Makes one zip archive of several, without compressing anything again: byte for byte what one `zip` of all their files
/// would have written, sorted by name.
struct ZipJoiner {
    private struct Piece {
        let entry: ZipReader.Entry
        /// The archive that it is in.
        let data: Data
        /// Its header and its bytes there.
        let bytes: Range<Int>
    }

    private let pieces: [Piece]

    /// Reads the tables of archives that `zip` has just written: without anything between their files.
    ///
    /// - Throws: ``PackError/damagedZip(path:cause:)``.
    init(_ paths: [String]) throws {
        var pieces: [Piece] = []
        for path in paths {
            let data = try Disk.map(path)
            let archive = try ZipReader(data, path: path)
            let entries = archive.entries.sorted { $0.offset < $1.offset }
            for (index, entry) in entries.enumerated() {
                let end = index + 1 < entries.count ? entries[index + 1].offset : archive.table
                guard entry.offset < end, end <= data.count else {
                    throw PackError.damagedZip(path: path, cause: "its table of contents is damaged")
                }
                pieces.append(Piece(entry: entry, data: data, bytes: entry.offset..<end))
            }
        }
        self.pieces = pieces.sorted { $0.entry.name < $1.entry.name }
    }

    /// Writes the archive.
    func write(to path: String) throws {
        var table = Data()
        var offset = 0
        do throws(SystemError) {
            let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
            for piece in pieces {
                var record = piece.data.subdata(in: piece.entry.record)
                record.replaceSubrange(
                    ZipReader.Entry.offsetField,
                    with: Self.bytes(UInt32(truncatingIfNeeded: offset))
                )
                table += record
                offset += piece.bytes.count
                try Self.write(piece.data, piece.bytes, to: file.raw)
            }
            let end = Self.end(count: pieces.count, table: table.count, offset: offset)
            try Self.write(table + end, 0..<(table.count + end.count), to: file.raw)
        } catch {
            throw ToolError.cannotWrite(path: path, cause: SystemError.text(error.errno))
        }
    }

    /// The end record (APPNOTE 4.3.16) of an archive in one file without a comment.
    private static func end(count: Int, table: Int, offset: Int) -> Data {
        let count = bytes(UInt16(truncatingIfNeeded: count))
        return bytes(UInt32(0x0605_4b50)) + bytes(UInt32(0)) + count + count + bytes(UInt32(truncatingIfNeeded: table))
            + bytes(UInt32(truncatingIfNeeded: offset)) + bytes(UInt16(0))
    }

    private static func bytes(_ number: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: number.littleEndian) { Data($0) }
    }

    private static func write(_ data: Data, _ range: Range<Int>, to file: Int32) throws(SystemError) {
        try data.withUnsafeBytes { bytes in
            Result { () throws(SystemError) in try writeAll(UnsafeRawBufferPointer(rebasing: bytes[range]), to: file) }
        }.get()
    }
}
