/// The dynamic symbol table, read for one question: which undefined symbol is bound to which version.
struct DynamicSymbols {
    /// C++ symbols can be long; this is longer than any linker writes.
    private static let nameLimit = 16_384

    /// All names together: one long name may be that of thousands of symbols.
    private static let totalLimit = 4 << 20

    let reader: ByteReader
    let segments: Segments
    let strings: StringTable
    let dynamic: DynamicSection

    /// The first undefined symbol of each version index that `DT_VERSYM` uses.
    func firstOfEachVersion() throws(ELFError) -> [UInt16: String] {
        guard let tableAddress = dynamic.symbolTable, let versionAddress = dynamic.symbolVersions else { return [:] }
        let entrySize = dynamic.symbolEntrySize ?? (reader.is64Bit ? 24 : 16)
        guard entrySize >= (reader.is64Bit ? 24 : 16) else { throw .malformed(what: "the symbol table") }
        let table = try segments.file(tableAddress, "the symbol table")
        let versions = try segments.file(versionAddress, "the table of symbol versions").offset
        // Never past the file, whatever the tables that give the count say.
        let room = (reader.count - min(table.offset, reader.count)) / entrySize
        let count = min(try count(entrySize, table: tableAddress), room)
        var result: [UInt16: String] = [:]
        var total = 0
        for index in 0..<count {
            let entry = table.offset + index * entrySize
            guard try reader.u16(at: entry + (reader.is64Bit ? 6 : 14), "a symbol") == 0 else { continue }
            let place = try reader.offset(versions, plus: index, times: 2, "the table of symbol versions")
            let version = try reader.u16(at: place, "the table of symbol versions") & 0x7fff
            guard version > 1, result[version] == nil else { continue }
            let name = try reader.u32(at: entry, "a symbol")
            let text = try strings.string(UInt64(name), limit: Self.nameLimit, "the name of a symbol")
            total += text.utf8.count
            guard total <= Self.totalLimit else {
                throw .tooLarge(what: "the names of symbols", limit: Self.totalLimit)
            }
            result[version] = text
        }
        return result
    }

    /// How many symbols there are: ELF does not say it in the dynamic section.
    ///
    /// The section header knows, but can be stripped; `DT_HASH` knows, but is mostly left out today; `DT_GNU_HASH` knows
    /// where the symbols that others may use begin, which come after all undefined ones, except that a file that exports
    /// nothing has an empty table there. Then the string table, which linkers put after the symbols, is the end.
    private func count(_ entrySize: UInt64, table: UInt64) throws(ELFError) -> UInt64 {
        if let size = sectionSize() { return size / entrySize }
        if let hash = dynamic.hash {
            let place = try segments.file(hash, "the hash table").offset
            let second = try reader.offset(place, plus: 1, times: 4, "the hash table")
            return UInt64(try reader.u32(at: second, "the hash table"))
        }
        if let hash = dynamic.gnuHash {
            let place = try segments.file(hash, "the hash table").offset
            let second = try reader.offset(place, plus: 1, times: 4, "the hash table")
            let first = try reader.u32(at: second, "the hash table")
            if first > 1 { return UInt64(first) }
        }
        guard let strings = dynamic.stringTable, strings > table else { return 0 }
        return (strings - table) / entrySize
    }

    /// The size of the `SHT_DYNSYM` section, where the file still has section headers.
    private func sectionSize() -> UInt64? {
        let wide = reader.is64Bit
        do throws(ELFError) {
            let table = try reader.word(at: wide ? 40 : 32, "")
            let entrySize = UInt64(try reader.u16(at: wide ? 58 : 46, ""))
            let count = UInt64(try reader.u16(at: wide ? 60 : 48, ""))
            guard table != 0, entrySize >= (wide ? 64 : 40) else { return nil }
            for index in 0..<count {
                let entry = try reader.offset(table, plus: index, times: entrySize, "")
                guard try reader.u32(at: reader.offset(entry, plus: 4, times: 1, ""), "") == 11 else { continue }
                return try reader.word(at: reader.offset(entry, plus: wide ? 32 : 20, times: 1, ""), "")
            }
        } catch {
            // Section headers are not needed to run a file, so damaged ones are like none.
        }
        return nil
    }
}
