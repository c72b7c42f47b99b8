/// A JSON text to be written: members keep their order, and characters are escaped as Go's encoder does it.
///
/// Lambda's own services are written in Go, and its answers are kept to the byte: `<`, `>` and `&` become `\u003c` and so
/// on, U+2028 and U+2029 are escaped, members are in Lambda's own order.
package enum JSONValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A text.
    case string(String)
    /// A whole number.
    case int(Int)
    /// A number with decimals; never infinite.
    case number(Double)
    /// `true` or `false`.
    case bool(Bool)
    /// `null`.
    case null
    /// Values in order.
    case array([JSONValue])
    /// Members in order.
    case object([(String, JSONValue)])
    /// A JSON text that is taken over as it is.
    case verbatim(String)

    /// A text.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    package init(integerLiteral value: Int) { self = .int(value) }
    /// `true` or `false`.
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    /// An object whose members may be missing.
    package static func members(_ members: (String, JSONValue?)...) -> JSONValue {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    /// The text, on one line without spaces.
    package var text: String {
        var result = ""
        write(to: &result)
        return result
    }

    /// The text's bytes, and the line end that Go's encoder puts after it.
    package var line: [UInt8] { Array((text + "\n").utf8) }

    private func write(to result: inout String) {
        switch self {
        case .string(let text): Self.quote(text, to: &result)
        case .int(let number): result += String(number)
        case .number(let number): result += number.isFinite ? Self.shortest(number) : "0"
        case .bool(let value): result += value ? "true" : "false"
        case .null: result += "null"
        case .verbatim(let text): result += text
        case .array(let values):
            result += "["
            for (index, value) in values.enumerated() {
                if index > 0 { result += "," }
                value.write(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { result += "," }
                Self.quote(member.0, to: &result)
                result += ":"
                member.1.write(to: &result)
            }
            result += "}"
        }
    }

    private static func shortest(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }

    private static func quote(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "<", ">", "&", "\u{2028}", "\u{2029}": escape(scalar, to: &result)
            default:
                if scalar.value < 0x20 { escape(scalar, to: &result) } else { result.unicodeScalars.append(scalar) }
            }
        }
        result += "\""
    }

    private static func escape(_ scalar: Unicode.Scalar, to result: inout String) {
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
