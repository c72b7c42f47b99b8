import ToolKit

/// What users hand in where a program is wanted, by its first bytes: what it is, and what they may have meant.
enum Unpackable {
    private struct Kind {
        let offset: Int
        let magic: String
        let cause: String
        let hint: String
    }

    private static let archive = "unpack it and name the program in it"

    private static let kinds = [
        Kind(
            offset: 0,
            magic: "PK\u{3}\u{4}",
            cause: "it is a zip archive, not a program",
            hint:
                "name the program that is in it; of a finished package, 'shim-pack inspect FILE' says whether it would "
                + "start, and 'shim-sim run FILE' runs it"
        ),
        Kind(
            offset: 257,
            magic: "ustar",
            cause: "it is a tar archive, not a program",
            hint: archive + "; a finished image is run by 'shim-sim run FILE'"
        ),
        Kind(offset: 0, magic: "\u{1F}\u{8B}", cause: "it is a gzip archive, not a program", hint: archive),
        Kind(offset: 0, magic: "\u{FD}7zXZ", cause: "it is an xz archive, not a program", hint: archive),
        Kind(offset: 0, magic: "(\u{B5}/\u{FD}", cause: "it is a zstd archive, not a program", hint: archive),
        Kind(
            offset: 0,
            magic: "!<arch>\n",
            cause: "it is an archive of object files or a .deb, not a program",
            hint: "name the program that is linked with it, or that the .deb installs"
        ),
        Kind(
            offset: 0,
            magic: "MZ",
            cause: "it is a program for Windows",
            hint:
                "build it for Linux; a .NET program is started by its runtime: --include FILE, with the runtime as program"
        ),
        Kind(
            offset: 0,
            magic: "\u{CF}\u{FA}\u{ED}\u{FE}",
            cause: "it is a program for macOS",
            hint: "build it for Linux"
        ),
        Kind(
            offset: 0,
            magic: "\u{CA}\u{FE}\u{BA}\u{BE}",
            cause: "it is a Java class or a program for macOS",
            hint: "name 'java' as the program, and take the class along with --include"
        ),
    ]

    /// What a folder is told.
    static func folder(_ path: String) -> PackError {
        let hint =
            Disk.kind(path + "/bootstrap") == nil
            ? "name the program, and take the folder along: shim-pack --include '\(path)' PROGRAM"
            : "it is a package already: 'shim-pack inspect \(path)' says whether it would start, "
                + "'shim-sim run \(path)' runs it"
        return .notAProgram(path: path, cause: "it is a folder, not a program", hint: hint)
    }

    /// What a file is told that neither Linux nor the packer can start.
    static func file(_ path: String, bytes: some Collection<UInt8>) -> PackError {
        for kind in kinds {
            let magic = kind.magic.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            guard bytes.dropFirst(kind.offset).starts(with: magic) else { continue }
            return .notAProgram(path: path, cause: kind.cause, hint: kind.hint.replacing("FILE", with: path))
        }
        return .notAProgram(
            path: path,
            cause: "it is neither an ELF file nor a script that begins with #!",
            hint: "begin a script with a line like '#!/bin/sh'"
        )
    }
}
