import Platform

/// A command: from one table come the parsing, `--help` and the usage errors.
package struct CommandSpec: Sendable {
    /// What the user types first, `shim-sim`, or `shim-sim run` for a subcommand.
    package let program: String
    /// What it does, one sentence without a full stop.
    package let summary: String
    /// The ways to call it, without the program: `[options] TARGET [-- ARG...]`.
    package let usage: [String]
    /// The options; `--help` and `--version` need not be listed.
    package let options: [Option]
    /// Paragraphs after the options: examples, exit statuses.
    package var notes: [String] { makeNotes() }
    /// Made when they are read, which the bootstrap, whose start is part of a cold start, never does.
    private let makeNotes: @Sendable () -> [String]
    /// Whether the first word that is not an option ends the options: what follows belongs to another program.
    package let stopsAtFirstPositional: Bool

    /// Describes a command.
    package init(
        program: String,
        summary: String,
        usage: [String],
        options: [Option] = [],
        notes: @autoclosure @escaping @Sendable () -> [String] = [],
        stopsAtFirstPositional: Bool = false
    ) {
        self.program = program
        self.summary = summary
        self.usage = usage
        self.options = options + [.help, .version]
        makeNotes = notes
        self.stopsAtFirstPositional = stopsAtFirstPositional
    }

    /// Takes apart what was typed, without the program's name.
    ///
    /// `--name=value` and `--name value` are the same, as are `-d value` and `-dvalue`. A lone `-` is a positional.
    ///
    /// - Throws: ``UsageError`` for an unknown option, a missing or a superfluous value, an option given twice; and, without
    ///   `--help` and `--version`, for a value of another type, an option without the one it needs or with one it excludes.
    package func parse(_ words: [String]) throws(UsageError) -> Arguments {
        let arguments = try takeApart(words)
        if !arguments.flag(Option.help.key), !arguments.flag(Option.version.key) { try check(arguments) }
        return arguments
    }

    private func check(_ arguments: Arguments) throws(UsageError) {
        for option in options where arguments.flag(option.key) {
            // Messages name it as it was typed.
            let name = arguments.typed[option.key] ?? option.key
            if let bad = arguments.values(option.key).first(where: { option.value != nil && !option.type.allows($0) }) {
                throw UsageError("'\(bad)' is not a value for \(name)", hint: option.requirement)
            }
            if let other = option.excluded.first(where: arguments.flag) {
                throw UsageError("\(name) and \(arguments.typed[other] ?? other) exclude each other", hint: helpHint)
            }
            if let needed = option.needed, !arguments.flag(needed) {
                throw UsageError("\(name) needs \(needed)", hint: helpHint)
            }
        }
    }

    private func takeApart(_ words: [String]) throws(UsageError) -> Arguments {
        var result = Arguments()
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                result.afterDoubleDash = Array(rest)
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                result.positionals.append(word)
                if stopsAtFirstPositional {
                    result.positionals += rest
                    break
                }
                continue
            }
            let (name, attached) = split(word)
            guard let option = options.first(where: { $0.names.contains(name) }) else {
                // `run wc -c` is a common slip for `run wc -- -c`.
                let isForProgram = !result.positionals.isEmpty && usage.contains { $0.hasSuffix("[-- ARG...]") }
                throw UsageError(
                    "unknown option '\(name)'",
                    hint: nearOption(to: name).map { "did you mean '\($0)'?" }
                        ?? (isForProgram ? Self.argumentsHint : helpHint)
                )
            }
            result.typed[option.key] = name
            if result.given[option.key] != nil, !option.isRepeatable, option.value != nil {
                throw UsageError("\(name) was given twice", hint: helpHint)
            }
            guard let valueName = option.value else {
                guard attached == nil else {
                    throw UsageError("\(name) takes no value, but got '\(attached ?? "")'", hint: helpHint)
                }
                result.given[option.key, default: []].append("")
                continue
            }
            guard let value = attached ?? rest.popFirst() else {
                throw UsageError("missing value for '\(name) \(valueName)'", hint: option.help)
            }
            result.given[option.key, default: []].append(value)
        }
        return result
    }

    /// What `--help` prints.
    package var help: String {
        var lines = ["\(program): \(summary)", ""]
        for (index, form) in usage.enumerated() {
            lines.append((index == 0 ? "usage: " : "       ") + program + (form.isEmpty ? "" : " " + form))
        }
        lines += ["", "options:"]
        let width = min(options.map(\.signature.count).max() ?? 0, 30)
        for option in options {
            var text = option.help
            if let value = option.defaultValue { text += " (default: \(value))" }
            if option.isRepeatable { text += " (repeatable)" }
            var signature = "  " + option.signature
            if option.signature.count > width {
                lines.append(signature)
                signature = ""
            }
            let padding = String(repeating: " ", count: width + 4 - signature.count)
            let wrapped = wrap(text, to: 100 - width)
            lines.append(signature + padding + (wrapped.first ?? ""))
            lines += wrapped.dropFirst().map { String(repeating: " ", count: width + 4) + $0 }
        }
        for note in notes { lines += ["", note] }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Where the arguments of the program that is named belong.
    package static let argumentsHint = "arguments of the program come after '--'"

    /// Where to read on after a usage error.
    package var helpHint: String { "see '\(program) --help'" }

    private func split(_ word: String) -> (name: String, attached: String?) {
        if word.hasPrefix("--") {
            guard let equals = word.firstIndex(of: "=") else { return (word, nil) }
            return (String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
        return word.count > 2 ? (String(word.prefix(2)), String(word.dropFirst(2))) : (word, nil)
    }

    private func nearOption(to name: String) -> String? {
        let names = options.flatMap(\.names).filter { $0.hasPrefix("--") }
        guard let near = names.map({ ($0, editDistance(name, $0)) }).min(by: { $0.1 < $1.1 }) else { return nil }
        return near.1 <= 2 || (name.count > 3 && near.0.hasPrefix(name)) ? near.0 : nil
    }

    private func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
