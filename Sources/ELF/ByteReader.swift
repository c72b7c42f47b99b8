/// Reads numbers and strings at any offset of foreign bytes.
///
/// No offset is trusted: each read is checked against the end without arithmetic that can overflow. It owns nothing; the
/// buffer must outlive it.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    var isBigEndian = false
    var is64Bit = true

    var count: UInt64 { UInt64(bytes.count) }

    /// Whether `length` bytes from `offset` on lie inside the file.
    func contains(_ offset: UInt64, _ length: UInt64) -> Bool {
        length <= count && offset <= count - length
    }

    func number<I: FixedWidthInteger & UnsignedInteger>(
        _ type: I.Type,
        at offset: UInt64,
        _ what: @autoclosure () -> String
    ) throws(ELFError) -> I {
        guard contains(offset, UInt64(MemoryLayout<I>.size)) else { throw .outOfBounds(what: what()) }
        let value = bytes.loadUnaligned(fromByteOffset: Int(offset), as: I.self)
        return isBigEndian ? I(bigEndian: value) : I(littleEndian: value)
    }

    func u16(at offset: UInt64, _ what: @autoclosure () -> String) throws(ELFError) -> UInt16 {
        try number(UInt16.self, at: offset, what())
    }

    func u32(at offset: UInt64, _ what: @autoclosure () -> String) throws(ELFError) -> UInt32 {
        try number(UInt32.self, at: offset, what())
    }

    /// An address, an offset or a size: 4 or 8 bytes, as the class says.
    func word(at offset: UInt64, _ what: @autoclosure () -> String) throws(ELFError) -> UInt64 {
        is64Bit
            ? try number(UInt64.self, at: offset, what())
            : UInt64(try number(UInt32.self, at: offset, what()))
    }

    /// The string from `offset` to its zero byte, which must come before `end` and within `limit` bytes.
    func string(at offset: UInt64, before end: UInt64, limit: Int, _ what: String) throws(ELFError) -> String {
        let end = min(end, count)
        guard offset < end else { throw .outOfBounds(what: what) }
        let available = min(end - offset, UInt64(limit) + 1)
        let window = UnsafeRawBufferPointer(rebasing: bytes[Int(offset)..<Int(offset + available)])
        guard let length = window.firstIndex(of: 0) else {
            if available > UInt64(limit) { throw .tooLarge(what: what, limit: limit) }
            throw .outOfBounds(what: what)
        }
        return String(decoding: window[..<length], as: UTF8.self)
    }

    /// `base + index * size`, or an error where no file can be that large.
    func offset(
        _ base: UInt64,
        plus index: UInt64,
        times size: UInt64,
        _ what: @autoclosure () -> String
    ) throws(ELFError) -> UInt64 {
        let (product, overflow) = index.multipliedReportingOverflow(by: size)
        let (sum, carry) = base.addingReportingOverflow(product)
        guard !overflow, !carry else { throw .outOfBounds(what: what()) }
        return sum
    }
}
