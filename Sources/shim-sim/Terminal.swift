import CommandLineKit
import Foundation
import Platform

/// Standard output is data, standard error is for people.
enum Terminal {
    /// Says what went wrong.
    ///
    /// Nothing can be done about a standard error that nobody reads, so that failure is left alone.
    static func report(_ message: String) { note("shim-sim: \(message)") }

    /// Says something to whoever started the program.
    static func note(_ text: String) { try? writeAll(text + "\n", to: 2) }

    /// Prints what was asked for.
    static func print(_ text: String) throws { try writeAll(text, to: 1) }

    /// Prints the help or the version where they were asked for.
    ///
    /// - Returns: Whether that was all there is to do.
    /// - Throws: ``SystemError`` where standard output cannot be written.
    static func printsHelp(_ arguments: Arguments, _ spec: CommandSpec) throws -> Bool {
        if arguments.flag("--help") {
            try print(spec.help)
        } else if arguments.flag("--version") {
            try print("shim-sim \(version)\n")
        } else {
            return false
        }
        return true
    }

    /// Lines with the name of their function in front, where there are several.
    static func prefixed(_ lines: [UInt8], _ name: String?) -> [UInt8] {
        guard let name else { return lines }
        return Array(lines.split(separator: 0x0A).map { Array("\(name) | ".utf8) + $0 + [0x0A] }.joined())
    }

    /// Whether a person sees standard error.
    static var showsProgress: Bool { isatty(2) == 1 }

    /// Whether a person sees standard output.
    static var showsAnswers: Bool { isatty(1) == 1 }
}
