import Foundation
import Platform

/// What the command says: data on standard output, everything else on standard error.
struct Console: Sendable {
    /// Where signals arrive as bytes.
    let interrupts: Int32
    private let isTerminal = isatty(2) == 1

    /// Writes a line for people.
    func say(_ text: some StringProtocol) { write(text + "\n", to: 2) }

    /// Writes data.
    func data(_ text: String) { write(text, to: 1) }

    /// Shows what is being done, on a terminal only, in one line that the next one replaces.
    func progress(_ text: String) {
        guard isTerminal else { return }
        write("\r\u{1b}[Kshim-pack: \(text.prefix(70))", to: 2)
    }

    /// Takes the line of ``progress(_:)`` away.
    func clearProgress() {
        if isTerminal { write("\r\u{1b}[K", to: 2) }
    }

    private func write(_ text: String, to descriptor: Int32) {
        do throws(SystemError) {
            try writeAll(text, to: descriptor)
        } catch {
            // Nobody reads any more; the package is what counts.
        }
    }
}
