import ELF
import Foundation
import ToolKit

/// The static program `shim` that goes into the package: it must start where there is nothing but a kernel.
package enum BootstrapProgram: Equatable, Sendable {
    /// One that was named, which must fit.
    case named(String)
    /// Those that came with the packer, in these folders: `shim`, and `shim-MACHINE` for other architectures.
    case installed(folders: [String])

    private static let build = "swift build -c release --product shim makes"

    /// The path that was given, or the name that is looked for.
    var name: String {
        switch self {
        case .named(let path): path
        case .installed: "shim"
        }
    }

    /// The architecture where nothing else decides it: that of the first one; `nil` where there is none or it is not an ELF
    /// file.
    func machine(_ context: PackContext) throws -> Machine? {
        let paths =
            switch self {
            case .named(let path): [path]
            case .installed(let folders): folders.map { $0 + "/shim" }
            }
        guard let path = paths.first(where: { Disk.kind($0) != nil }) else { return nil }
        return try context.binaries.read(path)?.machine
    }

    /// The one for an architecture, of which it is known that it will start.
    ///
    /// - Returns: Its real path.
    /// - Throws: ``PackError/unusableShim(path:cause:hint:)``, ``PackError/noShim(machine:folders:)``.
    func path(for machine: Machine, _ context: PackContext) throws -> String {
        switch self {
        case .named(let path): return try Self.check(path, machine, context)
        case .installed(let folders):
            for path in folders.flatMap({ ["\($0)/shim", "\($0)/shim-\(machine)"] }) {
                guard let real = Self.file(path), try context.binaries.read(real)?.machine == machine else { continue }
                return try Self.check(path, machine, context)
            }
            throw PackError.noShim(machine: machine.description, folders: folders)
        }
    }

    private static func file(_ path: String) -> String? {
        guard let real = FileSystemRoot().realHost(Paths.absolute(path)), Disk.kind(real) == .file else { return nil }
        return real
    }

    private static func check(_ path: String, _ machine: Machine, _ context: PackContext) throws -> String {
        guard let real = file(path) else {
            throw PackError.unusableShim(
                path: path,
                cause: "No such file or directory",
                hint: "\(build) one; name it with --shim FILE"
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
                hint: "\(build) a static one; name it with --shim FILE"
            )
        }
        return real
    }
}
