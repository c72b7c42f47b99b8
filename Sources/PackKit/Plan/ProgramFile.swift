import ELF
import Foundation
import LambdaWire
import Platform
import ToolKit

/// What is to be packed: an ELF executable, or a script with the interpreter that its first line or its name's ending says.
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
    init(_ path: String, context: PackContext) throws {
        let absolute = Paths.absolute(path)
        guard let real = context.root.realHost(absolute), Disk.kind(real) != nil else {
            throw ToolError.cannotRead(path: path, cause: "No such file or directory")
        }
        if Disk.kind(real) == .folder { throw Unpackable.folder(path) }
        guard Disk.kind(real) == .file else {
            throw PackError.notAProgram(path: path, cause: "it is not a regular file")
        }
        self.path = real
        name = Paths.name(absolute)
        if let file = try context.binaries.read(real) {
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
        if let interpreter = ScriptInterpreters.interpreter(of: name),
            try !Disk.map(real).starts(with: Array("#!".utf8))
        {
            kind = .script(ScriptLine(interpreter: interpreter, arguments: [], isByEnding: true))
            return
        }
        if let archive = ScriptInterpreters.ending(of: name).flatMap({ ScriptInterpreters.archives[$0] }) {
            let (interpreter, arguments) = archive
            kind = .script(ScriptLine(interpreter: interpreter, arguments: arguments, isByEnding: true))
            return
        }
        guard let line = ScriptLine(try Disk.map(real).prefix(512)) else {
            throw Unpackable.file(path, bytes: try Disk.map(real).prefix(512))
        }
        kind = .script(line)
    }

    /// Whether the kernel starts it as it is here; else its interpreter is started with it.
    var startsByItself: Bool {
        guard case .script(let line) = kind else { return true }
        return !line.isByEnding && Files.isExecutable(path)
    }

    /// The words that start it here.
    func command(_ context: PackContext, as path: String) -> [String] {
        guard !startsByItself, case .script(let line) = kind, let interpreter = interpreter(context) else {
            return [path]
        }
        return [interpreter] + line.arguments + [path]
    }

    /// Where the interpreter of a script is on this machine, links not followed.
    func interpreter(_ context: PackContext) -> String? {
        guard case .script(let line) = kind else { return nil }
        return line.path(in: context.root)
    }
}
