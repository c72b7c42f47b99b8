import Foundation
import Testing

extension EndToEnd {
    /// The loops of docs/recipes.md, as they stand there, with the languages of Debian.
    @Suite(.timeLimit(.minutes(3))) struct WorkerRecipeTests {
        /// A language of a block of code, and how a file of it becomes a program.
        struct Language: CustomTestStringConvertible, Sendable {
            let name: String
            let suffix: String
            /// The interpreter, or the compiler with what comes before the file.
            let command: [String]
            var package: String?
            var isCompiled = false

            var testDescription: String { name }
        }

        static let languages = [
            Language(name: "perl", suffix: "pl", command: ["perl"]),
            Language(name: "python", suffix: "py", command: ["python3"]),
            Language(name: "r", suffix: "R", command: ["Rscript"], package: "r-base-core r-cran-jsonlite"),
            Language(name: "haskell", suffix: "hs", command: ["ghc"], isCompiled: true),
            Language(name: "fortran", suffix: "f90", command: ["gfortran"], isCompiled: true),
            Language(name: "octave", suffix: "m", command: ["octave-cli"], package: "octave"),
            Language(name: "js", suffix: "mjs", command: ["node"], package: "nodejs"),
            Language(name: "ruby", suffix: "rb", command: ["ruby"]),
            Language(name: "php", suffix: "php", command: ["php"], package: "php-cli"),
            Language(name: "tcl", suffix: "tcl", command: ["tclsh"], package: "tcl"),
            Language(name: "lua", suffix: "lua", command: ["lua5.4"]),
        ]

        /// The blocks of the section, by the language that they begin with.
        private static func blocks() throws -> [String: String] {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../../docs/recipes.md")
            let text = try String(contentsOf: file, encoding: .utf8)
            let section = try #require(
                text.components(separatedBy: "\n## ").first { $0.hasPrefix("A program that stays") }
            )
            var blocks: [String: String] = [:]
            // Every other part is inside of a block.
            for (index, part) in section.components(separatedBy: "```").enumerated() where index % 2 == 1 {
                let (language, source) = try #require(Self.split(part))
                blocks[language] = source
            }
            return blocks
        }

        private static func split(_ block: String) -> (String, String)? {
            guard let end = block.firstIndex(of: "\n") else { return nil }
            return (String(block[..<end]), String(block[end...].dropFirst()))
        }

        @Test func everyBlockIsTested() throws {
            #expect(Set(try Self.blocks().keys) == Set(Self.languages.map(\.name) + ["sh"]))
        }

        @Test(arguments: languages) func loop(language: Language) throws {
            let source = try #require(try Self.blocks()[language.name])
            let folder = try TemporaryFolder()
            let file = try folder.write("main." + language.suffix, source)
            let tool = try Executables.system(language.command[0], package: language.package)
            var command = [tool, file]
            if language.isCompiled {
                let built = try TestProcess.run(tool, ["-o", folder.path + "/main", file], limit: .seconds(100))
                #expect(built.status == 0, "\(built.errors)")
                command = [folder.path + "/main"]
            }
            try expectAnswers(command)
        }

        @Test func commands() throws {
            let lines = try #require(try Self.blocks()["sh"]).split(separator: "\n")
            #expect(lines.count >= 4)
            for line in lines { try expectAnswers(["sh", "-c", "exec \(line)"]) }
        }

        /// Each event is answered by its sum, by its length, or by itself with another name.
        private func expectAnswers(_ command: [String]) throws {
            let shim = try ShimUnderTest(command, environment: ["SHIM_MODE": "worker", "LC_ALL": "C.UTF-8"])
            for number in [1, 41, 2] {
                let event = "{\"a\":\n\(number)}"
                let answer = try shim.invoke(event).text
                let right = ["{\"sum\":\(number + 1)}", "\(event.count)", "{\"b\":\(number)}"]
                #expect(
                    right.contains(answer.replacingOccurrences(of: " ", with: "")),
                    "\(command): \(answer) \(shim.process.errors)"
                )
            }
        }
    }
}
