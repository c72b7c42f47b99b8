import Foundation
import ToolKit

/// Programs that no variable tells where their files are, but an argument.
enum RelocationArguments {
    /// One folder that an argument can move.
    struct Row: Sendable {
        /// The program, by its name.
        let program: String
        /// A pattern for the folder, as in ``Relocations/Row``.
        let pattern: String
        /// The arguments; `{}` is what was matched, below the package's folder.
        let words: [String]
    }

    /// The table, from the programs' man pages.
    static let rows: [Row] = [
        // clisp(1), pandoc(1), fortune(6)
        Row(program: "clisp", pattern: "/usr/lib/clisp-*", words: ["-B", "{}"]),
        Row(program: "pandoc", pattern: "/usr/share/pandoc/data", words: ["--data-dir={}"]),
        Row(program: "fortune", pattern: "/usr/share/games/fortunes", words: ["{}"]),
    ]

    /// The arguments that lead a program to files which it asks for by absolute names.
    ///
    /// - Parameters:
    ///   - paths: The absolute names.
    ///   - program: The program's name.
    ///   - given: Its own arguments: what they say already is the user's business.
    /// - Returns: The arguments, which go before its own.
    static func words(for paths: [String], program: String, given: [String]) -> [String] {
        rows.filter { $0.program == program }.flatMap { row -> [String] in
            guard let folder = paths.lazy.compactMap({ Relocations.match(row.pattern, $0)?.folder }).first,
                let option = row.words.first?.prefix(while: { $0 != "=" }),
                option == "{}" || !given.contains(where: { $0 == option || $0.hasPrefix(option + "=") })
            else { return [] }
            return row.words.map { $0.replacing("{}", with: "$LAMBDA_TASK_ROOT" + folder) }
        }
    }

    /// The parts of a path that the patterns of a program's rows stand for.
    static func matched(_ path: String, program: String) -> [String] {
        rows.filter { $0.program == program }.compactMap { Relocations.match($0.pattern, path)?.matched }
    }
}
