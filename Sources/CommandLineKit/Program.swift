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

    /// Describes a program.
    package init(name: String, main: Command, commands: [Command]) {
        self.name = name
        self.main = main
        self.commands = commands
    }

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
        let named = commands.first { $0.name == words.first }
        let command = named ?? main
        let arguments = try command.spec.parse(named == nil ? words : Array(words.dropFirst()))
        if arguments.flag("--help") {
            try console.print(command.spec.help)
        } else if arguments.flag("--version") {
            try console.print("\(name) \(version)\n")
        } else {
            return try command.run(arguments, console)
        }
        return .done
    }

    /// The error for a word that is not a command, with the one that is meant where it is near.
    package func unknownCommand(_ word: String) -> UsageError {
        let near = commands.map(\.name).first { editDistance($0, word) <= 2 }
        return UsageError("unknown command '\(word)'", hint: near.map { "did you mean '\($0)'?" } ?? main.spec.helpHint)
    }

    /// The list of commands for the help, each with its summary.
    package static func list(_ commands: [Command]) -> String {
        let width = commands.map(\.name.count).max() ?? 0
        let lines = commands.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count + 2) + command.spec.summary
        }
        return "commands, each with a --help of its own:\n" + lines.joined(separator: "\n")
    }
}
