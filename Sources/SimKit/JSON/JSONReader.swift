/// Reads JSON texts into ``JSONValue``: members keep their order, and whole numbers stay whole.
extension JSONValue {
    /// Reads one JSON text.
    ///
    /// - Returns: The value; a number that is whole and fits is `.int`, every other one `.number`.
    /// - Throws: ``JSONCheck/Problem`` with the first byte that does not fit.
    package static func parse(_ bytes: [UInt8]) throws(JSONCheck.Problem) -> JSONValue {
        try JSONCheck.check(bytes)
        return bytes.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes: bytes)
            return reader.value()
        }
    }

    /// The member of an object, the last one where there are several; `nil` for anything that is not an object.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.0 == name }?.1
    }

    /// The text, if it is one.
    package var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The whole number, if it is one.
    package var int: Int? {
        switch self {
        case .int(let number): number
        case .number(let number): Int(exactly: number)
        default: nil
        }
    }

    /// The number, if it is one.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// The truth value, if it is one.
    package var bool: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    /// The elements, if it is an array.
    package var array: [JSONValue]? {
        if case .array(let values) = self { return values }
        return nil
    }

    /// The members in order, if it is an object.
    package var members: [(String, JSONValue)]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// Whether it is `null`.
    package var isNull: Bool {
        if case .null = self { return true }
        return false
    }
}

/// The reader behind ``JSONValue/parse(_:)``: it trusts its bytes, which have been checked, nesting included.
private struct JSONReader {
    let bytes: UnsafeRawBufferPointer
    var index = 0

    mutating func value() -> JSONValue {
        skipSpace()
        defer { skipSpace() }
        switch bytes[index] {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "\""): return .string(string())
        case UInt8(ascii: "t"):
            index += 4
            return .bool(true)
        case UInt8(ascii: "f"):
            index += 5
            return .bool(false)
        case UInt8(ascii: "n"):
            index += 4
            return .null
        default: return number()
        }
    }

    private mutating func object() -> JSONValue {
        index += 1
        var members: [(String, JSONValue)] = []
        skipSpace()
        while bytes[index] != UInt8(ascii: "}") {
            if bytes[index] == UInt8(ascii: ",") { index += 1 }
            skipSpace()
            let name = string()
            skipSpace()
            index += 1  // the colon
            members.append((name, value()))
        }
        index += 1
        return .object(members)
    }

    private mutating func array() -> JSONValue {
        index += 1
        var values: [JSONValue] = []
        skipSpace()
        while bytes[index] != UInt8(ascii: "]") {
            if bytes[index] == UInt8(ascii: ",") { index += 1 }
            values.append(value())
        }
        index += 1
        return .array(values)
    }

    private mutating func number() -> JSONValue {
        let start = index
        var isWhole = true
        scan: while index < bytes.count {
            switch bytes[index] {
            case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"): index += 1
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                isWhole = false
                index += 1
            default: break scan
            }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole, let number = Int(text) { return .int(number) }
        return .number(Double(text) ?? 0)
    }

    private mutating func string() -> String {
        index += 1
        let start = index
        // Nearly all texts have no escapes: these are copied in one piece.
        while bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") { index += 1 }
        if bytes[index] == UInt8(ascii: "\"") {
            defer { index += 1 }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        }
        var text = Array(bytes[start..<index])
        while bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") {
                escape(into: &text)
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        index += 1
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func escape(into text: inout [UInt8]) {
        index += 1
        let letter = bytes[index]
        index += 1
        switch letter {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(scalar())).utf8)
        default: text.append(letter)
        }
    }

    /// The character of `\uXXXX`, or of two of them that are a pair; half a pair is replaced (RFC 8259 8.2).
    private mutating func scalar() -> Unicode.Scalar {
        let unit = codeUnit()
        if 0xD800..<0xDC00 ~= unit, index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            let back = index
            index += 2
            let low = codeUnit()
            if 0xDC00..<0xE000 ~= low {
                return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
            }
            index = back
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[index]
            unit = unit << 4 | UInt32(byte < 0x3A ? byte - 0x30 : (byte | 0x20) - 0x57)
            index += 1
        }
        return unit
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
    }
}
