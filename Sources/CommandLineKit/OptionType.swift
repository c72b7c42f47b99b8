/// What the value of an option may be: checked when the command line is parsed, completed by the shell.
package enum OptionType: Sendable, Equatable {
    /// Any text.
    case text
    /// The path of a file.
    case file
    /// The path of a folder.
    case folder
    /// A whole number in a range.
    case integer(ClosedRange<Int>)
    /// A number in a range, which may have decimals.
    case number(ClosedRange<Double>)
    /// One of a few words.
    case word([String])
    /// `NAME=VALUE`.
    case assignment

    /// One of the words that an enumeration has.
    package static func word<C: RawRepresentable & CaseIterable>(of type: C.Type) -> OptionType
    where C.RawValue == String { .word(C.allCases.map(\.rawValue)) }

    /// Whether a text is such a value.
    func allows(_ text: String) -> Bool {
        switch self {
        case .text, .file, .folder: true
        case .integer(let range): Int(text).map(range.contains) ?? false
        case .number(let range): Double(text).map(range.contains) ?? false
        case .word(let words): words.contains(text)
        case .assignment: text.firstIndex(of: "=").map { $0 != text.startIndex } ?? false
        }
    }

    /// What a value must be, for the hint of an error.
    var requirement: String {
        switch self {
        case .text: "a text"
        case .file: "a file"
        case .folder: "a folder"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
        case .word(let words): "one of " + words.joined(separator: ", ")
        case .assignment: "NAME=VALUE"
        }
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }
}
