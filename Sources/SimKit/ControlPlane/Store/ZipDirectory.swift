/// What the directory at the end of a zip says (APPNOTE.TXT 4.3.12 and 4.3.16): enough to refuse a bad upload at once.
package struct ZipDirectory: Equatable, Sendable {
    /// The names of the entries, in order.
    package let names: [String]
    /// The size of all entries, unpacked.
    package let unpackedSize: Int

    /// Reads the directory.
    ///
    /// - Returns: `nil` where the bytes are not a whole zip, or one whose entries lead out of its folder.
    package init?(_ bytes: [UInt8]) {
        // The end record is the last thing but for a comment of at most 65,535 bytes.
        guard bytes.count >= 22 else { return nil }
        let earliest = max(0, bytes.count - 22 - 65_535)
        let end = stride(from: bytes.count - 22, through: earliest, by: -1).first { offset in
            Self.number(bytes, offset, 4) == 0x0605_4B50
                && offset + 22 + Self.number(bytes, offset + 20, 2) == bytes.count
        }
        guard let end else { return nil }
        let size = Self.number(bytes, end + 12, 4)
        let start = Self.number(bytes, end + 16, 4)
        guard start + size <= end else { return nil }
        var offset = start
        var names: [String] = []
        var total = 0
        while offset < start + size {
            guard offset + 46 <= end, Self.number(bytes, offset, 4) == 0x0201_4B50 else { return nil }
            let nameLength = Self.number(bytes, offset + 28, 2)
            let rest = Self.number(bytes, offset + 30, 2) + Self.number(bytes, offset + 32, 2)
            guard offset + 46 + nameLength + rest <= end else { return nil }
            // Each entry has a header of its own, too.
            let header = Self.number(bytes, offset + 42, 4)
            guard header + 30 <= start, Self.number(bytes, header, 4) == 0x0403_4B50 else { return nil }
            let name = String(decoding: bytes[(offset + 46)..<(offset + 46 + nameLength)], as: UTF8.self)
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else { return nil }
            names.append(name)
            total += Self.number(bytes, offset + 24, 4)
            offset += 46 + nameLength + rest
        }
        guard offset == start + size else { return nil }
        self.names = names
        unpackedSize = total
    }

    /// A number in little endian.
    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
}
