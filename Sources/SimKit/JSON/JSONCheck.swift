/// Says whether bytes are a JSON text (RFC 8259), without building one.
///
/// Every event is checked before a function sees it; 6 MB take a few milliseconds here, which matters because nothing else
/// runs meanwhile.
package struct JSONCheck {
    /// Where and why bytes are not JSON.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        /// The offset of the byte that does not fit.
        package let offset: Int
        /// What is wrong there.
        package let reason: String
        /// What should have been there.
        let place: Place

        package var description: String { "\(reason) at byte \(offset)" }
    }

    /// What the check expects where it stops.
    enum Place: Equatable, Sendable {
        case value, word, name, colon, string, control, escape, hexDigit, utf8, depth
        case minus, fraction, exponent
        /// A comma or the end of what began at this offset.
        case comma(opened: Int)
        /// Nothing more.
        case end
    }

    /// How deep arrays and objects may be nested; deeper ones would need the stack of whoever reads them.
    static let maximumDepth = 1000

    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    /// Checks that the bytes are one JSON text.
    ///
    /// - Throws: ``Problem`` with the first byte that does not fit.
    package static func check(_ bytes: [UInt8]) throws(Problem) {
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(Problem) in
                var check = JSONCheck(bytes: bytes)
                try check.wholeText()
            }
        }.get()
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func problem(_ reason: String, _ place: Place) -> Problem {
        Problem(offset: index, reason: reason, place: place)
    }

    private func unexpected(_ place: Place) -> Problem {
        guard let byte = current else { return problem("unexpected end", place) }
        let shown = byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "0x\(String(byte, radix: 16))"
        return problem("unexpected \(shown)", place)
    }

    private mutating func wholeText() throws(Problem) {
        // No recursion: the closing brackets that are due, innermost last.
        var open: [(close: UInt8, start: Int)] = []
        var wantsValue = true
        while true {
            skipSpace()
            if wantsValue {
                switch current {
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    let isObject = current == UInt8(ascii: "{")
                    guard open.count < Self.maximumDepth else { throw problem("nested too deeply", .depth) }
                    let start = index
                    index += 1
                    skipSpace()
                    let close = UInt8(ascii: isObject ? "}" : "]")
                    if current == close {
                        index += 1
                        wantsValue = false
                    } else {
                        open.append((close, start))
                        if isObject { try memberName() }
                    }
                    continue
                default:
                    try scalar()
                    wantsValue = false
                    continue
                }
            }
            guard let (close, start) = open.last else {
                guard index == bytes.count else { throw unexpected(.end) }
                return
            }
            if current == close {
                index += 1
                open.removeLast()
            } else if current == UInt8(ascii: ",") {
                index += 1
                if close == UInt8(ascii: "}") {
                    skipSpace()
                    try memberName()
                }
                wantsValue = true
            } else {
                throw unexpected(.comma(opened: start))
            }
        }
    }

    private mutating func memberName() throws(Problem) {
        guard current == UInt8(ascii: "\"") else { throw unexpected(.name) }
        try string()
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw unexpected(.colon) }
        index += 1
    }

    private mutating func scalar() throws(Problem) {
        switch current {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case let byte? where byte == UInt8(ascii: "-") || byte &- 0x30 < 10: try number()
        default: throw unexpected(.value)
        }
    }

    private mutating func word(_ word: StaticString) throws(Problem) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard current == word.utf8Start[offset] else { throw unexpected(.word) }
            index += 1
        }
    }

    private mutating func number() throws(Problem) {
        if current == UInt8(ascii: "-") { index += 1 }
        if current == UInt8(ascii: "0") { index += 1 } else { try digits(.minus) }
        if current == UInt8(ascii: ".") {
            index += 1
            try digits(.fraction)
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            index += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
            try digits(.exponent)
        }
    }

    private mutating func digits(_ place: Place) throws(Problem) {
        let start = index
        while let byte = current, byte &- 0x30 < 10 { index += 1 }
        guard index > start else { throw unexpected(place) }
    }

    private mutating func string() throws(Problem) {
        index += 1
        while true {
            skipPlainCharacters()
            guard let byte = current else { break }
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw unexpected(.control)
            case 0..<0x80: index += 1
            default: try multiByte(byte)
            }
        }
        throw unexpected(.string)
    }

    /// Goes over characters of a string that mean nothing else, eight at a time: most of a large event is in its strings.
    private mutating func skipPlainCharacters() {
        let each: UInt64 = 0x0101_0101_0101_0101
        let high = each << 7
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quotes = word ^ (each &* 0x22)
            let backslashes = word ^ (each &* 0x5C)
            // A byte is below 1, or below 0x20, where the subtraction borrows and its highest bit was not set before.
            let special =
                (word &- each &* 0x20) & ~word | (quotes &- each) & ~quotes | (backslashes &- each) & ~backslashes
                | word
            guard special & high == 0 else { return }
            index += 8
        }
    }

    private mutating func escape() throws(Problem) {
        index += 1
        switch current {
        case UInt8(ascii: "u"):
            index += 1
            for _ in 0..<4 {
                guard let byte = current, byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 else {
                    throw unexpected(.hexDigit)
                }
                index += 1
            }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 1
        default: throw unexpected(.escape)
        }
    }

    /// A character of several bytes; overlong forms and surrogates are not UTF-8 (RFC 3629).
    private mutating func multiByte(_ first: UInt8) throws(Problem) {
        let second: ClosedRange<UInt8>
        let count: Int
        switch first {
        case 0xC2...0xDF: (second, count) = (0x80...0xBF, 1)
        case 0xE0: (second, count) = (0xA0...0xBF, 2)
        case 0xED: (second, count) = (0x80...0x9F, 2)
        case 0xE1...0xEF: (second, count) = (0x80...0xBF, 2)
        case 0xF0: (second, count) = (0x90...0xBF, 3)
        case 0xF1...0xF3: (second, count) = (0x80...0xBF, 3)
        case 0xF4: (second, count) = (0x80...0x8F, 3)
        default: throw problem("invalid UTF-8", .utf8)
        }
        for position in 1...count {
            index += 1
            guard let byte = current, (position == 1 ? second : 0x80...0xBF).contains(byte) else {
                throw problem("invalid UTF-8", .utf8)
            }
        }
        index += 1
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }
}
