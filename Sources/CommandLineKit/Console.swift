import Foundation
import Platform

/// What a command says: standard output is data, standard error is for people.
package struct Console: Sendable {
    /// The program's name, which precedes its messages.
    package let program: String
    /// Whether a person sees standard error.
    package let showsProgress = isatty(2) == 1
    /// Whether a person sees standard output.
    package let showsAnswers = isatty(1) == 1

    /// The console of a program.
    package init(program: String) { self.program = program }

    /// Prints what was asked for.
    ///
    /// - Throws: ``SystemError/brokenPipe`` where nobody reads any more, which ends a program silently.
    package func print(_ text: String) throws { try writeAll(text, to: 1) }

    /// Writes a line for people.
    package func say(_ text: some StringProtocol) { tell(text + "\n") }

    /// Says what went wrong, or what to look out for, with the program's name in front.
    package func report(_ text: String) { say("\(program): \(text)") }

    /// Shows what is being done, on a terminal only, in one line that the next one replaces.
    package func progress(_ text: String) {
        if showsProgress { tell("\r\u{1b}[K\(program): \(text.prefix(70))") }
    }

    /// Takes the line of ``progress(_:)`` away.
    package func clearProgress() {
        if showsProgress { tell("\r\u{1b}[K") }
    }

    /// Nothing can be done about a standard error that nobody reads, so that failure is left alone.
    private func tell(_ text: String) { try? writeAll(text, to: 2) }
}
