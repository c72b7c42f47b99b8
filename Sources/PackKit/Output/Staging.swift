import Foundation
import Platform
import ToolKit

/// A folder beside the output in which everything is made; it is gone when the work is over, however it ends.
package struct Staging: Sendable {
    /// The folder, on the same file system as the output, so that the last step is a rename.
    let folder: String

    /// Makes the folder.
    ///
    /// - Parameter output: The file or folder that will be written.
    /// - Throws: ``ToolError/cannotWrite(path:cause:)`` that names the output.
    package init(beside output: String) throws {
        let parent = Paths.parent(Paths.absolute(output))
        let prefix = "\(parent == "/" ? "" : parent)/.\(Paths.name(output))."
        do throws(SystemError) {
            folder = try Files.makeTemporaryFolder(prefix: prefix)
        } catch {
            throw ToolError.cannotWrite(path: output, cause: SystemError.text(error.errno))
        }
    }

    /// Makes a folder among the system's temporary ones, for work that has no output.
    package init(named name: String) throws {
        do throws(SystemError) {
            folder = try Files.makeTemporaryFolder(prefix: NSTemporaryDirectory() + "/\(name)-")
        } catch {
            throw ToolError.cannotWrite(path: NSTemporaryDirectory(), cause: SystemError.text(error.errno))
        }
    }

    /// Removes the folder with all that is in it.
    package func remove() {
        do throws(SystemError) {
            try Files.removeTree(folder)
        } catch {
            // Nothing can be done about it here, and whoever sees the folder knows by its name what made it.
        }
    }

    /// A place in the folder.
    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes the entries of a tree as files, with the modes and times that every package has.
    ///
    /// Modes are 0755 and 0644 whatever the umask, times are the first that zip can hold: the same input makes the same
    /// bytes.
    func write(
        _ content: PackageTree,
        to name: String,
        strip: Bool,
        toolbox: Toolbox,
        progress: (String) -> Void
    ) throws {
        let tree = path(name)
        try Disk.makeFolder(tree)
        try Disk.setMode(tree, 0o755)
        var folders: Set<String> = [tree]
        for (place, entry) in content.entries.sorted(by: { $0.key < $1.key }) {
            try toolbox.checkInterrupt()
            progress(place)
            let path = tree + "/" + place
            let isFolder = entry.source == .folder
            try makeFolders(isFolder ? path : Paths.parent(path), &folders)
            switch entry.source {
            case .file(let source): try Disk.copy(source, to: path)
            case .text(let text): try Disk.write(Data(text.utf8), to: path)
            case .link(let target): try Disk.makeLink(path, to: target)
            case .folder: break
            }
            guard case .file = entry.source else {
                if case .text = entry.source { try Disk.setMode(path, entry.isExecutable ? 0o755 : 0o644) }
                continue
            }
            try Disk.setMode(path, 0o755)
            if strip, place != "shim", try Self.isELF(path) {
                try toolbox.run(.strip, ["--strip-unneeded", path])
            }
            try Disk.setMode(path, entry.isExecutable ? 0o755 : 0o644)
        }
        try toolbox.run(.find, [tree, "-exec", "touch", "-h", "-d", "1980-01-01 00:00:00 UTC", "{}", "+"])
    }

    private func makeFolders(_ path: String, _ known: inout Set<String>) throws {
        guard known.insert(path).inserted else { return }
        try makeFolders(Paths.parent(path), &known)
        try Disk.makeFolder(path)
        try Disk.setMode(path, 0o755)
    }

    private static func isELF(_ path: String) throws -> Bool {
        try Disk.map(path).starts(with: [0x7f, 0x45, 0x4c, 0x46])
    }
}
