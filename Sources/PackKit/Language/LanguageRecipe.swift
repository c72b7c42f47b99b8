/// How a language comes into a package: what to take, what to leave out, which variables, how its programs start.
///
/// A recipe is a text of directives, one a line ("Recipes of languages" of docs/reference/shim-pack.md); the lines that a directive is followed by
/// and that are indented belong to it.
struct LanguageRecipe: Equatable, Sendable {
    /// A file or folder and its place in the package.
    struct Take: Equatable, Sendable {
        let path: String
        let place: String
    }

    /// How a script with a name's ending is started.
    struct Run: Equatable, Sendable {
        let ending: String
        let arguments: [String]
    }

    /// A command of the language, by a pattern for its name, and the words that it is started with before its arguments.
    struct Start: Equatable, Sendable {
        let pattern: String
        let words: [String]
    }

    /// A command of this machine, with what it reads from standard input.
    struct Probe: Equatable, Sendable {
        let words: [String]
        let input: String
    }

    /// The name it is asked for by.
    var name = ""
    /// What it is, for the list of languages.
    var about = ""
    /// The command that must be on this machine, and Debian's package of it.
    var needs: (command: String, package: String)?
    /// The program that is started, and its place in the package.
    var program: Take?
    var runs: [Run] = []
    /// The commands of the language, which may be packed themselves.
    var starts: [Start] = []
    var takes: [Take] = []
    /// Patterns of what is left out, as `--exclude` has them.
    var leaves: [String] = []
    /// Variables, `NAME=VALUE`; `{root}` is the package's folder.
    var variables: [String] = []
    /// Files that the recipe writes itself, by their place.
    var texts: [String: String] = [:]
    /// The name in a layer's `bin/` that runs a script.
    var fronts: [String] = []
    /// Commands that print further directives.
    var probes: [Probe] = []
    /// A command that prints the directives for the modules which it is given as arguments.
    var modules: Probe?
    /// A command that prints the directives for a script whose modules nobody has named.
    var defaults: Probe?
    /// Modules that ``defaults`` has found.
    var found: [String] = []

    static func == (first: LanguageRecipe, second: LanguageRecipe) -> Bool {
        first.name == second.name && first.about == second.about && first.program == second.program
            && first.runs == second.runs && first.takes == second.takes && first.leaves == second.leaves
            && first.variables == second.variables && first.texts == second.texts && first.fronts == second.fronts
            && first.probes == second.probes && first.modules == second.modules && first.starts == second.starts
            && first.defaults == second.defaults && first.found == second.found
            && first.needs?.command == second.needs?.command
    }

    /// Reads a recipe.
    ///
    /// - Parameters:
    ///   - text: Its lines.
    ///   - source: What it is called in messages.
    /// - Throws: ``PackError/badRecipe(_:line:cause:)``.
    init(_ text: String, source: String) throws {
        try read(text, source: source)
        guard !name.isEmpty else { throw PackError.badRecipe(source, line: 1, cause: "it has no line 'language NAME'") }
    }

    /// Reads directives, those of a recipe or those that a probe printed.
    mutating func read(_ text: String, source: String) throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var index = 0
        while index < lines.count {
            let line = lines[index]
            let number = index + 1
            index += 1
            guard let first = line.first, first != "#" else { continue }
            guard !first.isWhitespace else {
                guard line.allSatisfy(\.isWhitespace) else {
                    throw PackError.badRecipe(source, line: number, cause: "an indented line belongs to no directive")
                }
                continue
            }
            var block: [String] = []
            while index < lines.count, lines[index].first?.isWhitespace ?? true {
                block.append(lines[index]); index += 1
            }
            while block.last?.allSatisfy(\.isWhitespace) == true { block.removeLast() }
            do {
                try add(line, block: Self.withoutIndent(block))
            } catch let problem as Problem {
                throw PackError.badRecipe(source, line: number, cause: problem.cause)
            }
        }
    }

    /// What is wrong with a directive.
    private struct Problem: Error {
        let cause: String
    }

    private mutating func add(_ line: String, block: String) throws {
        let parts = line.split(separator: " ", maxSplits: 1)
        let rest = parts.count > 1 ? parts[1].trimmingPrefix { $0 == " " } : ""
        let words = rest.split(separator: " ").map(String.init)
        let takesBlock = ["probe", "modules", "default-modules", "write"].contains(parts[0])
        guard block.isEmpty || takesBlock else { throw Problem(cause: "'\(parts[0])' has no indented lines") }
        switch parts[0] {
        case "language": name = try Self.one(words)
        case "about": about = String(rest)
        case "needs":
            guard words.count == 2 else { throw Problem(cause: "'needs COMMAND PACKAGE' has two words") }
            needs = (words[0], words[1])
        case "program": program = try Self.take(rest)
        case "run":
            guard let ending = words.first else { throw Problem(cause: "'run ENDING WORD...' has an ending") }
            runs.append(Run(ending: ending, arguments: Array(words.dropFirst())))
        case "start":
            guard let name = words.first else { throw Problem(cause: "'start NAME WORD...' has a name") }
            starts.append(Start(pattern: name, words: Array(words.dropFirst())))
        case "take": takes.append(try Self.take(rest))
        case "leave": leaves.append(String(rest))
        case "set":
            guard rest.contains("=") else { throw Problem(cause: "'set NAME=VALUE' has a value") }
            variables.append(String(rest))
        case "write": texts[try Self.one(words)] = block
        case "front": fronts.append(try Self.one(words))
        case "probe": probes.append(Probe(words: words, input: block))
        case "modules": modules = Probe(words: words, input: block)
        case "default-modules": defaults = Probe(words: words, input: block)
        case "module": found.append(String(rest))
        default: throw Problem(cause: "'\(parts[0])' is not a directive")
        }
    }

    private static func one(_ words: [String]) throws -> String {
        guard words.count == 1 else { throw Problem(cause: "one word is wanted, not \(words.count)") }
        return words[0]
    }

    private static func take(_ text: some StringProtocol) throws -> Take {
        let text = String(text)
        guard let arrow = text.firstRange(of: " -> ") else { throw Problem(cause: "it is not 'PATH -> PLACE'") }
        return Take(path: String(text[..<arrow.lowerBound]), place: String(text[arrow.upperBound...]))
    }

    /// Lines without the indentation that all of them have.
    private static func withoutIndent(_ lines: [String]) -> String {
        let depth = lines.filter { !$0.allSatisfy(\.isWhitespace) }.map { $0.prefix(while: \.isWhitespace).count }.min()
        return lines.map { $0.dropFirst(depth ?? 0) + "\n" }.joined()
    }
}
