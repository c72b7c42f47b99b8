/// A pattern for one line of text: `*` stands for any characters, `%` for one or more digits, and a space at the
/// beginning for any indentation; a pattern without one is for a line that is not indented.
struct LinePattern: ExpressibleByStringLiteral, Sendable {
    private let bytes: [UInt8]
    private let isIndented: Bool

    init(stringLiteral text: String) {
        isIndented = text.hasPrefix(" ")
        bytes = Array(isIndented ? text.dropFirst().utf8 : text[...].utf8)
    }

    func matches(_ line: ReportLine) -> Bool {
        line.isIndented == isIndented && matches(line.bytes[...])
    }

    /// The usual search with one place to come back to: the last `*`, and how much it stands for.
    private func matches(_ text: ArraySlice<UInt8>) -> Bool {
        var (at, pattern) = (text.startIndex, 0)
        var star: (pattern: Int, at: Int)?
        while at < text.endIndex {
            if pattern < bytes.count, bytes[pattern] == UInt8(ascii: "*") {
                star = (pattern, at)
                pattern += 1
            } else if pattern < bytes.count, bytes[pattern] == UInt8(ascii: "%"), Self.isDigit(text[at]) {
                at = text[at...].firstIndex { !Self.isDigit($0) } ?? text.endIndex
                pattern += 1
            } else if pattern < bytes.count, bytes[pattern] == text[at] {
                at += 1
                pattern += 1
            } else if let last = star {
                star = (last.pattern, last.at + 1)
                (pattern, at) = (last.pattern + 1, last.at + 1)
            } else {
                return false
            }
        }
        return bytes[pattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

/// A line of standard error as the rules look at it: without colours, and without the white space around it.
struct ReportLine {
    /// The text without colours.
    let text: String
    /// The text without white space at either end.
    let trimmed: String
    let bytes: [UInt8]
    let isIndented: Bool

    init(_ line: String) {
        let plain = Self.withoutColours(line)
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        let start = plain.firstIndex { !isSpace($0) } ?? plain.endIndex
        let end = plain.lastIndex { !isSpace($0) }.map { plain.index(after: $0) } ?? start
        text = plain
        trimmed = String(plain[start..<end])
        isIndented = start > plain.startIndex
        bytes = Array(trimmed.utf8)
    }

    var isBlank: Bool { bytes.isEmpty }

    /// Whether there is nothing to read in it: a rule, a caret, a closing brace.
    var isDecoration: Bool { !trimmed.contains { $0.isLetter || $0.isNumber } }

    /// Whether it points at a place in the line above it.
    var isPointer: Bool {
        let first = trimmed.first { $0 != "|" && $0 != " " }
        return first == "^" || first == "~" && trimmed.contains("^")
    }

    /// Without the escape sequences of ECMA-48 that begin with ESC and `[`.
    private static func withoutColours(_ line: String) -> String {
        guard line.utf8.contains(0x1B) else { return line }
        var bytes: [UInt8] = []
        var rest = Array(line.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x1B, rest.first == UInt8(ascii: "[") else {
                bytes.append(byte)
                continue
            }
            rest = rest.drop { !(0x40...0x7E).contains($0) || $0 == UInt8(ascii: "[") }.dropFirst()
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
