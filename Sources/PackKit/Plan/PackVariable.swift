import LambdaWire

/// A variable that the program will find in its environment: `--env NAME=VALUE`.
///
/// The value is taken literally, but for `$LAMBDA_TASK_ROOT` and `${LAMBDA_TASK_ROOT}`, which mean the package's
/// folder.
package struct PackVariable: Equatable, Sendable {
    /// Its name.
    package let name: String
    /// Its value, the package's folder not yet filled in.
    package let value: String

    /// Takes apart `NAME=VALUE`.
    ///
    /// - Throws: ``PackError/badVariable(_:cause:)``.
    package init(_ text: String) throws {
        guard let equals = text.firstIndex(of: "=") else {
            throw PackError.badVariable(text, cause: "it has no '='")
        }
        name = String(text[..<equals])
        value = String(text[text.index(after: equals)...])
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 95: true
            default: false
            }
        }
        guard isName, let first = name.utf8.first, !(48...57).contains(first) else {
            throw PackError.badVariable(text, cause: "'\(name)' is not the name of a variable")
        }
        guard !LambdaVariable.reserved.contains(name) else {
            throw PackError.badVariable(text, cause: "'\(name)' is Lambda's own")
        }
    }

    init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Whether the package replaces it without asking, since Lambda always sets it.
    var isPreset: Bool { LambdaVariable.preset.contains(name) }

    /// The value where the package is in a known folder.
    func value(root: String) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .root: root
            }
        }.joined()
    }

    /// The value as one word for a POSIX shell, where `root` is the package's folder between double quotes.
    func shell(root: String) -> String {
        let words = parts.map { part in
            switch part {
            case .text(let text): LaunchLine.quoted(text)
            case .root: "\"\(root)\""
            }
        }
        return words.isEmpty ? "''" : words.joined()
    }

    /// Variables a `$` of the value seems to mean, which stay text.
    var unexpanded: String? {
        for case .text(let text) in parts {
            guard let dollar = text.firstIndex(of: "$") else { continue }
            let name = text[text.index(after: dollar)...].drop { $0 == "{" }.prefix { $0.isLetter || $0 == "_" }
            if !name.isEmpty { return "$" + name }
        }
        return nil
    }

    private enum Part {
        case text(String)
        case root
    }

    /// The value, cut at each mention of the package's folder.
    private var parts: [Part] {
        var result: [Part] = []
        var text = ""
        var rest = value[...]
        while let character = rest.first {
            if let end = Self.mention(at: rest) {
                if !text.isEmpty { result.append(.text(text)) }
                text = ""
                result.append(.root)
                rest = rest[end...]
            } else {
                text.append(character)
                rest = rest.dropFirst()
            }
        }
        return text.isEmpty ? result : result + [.text(text)]
    }

    private static func mention(at text: Substring) -> Substring.Index? {
        let (plain, braced) = ("$" + LambdaVariable.taskRoot, "${" + LambdaVariable.taskRoot + "}")
        if text.hasPrefix(braced) { return text.index(text.startIndex, offsetBy: braced.count) }
        guard text.hasPrefix(plain) else { return nil }
        let end = text.index(text.startIndex, offsetBy: plain.count)
        // A longer name is another variable.
        guard end == text.endIndex || !(text[end].isLetter || text[end].isNumber || text[end] == "_") else {
            return nil
        }
        return end
    }
}
