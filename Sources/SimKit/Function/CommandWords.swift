/// The words of a command line, parted as a shell does it, without its variables and patterns.
package enum CommandWords {
    /// Parts a text at spaces; quotes keep what is between them together, and a backslash takes the next character as it is.
    ///
    /// - Returns: `nil` where a quote is not closed, or a backslash is the last character.
    package static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                // In double quotes a backslash keeps its meaning only before these.
                if quote == "\"", !["\"", "\\", "$", "`"].contains(character) { word?.append("\\") }
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                word = word ?? ""
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { return nil }
        return words + (word.map { [$0] } ?? [])
    }
}
