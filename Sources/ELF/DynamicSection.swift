/// The entries of `PT_DYNAMIC`, with addresses still as they are in memory.
struct DynamicSection {
    /// More than any real file has; keeps a damaged one from filling the memory.
    static let neededLimit = 4096

    private(set) var needed: [UInt64] = []
    private(set) var soname: UInt64?
    private(set) var rpath: UInt64?
    private(set) var runpath: UInt64?
    private(set) var flags1: UInt64 = 0
    private(set) var stringTable: UInt64?
    private(set) var stringSize: UInt64 = 0
    private(set) var symbolTable: UInt64?
    private(set) var symbolEntrySize: UInt64?
    private(set) var symbolVersions: UInt64?
    private(set) var versionNeeds: (address: UInt64, count: UInt64)?
    private(set) var versionDefinitions: (address: UInt64, count: UInt64)?
    private(set) var hash: UInt64?
    private(set) var gnuHash: UInt64?

    init(_ reader: ByteReader, _ part: Segments.Part) throws(ELFError) {
        guard reader.contains(part.offset, part.size) else { throw .outOfBounds(what: "the dynamic section") }
        let half: UInt64 = reader.is64Bit ? 8 : 4
        var needsCount: UInt64 = 0
        var definitionsCount: UInt64 = 0
        var needs: UInt64?
        var definitions: UInt64?
        for index in 0..<(part.size / (2 * half)) {
            let entry = part.offset + index * 2 * half
            let tag = try reader.word(at: entry, "the dynamic section")
            let value = try reader.word(at: entry + half, "the dynamic section")
            if tag == 0 { break }
            switch tag {
            case 1:
                guard needed.count < Self.neededLimit else {
                    throw .tooLarge(what: "the list of needed libraries", limit: Self.neededLimit)
                }
                needed.append(value)
            case 4: hash = value
            case 5: stringTable = value
            case 6: symbolTable = value
            case 10: stringSize = value
            case 11: symbolEntrySize = value
            case 14: soname = value
            case 15: rpath = value
            case 29: runpath = value
            case 0x6fff_fef5: gnuHash = value
            case 0x6fff_fff0: symbolVersions = value
            case 0x6fff_fffb: flags1 = value
            case 0x6fff_fffc: definitions = value
            case 0x6fff_fffd: definitionsCount = value
            case 0x6fff_fffe: needs = value
            case 0x6fff_ffff: needsCount = value
            default: break
            }
        }
        versionNeeds = needs.map { ($0, needsCount) }
        versionDefinitions = definitions.map { ($0, definitionsCount) }
    }
}

/// The string table that the dynamic section names, found in the file.
struct StringTable {
    private let reader: ByteReader
    private let start: UInt64
    private let end: UInt64

    init(_ reader: ByteReader, _ segments: Segments, _ dynamic: DynamicSection) throws(ELFError) {
        guard let address = dynamic.stringTable else { throw .malformed(what: "the dynamic section") }
        let (offset, segmentEnd) = try segments.file(address, "the string table")
        let (end, overflow) = offset.addingReportingOverflow(dynamic.stringSize)
        self.reader = reader
        start = offset
        self.end = overflow ? segmentEnd : min(end, segmentEnd)
    }

    func string(_ index: UInt64, limit: Int = 4096, _ what: String) throws(ELFError) -> String {
        let (offset, overflow) = start.addingReportingOverflow(index)
        guard !overflow else { throw .outOfBounds(what: what) }
        return try reader.string(at: offset, before: end, limit: limit, what)
    }
}
