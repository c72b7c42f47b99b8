/// `${NAME}` and `${NAME:-VALUE}` in the texts of a file, from the environment of whoever reads it.
///
/// A text is replaced after the file has been parsed, so that no value can break its JSON. `$${` means `${`.
struct Substitution {
    struct Missing: Error { let name: String }
    struct Malformed: Error { let text: String }

    let variables: [String: String]

    func apply(_ value: JSON) throws -> JSON {
        switch value {
        case .string(let text): .string(try apply(text))
        case .array(let values): .array(try values.map(apply))
        case .object(let members): .object(try members.mapValues(apply))
        default: value
        }
    }

    private func apply(_ text: String) throws -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstRange(of: "${") {
            if dollar.lowerBound > rest.startIndex, rest[rest.index(before: dollar.lowerBound)] == "$" {
                result += rest[..<dollar.lowerBound] + "{"
                rest = rest[dollar.upperBound...]
                continue
            }
            result += rest[..<dollar.lowerBound]
            rest = rest[dollar.upperBound...]
            guard let end = rest.firstIndex(of: "}") else { throw Malformed(text: text) }
            result += try value(of: rest[..<end], in: text)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private func value(of expression: Substring, in text: String) throws -> String {
        let parts = expression.firstRange(of: ":-")
        let name = String(expression[..<(parts?.lowerBound ?? expression.endIndex)])
        guard !name.isEmpty,
            name.utf8.allSatisfy({ $0 == 0x5F || $0 | 0x20 &- 0x61 < 26 || $0 &- 0x30 < 10 })
        else {
            throw Malformed(text: text)
        }
        if let value = variables[name], !value.isEmpty || parts == nil { return value }
        guard let parts else { throw Missing(name: name) }
        return String(expression[parts.upperBound...])
    }

    /// lambroll's templates for the environment, as `${NAME}`: {{ must_env `NAME` }} and {{ env `NAME` `VALUE` }}.
    ///
    /// `json_escape` needs nothing here: values are put into texts that have been parsed.
    ///
    /// - Returns: The text with those replaced; anything else in double braces stays.
    static func withoutTemplates(_ text: String) -> String {
        let quote = #"[`"]"#
        guard
            let pattern = try? Regex(
                #"\{\{\s*(must_env|env)\s+"# + quote + "([A-Za-z0-9_]+)" + quote + #"(?:\s+"# + quote
                    + #"([^`"}]*)"#
                    + quote
                    + #")?\s*(?:\|\s*json_escape\s*)?\}\}"#,
                as: (Substring, Substring, Substring, Substring?).self
            )
        else { return text }
        return text.replacing(pattern) { match in
            let (_, kind, name, fallback) = match.output
            return kind == "must_env" ? "${\(name)}" : "${\(name):-\(fallback ?? "")}"
        }
    }
}
