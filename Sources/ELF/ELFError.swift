/// Why bytes could not be read as an ELF file.
package enum ELFError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes do not start with the ELF magic number.
    case notELF
    /// The header names a word size that ELF does not have.
    case unknownClass(UInt8)
    /// The header names a byte order that ELF does not have.
    case unknownByteOrder(UInt8)
    /// A table or a string lies outside the file, or its place cannot be computed.
    case outOfBounds(what: String)
    /// A table has a size or an entry size that its kind cannot have.
    case malformed(what: String)
    /// A table has more entries, or a string more bytes, than any real file.
    case tooLarge(what: String, limit: Int)

    /// The cause, as the last part of an error line.
    package var description: String {
        switch self {
        case .notELF: "not an ELF file"
        case .unknownClass(let value): "damaged ELF file: unknown class \(value)"
        case .unknownByteOrder(let value): "damaged ELF file: unknown byte order \(value)"
        case .outOfBounds(let what): "damaged or truncated ELF file: \(what) lies outside the file"
        case .malformed(let what): "damaged ELF file: \(what) is malformed"
        case .tooLarge(let what, let limit): "damaged ELF file: \(what) is larger than \(limit)"
        }
    }
}
