import Foundation

/// What an answer must be: the same text but for a line end, or the same JSON however it is written.
package struct Expectation: Equatable, Sendable {
    /// As the user wrote it.
    package let text: String

    /// Describes it.
    package init(_ text: String) { self.text = text }

    /// Whether an answer is that.
    package func matches(_ answer: String) -> Bool {
        if Self.line(answer) == Self.line(text) { return true }
        guard let got = Self.json(answer), let wanted = Self.json(text) else { return false }
        return got.isEqual(wanted)
    }

    private static func line(_ text: String) -> Substring { text.hasSuffix("\n") ? text.dropLast() : text[...] }

    private static func json(_ text: String) -> NSObject? {
        try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) as? NSObject
    }
}
