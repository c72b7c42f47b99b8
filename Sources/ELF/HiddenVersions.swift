/// Takes versions out of what a library offers, as an older build of it would not have them.
package enum HiddenVersions {
    /// Where the loader finds the hash of each version that a library is not to offer.
    ///
    /// The loader compares the hash (`vd_hash` of `Elf_Verdef`) before the name: with another hash the version is not found,
    /// and it says so in its usual message.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - isHidden: Whether a version of this name is not to be offered.
    /// - Returns: Offsets of 4 bytes each; none for a file that defines no such version.
    /// - Throws: ``ELFError`` for bytes that are not an ELF file or a damaged one.
    package static func offsets(
        in bytes: UnsafeRawBufferPointer,
        where isHidden: (String) -> Bool
    ) throws(ELFError) -> [Int] {
        let header = try ELFHeader(bytes)
        let reader = ByteReader(bytes: bytes, isBigEndian: header.isBigEndian, is64Bit: header.is64Bit)
        let segments = try Segments(reader)
        guard let part = segments.dynamic else { return [] }
        let dynamic = try DynamicSection(reader, part)
        guard let table = dynamic.versionDefinitions else { return [] }
        let strings = try StringTable(reader, segments, dynamic)
        let what = "the table of defined versions"
        var entry = try segments.file(table.address, what).offset
        var result: [Int] = []
        for _ in 0..<min(table.count, UInt64(VersionTables.limit)) {
            let auxiliary = try reader.offset(entry, plus: UInt64(try reader.u32(at: entry + 12, what)), times: 1, what)
            let name = try strings.string(UInt64(try reader.u32(at: auxiliary, what)), limit: 255, what)
            if isHidden(name) { result.append(Int(entry) + 8) }
            let next = try reader.u32(at: entry + 16, what)
            if next == 0 { break }
            entry = try reader.offset(entry, plus: UInt64(next), times: 1, what)
        }
        return result
    }
}
