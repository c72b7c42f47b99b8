/// The program headers: where the parts of the file are in memory, and which of them say how to load it.
struct Segments {
    struct Load {
        let fileOffset: UInt64
        let address: UInt64
        let fileSize: UInt64
    }

    struct Part {
        let offset: UInt64
        let size: UInt64
    }

    private(set) var loads: [Load] = []
    private(set) var dynamic: Part?
    private(set) var interpreter: Part?

    init(_ reader: ByteReader) throws(ELFError) {
        let table = try reader.word(at: reader.is64Bit ? 32 : 28, "the header")
        let entrySize = UInt64(try reader.u16(at: reader.is64Bit ? 54 : 42, "the header"))
        let count = try Self.count(reader)
        guard count > 0 else { return }
        guard entrySize >= (reader.is64Bit ? 56 : 32) else { throw .malformed(what: "the program header table") }
        // Checked as a whole first: a count of four thousand million must not become a loop.
        let (length, overflow) = count.multipliedReportingOverflow(by: entrySize)
        guard !overflow, reader.contains(table, length) else { throw .outOfBounds(what: "the program header table") }
        for index in 0..<count {
            let entry = table + index * entrySize
            let type = try reader.u32(at: entry, "a program header")
            let offset = try reader.word(at: entry + (reader.is64Bit ? 8 : 4), "a program header")
            let address = try reader.word(at: entry + (reader.is64Bit ? 16 : 8), "a program header")
            let size = try reader.word(at: entry + (reader.is64Bit ? 32 : 16), "a program header")
            switch type {
            case 1: loads.append(Load(fileOffset: offset, address: address, fileSize: size))
            case 2: dynamic = Part(offset: offset, size: size)
            case 3: interpreter = Part(offset: offset, size: size)
            default: break
            }
        }
    }

    /// The number of program headers; with 65535 or more of them it is in the first section header (elf(5), `PN_XNUM`).
    private static func count(_ reader: ByteReader) throws(ELFError) -> UInt64 {
        let count = try reader.u16(at: reader.is64Bit ? 56 : 44, "the header")
        guard count == 0xffff else { return UInt64(count) }
        let sections = try reader.word(at: reader.is64Bit ? 40 : 32, "the header")
        let place = try reader.offset(sections, plus: 1, times: reader.is64Bit ? 44 : 28, "the section header table")
        return UInt64(try reader.u32(at: place, "the section header table"))
    }

    /// Where the byte that is loaded at an address is in the file, and where its segment ends there.
    func file(_ address: UInt64, _ what: @autoclosure () -> String) throws(ELFError) -> (offset: UInt64, end: UInt64) {
        for load in loads where address >= load.address && address - load.address < load.fileSize {
            let (offset, overflow) = load.fileOffset.addingReportingOverflow(address - load.address)
            let (end, carry) = load.fileOffset.addingReportingOverflow(load.fileSize)
            if !overflow, !carry { return (offset, end) }
        }
        throw .outOfBounds(what: what())
    }
}
