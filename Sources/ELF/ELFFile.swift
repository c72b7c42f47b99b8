/// What an ELF file says about how it is loaded: its machine, its loader, the libraries and the versions it needs.
///
/// Everything is copied out of the bytes, which can be those of a mapped file: only the pages that hold these tables are
/// read. Any bytes are survived; memory stays within a few megabytes whatever they say.
package struct ELFFile: Equatable, Sendable {
    /// What a file is to the one who wants to run or load it.
    package enum Kind: Equatable, Sendable {
        /// A program that needs a loader (`PT_INTERP`).
        case dynamicExecutable
        /// A program that needs nothing else, at a fixed address.
        case staticExecutable
        /// A program that needs nothing else and relocates itself.
        case staticPIE
        /// A library.
        case sharedObject
        /// An object file, a core dump or something else that neither starts nor loads.
        case other
    }

    /// Class, byte order, type and machine.
    package let header: ELFHeader
    /// What the file is.
    package let kind: Kind
    /// The loader that the kernel starts for it (`PT_INTERP`).
    package let interpreter: String?
    /// The libraries it needs, in order (`DT_NEEDED`).
    package let needed: [String]
    /// The name a library goes by (`DT_SONAME`).
    package let soname: String?
    /// Where its libraries are searched before everything else (`DT_RPATH`), unsplit.
    package let rpath: String?
    /// Where its libraries are searched after LD_LIBRARY_PATH (`DT_RUNPATH`), unsplit; makes the loader ignore ``rpath``.
    package let runpath: String?
    /// Whether the default folders and the cache are not for it (`DF_1_NODEFLIB`).
    package let ignoresDefaultFolders: Bool
    /// The symbol versions it wants from its libraries.
    package let versionNeeds: [VersionNeed]
    /// The symbol versions it offers to others.
    package let versionDefinitions: [String]

    /// The processor it is for.
    package var machine: Machine { header.machine }

    /// Whether it is a program that needs no loader and no library.
    package var isStatic: Bool { kind == .staticExecutable || kind == .staticPIE }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file, for example mapped; not kept.
    ///   - withSymbols: Whether ``NeededVersion/symbol`` is filled, which reads the symbol table as well.
    /// - Throws: ``ELFError`` for bytes that are not an ELF file, or a damaged one.
    package init(_ bytes: UnsafeRawBufferPointer, withSymbols: Bool = false) throws(ELFError) {
        header = try ELFHeader(bytes)
        let reader = ByteReader(bytes: bytes, isBigEndian: header.isBigEndian, is64Bit: header.is64Bit)
        let segments = try Segments(reader)
        interpreter =
            if let part = segments.interpreter {
                try Self.interpreter(reader, part)
            } else {
                nil
            }
        guard let part = segments.dynamic else {
            (needed, soname, rpath, runpath) = ([], nil, nil, nil)
            (ignoresDefaultFolders, versionNeeds, versionDefinitions) = (false, [], [])
            kind = Self.kind(header, interpreter: interpreter, isPIE: false, soname: nil, looksStatic: false)
            return
        }
        let dynamic = try DynamicSection(reader, part)
        let strings = try StringTable(reader, segments, dynamic)
        var needed: [String] = []
        for index in dynamic.needed {
            needed.append(try strings.string(index, "the name of a needed library"))
        }
        self.needed = needed
        soname = try Self.string(dynamic.soname, strings, "the SONAME")
        rpath = try Self.string(dynamic.rpath, strings, limit: 65_536, "the RPATH")
        runpath = try Self.string(dynamic.runpath, strings, limit: 65_536, "the RUNPATH")
        ignoresDefaultFolders = dynamic.flags1 & 0x800 != 0
        let tables = VersionTables(reader: reader, segments: segments, strings: strings)
        if let needs = dynamic.versionNeeds {
            let symbols = DynamicSymbols(reader: reader, segments: segments, strings: strings, dynamic: dynamic)
            versionNeeds = try tables.needs(needs, symbols: withSymbols ? try symbols.firstOfEachVersion() : [:])
        } else {
            versionNeeds = []
        }
        versionDefinitions =
            if let definitions = dynamic.versionDefinitions {
                try tables.definitions(definitions)
            } else {
                []
            }
        let entry = try reader.word(at: 24, "the header")
        kind = Self.kind(
            header,
            interpreter: interpreter,
            isPIE: dynamic.flags1 & 0x0800_0000 != 0,
            soname: soname,
            looksStatic: needed.isEmpty && soname == nil && entry != 0
        )
    }

    /// Reads a file from an array.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - withSymbols: Whether ``NeededVersion/symbol`` is filled.
    /// - Throws: ``ELFError`` for bytes that are not an ELF file, or a damaged one.
    package init(_ bytes: [UInt8], withSymbols: Bool = false) throws(ELFError) {
        self = try bytes.withUnsafeBytes { buffer in
            Result { () throws(ELFError) in try ELFFile(buffer, withSymbols: withSymbols) }
        }.get()
    }

    private static func interpreter(_ reader: ByteReader, _ part: Segments.Part) throws(ELFError) -> String {
        let (end, overflow) = part.offset.addingReportingOverflow(part.size)
        guard !overflow else { throw .outOfBounds(what: "the path of the loader") }
        return try reader.string(at: part.offset, before: end, limit: 4096, "the path of the loader")
    }

    private static func string(
        _ index: UInt64?,
        _ strings: StringTable,
        limit: Int = 4096,
        _ what: String
    ) throws(ELFError) -> String? {
        guard let index else { return nil }
        return try strings.string(index, limit: limit, what)
    }

    /// Tells programs from libraries, which share `ET_DYN`.
    ///
    /// libc.so.6 is a library with a loader, and a self-relocating program has a dynamic section without one: so the
    /// linker's own mark (`DF_1_PIE`) decides first, and a SONAME, which no program has, second.
    private static func kind(
        _ header: ELFHeader,
        interpreter: String?,
        isPIE: Bool,
        soname: String?,
        looksStatic: Bool
    ) -> Kind {
        switch header.type {
        case .executable: interpreter == nil ? .staticExecutable : .dynamicExecutable
        case .shared where interpreter != nil: isPIE || soname == nil ? .dynamicExecutable : .sharedObject
        case .shared: isPIE || looksStatic ? .staticPIE : .sharedObject
        default: .other
        }
    }
}
