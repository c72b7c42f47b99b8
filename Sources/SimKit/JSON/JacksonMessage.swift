/// What is wrong with a text that is not JSON, in the words that Lambda's front has for it: those of the parser Jackson.
///
/// `docs/reference/fidelity.md` names the recordings; forms that nobody has recorded follow Jackson's own messages.
enum JacksonMessage {
    private static let source = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "

    /// The message for the caller.
    static func text(of problem: JSONCheck.Problem, in bytes: [UInt8]) -> String {
        let (message, offset) = message(problem, bytes)
        return "\(message)\n at \(source)\(position(of: offset, in: bytes))]"
    }

    /// The message, and the offset that it names.
    private static func message(_ problem: JSONCheck.Problem, _ bytes: [UInt8]) -> (String, Int) {
        let offset = problem.offset
        guard offset < bytes.count else { return (end(problem.place, bytes), bytes.count) }
        let byte = bytes[offset]
        switch problem.place {
        case .value, .end:
            return isLetter(byte) || byte >= 0xC2 ? token(bytes, from: offset) : unexpected(value, byte, offset)
        case .word: return token(bytes, from: offset)
        case .name: return unexpected("was expecting double-quote to start field name", byte, offset)
        case .colon: return unexpected("was expecting a colon to separate field name and value", byte, offset)
        case .comma(let opened):
            let kind = bytes[opened] == UInt8(ascii: "{") ? "Object" : "Array"
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                let close = kind == "Object" ? "}" : "]"
                let start = "\(source)\(position(of: opened, in: bytes))]"
                let shown = Character(Unicode.Scalar(byte))
                return (
                    "Unexpected close marker '\(shown)': expected '\(close)' (for \(kind) starting at \(start))", offset
                )
            }
            return unexpected("was expecting comma to separate \(kind) entries", byte, offset)
        case .string, .control:
            let shown = description(of: byte)
            return (
                "Illegal unquoted character (\(shown)): has to be escaped using backslash to be included in string value",
                offset + 1
            )
        case .escape: return ("Unrecognized character escape \(description(of: byte))", offset + 1)
        case .hexDigit: return unexpected("expected a hex-digit for character escape sequence", byte, offset)
        case .utf8: return utf8(bytes, offset)
        case .depth:
            let words = "Document nesting depth (1001) exceeds the maximum allowed (1000, from "
            return (words + "`StreamReadConstraints.getMaxNestingDepth()`)", offset + 1)
        case .minus:
            return number("expected digit (0-9) to follow minus sign, for valid numeric value", byte, offset)
        case .fraction: return number("Decimal point not followed by a digit", byte, offset)
        case .exponent: return number("Exponent indicator not followed by a digit", byte, offset)
        }
    }

    private static let value =
        "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

    private static func unexpected(_ expected: String, _ byte: UInt8, _ offset: Int) -> (String, Int) {
        ("Unexpected character (\(description(of: byte))): \(expected)", offset)
    }

    private static func number(_ expected: String, _ byte: UInt8, _ offset: Int) -> (String, Int) {
        ("Unexpected character (\(description(of: byte))) in numeric value: \(expected)", offset)
    }

    /// A word that JSON does not have: Jackson shows it whole.
    private static func token(_ bytes: [UInt8], from offset: Int) -> (String, Int) {
        var start = offset
        while start > 0, isLetter(bytes[start - 1]) { start -= 1 }
        var end = start
        while end < bytes.count, end - start < 256,
            isLetter(bytes[end]) || bytes[end] &- 0x30 < 10 || bytes[end] >= 0x80
        {
            guard bytes[end] >= 0x80 else {
                end += 1
                continue
            }
            guard let length = characterLength(bytes, end) else { return utf8(bytes, end) }
            end += length
        }
        let shown = String(decoding: bytes[start..<end], as: UTF8.self)
        return (
            "Unrecognized token '\(shown)': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
                + "'false')", end
        )
    }

    private static func utf8(_ bytes: [UInt8], _ offset: Int) -> (String, Int) {
        let byte = bytes[offset]
        let kind = byte < 0x80 || offset > 0 && bytes[offset - 1] >= 0xC2 ? "middle" : "start"
        return ("Invalid UTF-8 \(kind) byte 0x\(String(byte, radix: 16))", offset + 1)
    }

    /// How many bytes a character has that is valid; `nil` for one that is not.
    private static func characterLength(_ bytes: [UInt8], _ offset: Int) -> Int? {
        let length = bytes[offset] >= 0xF0 ? 4 : bytes[offset] >= 0xE0 ? 3 : 2
        guard offset + length <= bytes.count else { return nil }
        return String(validating: bytes[offset..<(offset + length)], as: UTF8.self) == nil ? nil : length
    }

    private static func end(_ place: JSONCheck.Place, _ bytes: [UInt8]) -> String {
        switch place {
        case .comma(let opened):
            let kind = bytes[opened] == UInt8(ascii: "{") ? "Object" : "Array"
            let start = "\(source)\(position(of: opened, in: bytes))]"
            return "Unexpected end-of-input: expected close marker for \(kind) (start marker at \(start))"
        case .name: return "Unexpected end-of-input: expected close marker for Object"
        case .string, .control: return "Unexpected end-of-input: was expecting closing quote for a string value"
        case .escape, .hexDigit: return "Unexpected end-of-input in character escape sequence"
        case .word: return token(bytes, from: bytes.count).0
        case .minus, .fraction, .exponent: return "Unexpected end-of-input in numeric value"
        case .utf8: return "Unexpected end-of-input in UTF-8 character"
        case .value, .colon, .depth, .end: return "Unexpected end-of-input within/between Object entries"
        }
    }

    /// Bytes that are not ASCII are shown as the character of that number.
    private static func description(of byte: UInt8) -> String {
        if byte < 0x20 || (0x7F...0x9F).contains(byte) { return "(CTRL-CHAR, code \(byte))" }
        return "'\(Character(Unicode.Scalar(byte)))' (code \(byte))"
    }

    private static func position(of offset: Int, in bytes: [UInt8]) -> String {
        let before = bytes.prefix(offset)
        let line = before.count { $0 == 0x0A } + 1
        let column = offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return "\(line), column: \(column)"
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == 0x5F || byte == 0x24
    }
}
