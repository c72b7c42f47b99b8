/// The first 20 bytes of an ELF file: enough to say for which machine a file is.
package struct ELFHeader: Equatable, Sendable {
    /// The number of bytes that ``init(_:)-(UnsafeRawBufferPointer)`` needs.
    package static let size = 20

    /// What `e_type` says about the file.
    package enum FileType: Equatable, Sendable {
        /// An object file (`ET_REL`).
        case relocatable
        /// A program with a fixed address (`ET_EXEC`).
        case executable
        /// A shared object, or a program that can be loaded anywhere (`ET_DYN`).
        case shared
        /// A core dump (`ET_CORE`).
        case core
        /// Any other number.
        case other(UInt16)
    }

    /// Whether addresses have 8 bytes (`ELFCLASS64`).
    package let is64Bit: Bool
    /// Whether numbers are stored high byte first (`ELFDATA2MSB`).
    package let isBigEndian: Bool
    /// What kind of file it says to be.
    package let type: FileType
    /// The processor it is for.
    package let machine: Machine

    /// Reads the header.
    ///
    /// - Parameter bytes: The start of the file; what follows the first ``size`` bytes is not looked at.
    /// - Throws: ``ELFError`` for bytes that are not an ELF header.
    package init(_ bytes: UnsafeRawBufferPointer) throws(ELFError) {
        guard bytes.count >= 4, bytes[0] == 0x7f, bytes[1] == 0x45, bytes[2] == 0x4c, bytes[3] == 0x46 else {
            throw .notELF
        }
        guard bytes.count >= Self.size else { throw .outOfBounds(what: "the header") }
        switch bytes[4] {
        case 1: is64Bit = false
        case 2: is64Bit = true
        case let value: throw .unknownClass(value)
        }
        switch bytes[5] {
        case 1: isBigEndian = false
        case 2: isBigEndian = true
        case let value: throw .unknownByteOrder(value)
        }
        let reader = ByteReader(bytes: bytes, isBigEndian: isBigEndian, is64Bit: is64Bit)
        type =
            switch try reader.u16(at: 16, "the header") {
            case 1: .relocatable
            case 2: .executable
            case 3: .shared
            case 4: .core
            case let value: .other(value)
            }
        machine = Machine(rawValue: try reader.u16(at: 18, "the header"))
    }

    /// Reads the header from an array.
    ///
    /// - Parameter bytes: The start of the file.
    /// - Throws: ``ELFError`` for bytes that are not an ELF header.
    package init(_ bytes: [UInt8]) throws(ELFError) {
        self = try bytes.withUnsafeBytes { buffer in
            Result { () throws(ELFError) in try ELFHeader(buffer) }
        }.get()
    }
}
