import Platform

/// What the user passes: a text, or the file that it is in.
package enum Input {
    /// Why a file could not be read.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// The file as it was typed, or `standard input`.
        package let name: String
        /// What the system said.
        package let cause: SystemError

        package var description: String { "cannot read '\(name)': \(cause)" }
    }

    /// How much is read of an event or a description: a byte more than Lambda takes of an event, so that what is too long is
    /// seen to be so.
    package static let limit = (6 << 20) + 101

    /// The bytes of a file, at most ``limit``; `-` is standard input.
    package static func file(_ path: String) throws(Failure) -> [UInt8] {
        let isStandardInput = path == "-"
        do throws(SystemError) {
            // Not by /dev/stdin, which cannot be opened where standard input is a socket.
            return isStandardInput ? try Files.read(0, atMost: limit) : try Files.read(path, atMost: limit)
        } catch {
            throw Failure(name: isStandardInput ? "standard input" : path, cause: error)
        }
    }

    /// The bytes of `TEXT`, or of the file in `@FILE`, as in curl: no JSON begins with @.
    package static func bytes(_ text: String) throws(Failure) -> [UInt8] {
        text.hasPrefix("@") ? try file(String(text.dropFirst())) : Array(text.utf8)
    }
}

/// The options of a command that calls a function: `--data JSON|@FILE` and `--event FILE`.
package enum EventOptions {
    /// The options, the first for their list.
    package static let options = [
        Option("-d", "--data", value: "JSON|@FILE", help: "The event", default: "{}", excludes: ["--event"]),
        Option("-e", "--event", value: "FILE", type: .file, help: "A file with the event; - is standard input"),
    ]

    /// The event that they say; `--event @FILE` is what it is in `--data`.
    package static func event(_ arguments: Arguments) throws(Input.Failure) -> [UInt8] {
        guard let file = arguments.value("--event") else { return try Input.bytes(arguments.value("--data") ?? "{}") }
        return try file.hasPrefix("@") ? Input.bytes(file) : Input.file(file)
    }
}
