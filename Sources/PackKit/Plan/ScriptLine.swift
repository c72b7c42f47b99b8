import Foundation
import ToolKit

/// The first line of a script: `#!/usr/bin/env -S python3 -u`.
struct ScriptLine: Equatable, Sendable {
    /// The interpreter: a path, or with `env` the name that is searched in PATH.
    let interpreter: String
    /// What follows it; without `env -S` the kernel passes it on as one argument.
    let arguments: [String]
    /// Whether the line ends as in Windows: the kernel takes the carriage return for a part of the interpreter's name.
    let hasWindowsEnd: Bool
    /// Whether no first line says it, but the ending of the file's name.
    let isByEnding: Bool
    /// The program that the kernel starts where that is another one: `/usr/bin/env`.
    let starter: String?

    init(
        interpreter: String,
        arguments: [String],
        hasWindowsEnd: Bool = false,
        isByEnding: Bool = false,
        starter: String? = nil
    ) {
        self.interpreter = interpreter
        self.arguments = arguments
        self.hasWindowsEnd = hasWindowsEnd
        self.isByEnding = isByEnding
        self.starter = starter
    }

    /// Whether the interpreter is a name that is looked for in PATH.
    var isFoundInPath: Bool { !interpreter.hasPrefix("/") }

    /// Reads the start of a file.
    init?(_ bytes: Data) {
        guard bytes.starts(with: Array("#!".utf8)) else { return nil }
        let first = bytes.dropFirst(2).prefix { $0 != 10 }
        let isWindows = first.last == 13
        let line = String(decoding: first, as: UTF8.self)
        let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
        guard let first = words.first else { return nil }
        guard Paths.name(first) == "env" else {
            let rest = words.dropFirst().joined(separator: " ")
            self.init(interpreter: first, arguments: rest.isEmpty ? [] : [rest], hasWindowsEnd: isWindows)
            return
        }
        var rest = words.dropFirst()
        if rest.first == "-S" {
            rest = rest.dropFirst()
        } else if let joined = rest.first, joined.hasPrefix("-S") {
            rest = [String(joined.dropFirst(2))] + rest.dropFirst()
        }
        // A variable set by env, or another of its options, stays what it is: env itself is the interpreter then.
        guard let name = rest.first, !name.hasPrefix("-"), !name.contains("=") else {
            let rest = words.dropFirst().joined(separator: " ")
            self.init(interpreter: first, arguments: [rest], hasWindowsEnd: isWindows)
            return
        }
        self.init(interpreter: name, arguments: Array(rest.dropFirst()), hasWindowsEnd: isWindows, starter: first)
    }

    /// Where the interpreter is in a root; names are searched in the usual folders, on this machine in PATH.
    func path(in root: FileSystemRoot) -> String? {
        if interpreter.hasPrefix("/") {
            let path = root.host(interpreter)
            return root.realHost(path) == nil ? nil : path
        }
        let variable = root.isHost ? ProcessInfo.processInfo.environment["PATH"] : nil
        let folders = (variable ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        return folders.lazy.map { root.host("\($0)/\(interpreter)") }.first { path in
            root.realHost(path).map { Disk.kind($0) == .file } ?? false
        }
    }
}
