import ELF
import Foundation
import ToolKit

/// The static program `shim` that goes into the package: it must start where there is nothing but a kernel.
struct BootstrapProgram {
    /// The path as it was given.
    let path: String

    /// Its architecture; `nil` where it is not there or not an ELF file.
    func machine(_ context: PackContext) throws -> Machine? {
        guard Disk.kind(path) != nil else { return nil }
        return try context.binaries.read(path)?.machine
    }

    /// Checks that it will start.
    ///
    /// - Returns: Its real path.
    /// - Throws: ``PackError/unusableShim(path:cause:hint:)``.
    func check(machine: Machine, _ context: PackContext) throws -> String {
        let real = FileSystemRoot().realHost(Paths.absolute(path))
        guard let real, Disk.kind(real) == .file else {
            throw PackError.unusableShim(
                path: path,
                cause: "No such file or directory",
                hint: "swift build -c release --product shim makes one; name it with --shim FILE"
            )
        }
        guard let file = try context.binaries.read(real) else {
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
