import ELF
import Foundation
import ToolKit

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
    init(_ path: String, context: PackContext) throws {
        let absolute = Paths.absolute(path)
        guard let real = context.root.realHost(absolute), Disk.kind(real) != nil else {
            throw ToolError.cannotRead(path: path, cause: "No such file or directory")
        }
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
        guard let line = ScriptLine(try Disk.map(real).prefix(512)) else {
            throw PackError.notAProgram(
                path: path,
                cause: "it is neither an ELF file nor a script that begins with #!",
                hint: "begin a script with a line like '#!/bin/sh'"
            )
        }
        kind = .script(line)
    }
}
