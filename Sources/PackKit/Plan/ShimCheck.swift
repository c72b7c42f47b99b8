import ELF
import Foundation

/// Checks the bootstrap program: it must start where there is nothing but a kernel.
enum ShimCheck {
    /// The checked path.
    static func check(_ path: String, machine: Machine, binaries: BinaryCache) throws -> String {
        let real = FileSystemRoot().realHost(Disk.absolute(path))
        guard let real, Disk.kind(real) == .file else {
            throw PackError.unusableShim(
                path: path,
                cause: "No such file or directory",
                hint: "swift build -c release --product shim makes one; name it with --shim FILE"
            )
        }
        guard let file = try binaries.read(real) else {
            throw PackError.unusableShim(path: path, cause: "not an ELF file", hint: "name one with --shim FILE")
        }
        guard file.machine == machine else {
            throw PackError.unusableShim(
                path: path,
                cause: "it is for \(file.machine), the program for \(machine)",
                hint: "name one for \(machine) with --shim FILE"
            )
        }
        guard file.isStatic else {
            throw PackError.unusableShim(
                path: path,
                cause: "it is dynamically linked, so it would not start on Lambda (a debug build?)",
                hint: "swift build -c release --product shim makes a static one; name it with --shim FILE"
            )
        }
        return real
    }
}
