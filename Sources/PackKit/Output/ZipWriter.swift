import Foundation
import ToolKit

/// Writes a folder as a zip archive, with the system's `zip`.
struct ZipWriter {
    /// How many files an archive can have without zip64, which not every reader knows.
    static let limit = 65_534

    let toolbox: Toolbox

    /// Zips a folder whose modes and times are set already.
    ///
    /// Names are sorted here and no extra fields are stored, so that the same files make the same bytes.
    func write(_ folder: String, to path: String) throws {
        var names: [String] = []
        func walk(_ path: String, _ place: String) throws {
            guard Disk.kind(path) == .folder else {
                names.append(place)
                return
            }
            let inside = try Disk.list(path)
            if inside.isEmpty, !place.isEmpty { names.append(place + "/") }
            for name in inside { try walk(path + "/" + name, place.isEmpty ? name : place + "/" + name) }
        }
        try walk(folder, "")
        let list = Data(names.sorted().joined(separator: "\n").utf8)
        try toolbox.run(.zip, ["-X", "-q", "-y", "-UN=UTF8", path, "-@"], input: list, directory: folder)
        try markNames(path)
    }

    /// Sets the flag that says that a name is UTF-8 (APPNOTE 4.4.4, bit 11); without it the name is in the DOS character set
    /// to most who read the archive.
    ///
    /// `zip` does so only where the machine has the locale en_US.UTF-8, so that the same files made other bytes elsewhere.
    private func markNames(_ path: String) throws {
        let entries = try ZipReader(path: path).entries.filter { $0.name.utf8.contains { $0 >= 0x80 } }
        guard !entries.isEmpty else { return }
        do {
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            for offset in entries.flatMap(\.flagOffsets) {
                let high = UInt64(offset + 1)
                try file.seek(toOffset: high)
                let byte = try file.read(upToCount: 1)?.first ?? 0
                try file.seek(toOffset: high)
                try file.write(contentsOf: [byte | 0x08])
            }
            try file.close()
        } catch {
            throw ToolError.cannotWrite(path: path, cause: Disk.cause(error))
        }
    }
}
