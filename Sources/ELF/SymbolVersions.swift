/// A symbol version that a file wants from a library it needs.
package struct NeededVersion: Hashable, Sendable {
    /// The version, `GLIBC_2.34`.
    package let name: String
    /// Whether the loader only warns where the library lacks it (`VER_FLG_WEAK`).
    package let isWeak: Bool
    /// The first symbol of the file that is bound to the version, where symbols were asked for.
    package let symbol: String?

    /// Makes a needed version.
    package init(name: String, isWeak: Bool = false, symbol: String? = nil) {
        self.name = name
        self.isWeak = isWeak
        self.symbol = symbol
    }
}

/// The versions that a file wants from one library (`Elf_Verneed`).
package struct VersionNeed: Hashable, Sendable {
    /// The library, by the name it has in the list of needed ones: `libc.so.6`.
    package let file: String
    /// The versions, in the file's order.
    package let versions: [NeededVersion]

    /// Makes the needs from one library.
    package init(file: String, versions: [NeededVersion]) {
        self.file = file
        self.versions = versions
    }
}

/// The version tables of one file: `DT_VERNEED` and `DT_VERDEF`.
struct VersionTables {
    /// More than any real file has (glibc defines some 50); the memory for a damaged file stays small.
    static let limit = 8192

    let reader: ByteReader
    let segments: Segments
    let strings: StringTable

    /// The needs; `symbols` names a symbol for the version index that `DT_VERSYM` uses.
    func needs(
        _ table: (address: UInt64, count: UInt64),
        symbols: [UInt16: String]
    ) throws(ELFError) -> [VersionNeed] {
        let what = "the table of needed versions"
        var entry = try segments.file(table.address, what).offset
        var result: [VersionNeed] = []
        var total = 0
        for _ in 0..<min(table.count, UInt64(Self.limit)) {
            let auxiliaries = try reader.u16(at: advance(entry, 2, what), what)
            let file = try reader.u32(at: advance(entry, 4, what), what)
            var auxiliary = try advance(entry, UInt64(try reader.u32(at: advance(entry, 8, what), what)), what)
            var versions: [NeededVersion] = []
            for _ in 0..<auxiliaries {
                total += 1
                guard total <= Self.limit else { throw .tooLarge(what: what, limit: Self.limit) }
                let flags = try reader.u16(at: advance(auxiliary, 4, what), what)
                let index = try reader.u16(at: advance(auxiliary, 6, what), what)
                let name = try reader.u32(at: advance(auxiliary, 8, what), what)
                versions.append(
                    NeededVersion(
                        name: try strings.string(UInt64(name), limit: 255, "the name of a version"),
                        isWeak: flags & 2 != 0,
                        symbol: symbols[index & 0x7fff]
                    )
                )
                let next = try reader.u32(at: advance(auxiliary, 12, what), what)
                if next == 0 { break }
                auxiliary = try advance(auxiliary, UInt64(next), what)
            }
            result.append(
                VersionNeed(file: try strings.string(UInt64(file), "the name of a needed library"), versions: versions)
            )
            let next = try reader.u32(at: advance(entry, 12, what), what)
            if next == 0 { break }
            entry = try advance(entry, UInt64(next), what)
        }
        return result
    }

    /// The names of the versions a library defines, without the one that is only its own file name.
    func definitions(_ table: (address: UInt64, count: UInt64)) throws(ELFError) -> [String] {
        let what = "the table of defined versions"
        var entry = try segments.file(table.address, what).offset
        var result: [String] = []
        for _ in 0..<min(table.count, UInt64(Self.limit)) {
            let flags = try reader.u16(at: advance(entry, 2, what), what)
            let auxiliary = try advance(entry, UInt64(try reader.u32(at: advance(entry, 12, what), what)), what)
            if flags & 1 == 0 {
                let name = try reader.u32(at: auxiliary, what)
                result.append(try strings.string(UInt64(name), limit: 255, "the name of a version"))
            }
            let next = try reader.u32(at: advance(entry, 16, what), what)
            if next == 0 { break }
            entry = try advance(entry, UInt64(next), what)
        }
        return result
    }

    private func advance(_ base: UInt64, _ distance: UInt64, _ what: String) throws(ELFError) -> UInt64 {
        try reader.offset(base, plus: distance, times: 1, what)
    }
}
