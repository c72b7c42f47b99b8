import Foundation
import Platform

/// A program with its commands: the one shape of every `main`.
package struct Program: Sendable {
    /// The program's name.
    package let name: String
    /// What it does where the first word is none of ``commands``.
    package let main: Command
    /// Its commands, in the order in which they are listed.
    package let commands: [Command]
    /// What other tools call its commands: not accepted here, but the message names the one that is meant.
    package let synonyms: [String: String]

    /// Describes a program.
    package init(name: String, main: Command, commands: [Command], synonyms: [String: String] = [:]) {
        self.synonyms = synonyms
        self.name = name
        self.main = main
        self.commands = commands + [Self.completions]
    }

    /// The table of the command that every program has; ``run(_:_:)`` carries it out, since it needs the others.
    private static let completions = Command(
        "completions",
        CommandSpec(
            program: "completions",
            summary: "print what a shell needs to complete these commands: bash, zsh or fish",
            usage: ["bash|zsh|fish"]
        )
    ) { _, _ in .done }

    /// Does what was typed and ends the program.
    ///
    /// A usage error ends it with 64, another error with 1, each with a message; a standard output that nobody reads any
    /// more ends it with 0; ``Interruption`` by the signal that has come.
    package func run() -> Never {
        let console = Console(program: name)
        do {
            exit(try run(Array(CommandLine.arguments.dropFirst()), console).rawValue)
        } catch let error as SystemError where error == .brokenPipe {
            exit(ExitCode.done.rawValue)
        } catch is Interruption {
            console.clearProgress()
            Signals.dieByFirst()
        } catch {
            console.clearProgress()
            console.report("\(error)")
            exit((error is UsageError ? ExitCode.usage : .failed).rawValue)
        }
    }

    /// Does what was typed, `--help` and `--version` included.
    package func run(_ words: [String], _ console: Console) throws -> ExitCode {
        // Not in the help: scripts/man.sh alone has a use for it.
        if words == ["--manual-page"] {
            try console.print(ManualPage(of: self).text)
            return .done
        }
        if words.first == "help", words.count <= 2, !FileManager.default.fileExists(atPath: "help") {
            guard let word = words.dropFirst().first else {
                try console.print(main.spec.help)
                return .done
            }
            guard let asked = commands.first(where: { $0.name == word }) else { throw unknownCommand(word) }
            try console.print(asked.spec.help)
            return .done
        }
        let named = commands.first { $0.name == words.first }
        let command = named ?? main
        let arguments = try command.spec.parse(named == nil ? words : Array(words.dropFirst()))
        if arguments.flag("--help") {
            try console.print(command.spec.help)
        } else if arguments.flag("--version") {
            try console.print("\(name) \(version)\n")
        } else if command.name == Self.completions.name {
            guard arguments.positionals.count == 1, let shell = Completions(rawValue: arguments.positionals[0]) else {
                let shells = Completions.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError("completions of which shell?", hint: "one of \(shells)")
            }
            try console.print(shell.script(for: self))
        } else {
            return try command.run(arguments, console)
        }
        return .done
    }

    /// The error for a word that is not a command, with the one that is meant where it is near.
    package func unknownCommand(_ word: String) -> UsageError {
        let same = synonyms[word]
        let near = same ?? commands.map(\.name).first { editDistance($0, word) <= 2 }
        return UsageError("unknown command '\(word)'", hint: near.map { "did you mean '\($0)'?" } ?? main.spec.helpHint)
    }

    /// The list of commands for the help, each with its summary.
    package static func list(_ commands: [Command]) -> String {
        let commands = commands + [completions]
        let width = commands.map(\.name.count).max() ?? 0
        let lines = commands.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count + 2) + command.spec.summary
        }
        return "commands, each with its own --help:\n" + lines.joined(separator: "\n")
    }
}
