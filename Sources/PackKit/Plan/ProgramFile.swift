import ELF
import Foundation

/// What is to be packed: an ELF executable, or a script with the interpreter its first line names.
struct ProgramFile: Equatable, Sendable {
    /// How the file is started.
    enum Kind: Equatable, Sendable {
        case binary(ELFFile)
        case script(ScriptLine)
    }

    /// The file, links followed.
    let path: String
    /// The name it was given by, which is its name in the package.
    let name: String
    let kind: Kind

    /// Looks at a file.
    ///
    /// - Throws: ``PackError/notAProgram(path:cause:hint:)`` for what neither Linux nor the packer can start.
    init(_ path: String, root: FileSystemRoot, binaries: BinaryCache) throws {
        let absolute = Disk.absolute(path)
        guard let real = root.realHost(absolute), Disk.kind(real) != nil else {
            throw PackError.cannotRead(path: path, cause: "No such file or directory")
        }
        guard Disk.kind(real) == .file else {
            throw PackError.notAProgram(path: path, cause: "it is not a regular file")
        }
        self.path = real
        name = Disk.name(absolute)
        if let file = try binaries.read(real) {
            switch file.kind {
            case .sharedObject: throw PackError.notAProgram(path: path, cause: "it is a library, not a program")
            case .other: throw PackError.notAProgram(path: path, cause: "it is an object file, not a program")
            default: kind = .binary(file)
            }
            guard file.machine.isOnLambda else {
                throw PackError.unknownMachine(path: path, machine: file.machine.description)
            }
            return
        }
        guard let line = ScriptLine(try Disk.map(real).prefix(512)) else {
            throw PackError.notAProgram(
                path: path,
                cause: "it is neither an ELF file nor a script that begins with #!",
                hint: "begin a script with a line like '#!/bin/sh'"
            )
        }
        kind = .script(line)
    }

    var isScript: Bool {
        if case .script = kind { return true }
        return false
    }
}

/// The first line of a script: `#!/usr/bin/env -S python3 -u`.
struct ScriptLine: Equatable, Sendable {
    /// The interpreter: a path, or with `env` the name that is searched in PATH.
    let interpreter: String
    /// What stands behind it; without `env -S` the kernel passes it on as one argument.
    let arguments: [String]
    /// Whether the line ends as in Windows: the kernel takes the carriage return for a part of the interpreter's name.
    let hasWindowsEnd: Bool

    init(interpreter: String, arguments: [String], hasWindowsEnd: Bool = false) {
        self.interpreter = interpreter
        self.arguments = arguments
        self.hasWindowsEnd = hasWindowsEnd
    }

    /// Reads the start of a file.
    init?(_ bytes: Data) {
        guard bytes.starts(with: Array("#!".utf8)) else { return nil }
        let first = bytes.dropFirst(2).prefix { $0 != 10 }
        let isWindows = first.last == 13
        let line = String(decoding: first, as: UTF8.self)
        let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
        guard let first = words.first else { return nil }
        guard Disk.name(first) == "env" else {
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
        self.init(interpreter: name, arguments: Array(rest.dropFirst()), hasWindowsEnd: isWindows)
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
