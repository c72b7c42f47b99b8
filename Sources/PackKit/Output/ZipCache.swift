import Foundation
import Platform
import ToolKit

/// The bootstrap `shim` as a zip archive, kept from one packing to the next in the user's cache folder.
///
/// It is the same in each package, and compressing it takes longer than all the rest of a small one. Nothing else is kept:
/// programs and their data stay where they are. Whatever is wrong with the folder, `shim` is compressed as without it.
struct ZipCache {
    /// The one file that is kept, as it is called in packages.
    static let name = "shim"
    /// How many archives stay: for two machines of this version and the one before.
    private static let limit = 4

    /// What an archive is known by: the sums of the file and of the `zip` that compresses it.
    struct Key: Equatable {
        let name: String
        let size: Int
    }

    private let folder: String
    private let toolbox: Toolbox

    /// Finds the folder: `shim` in `$XDG_CACHE_HOME` or `~/.cache` (XDG Base Directory Specification 0.8), made where it is
    /// missing.
    ///
    /// - Returns: `nil` where there is none that only this user can write to, or nothing to tell one `shim` from another.
    init?(toolbox: Toolbox, environment: [String: String] = ProcessInfo.processInfo.environment) {
        func set(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        guard (try? toolbox.path(of: .b2sum)) != nil else { return nil }
        let home: String
        if let cache = set("XDG_CACHE_HOME") {
            home = cache
        } else if let user = set("HOME"), Self.isOwn(user) {
            home = user + "/.cache"
            mkdir(home, 0o700)
        } else {
            return nil
        }
        let folder = home + "/shim"
        guard Self.isOwn(home) else { return nil }
        mkdir(folder, 0o700)
        guard Self.isOwn(folder), let mode = Files.entry(folder)?.mode, mode & 0o022 == 0 else { return nil }
        self.folder = folder
        self.toolbox = toolbox
    }

    private static func isOwn(_ path: String) -> Bool {
        guard let entry = Files.entry(Files.resolved(path)) else { return false }
        return entry.kind == .folder && entry.user == geteuid()
    }

    /// What the archive of the `shim` in a folder is known by.
    func key(of folder: String) throws -> Key {
        let file = "\(folder)/\(Self.name)"
        // BLAKE2 takes a third of the time of SHA-256; half of its 512 bits is enough, and short enough for a file's name.
        let sums = try Checksum(toolbox: toolbox).hex([file, try toolbox.path(of: .zip)], by: .b2sum)
        return Key(name: sums.map { $0.prefix(64) }.joined(separator: "-") + ".zip", size: try SizeTable.size(file))
    }

    /// An archive that is there and whole.
    func archive(_ key: Key) -> String? {
        let path = "\(folder)/\(key.name)"
        guard let entry = Files.entry(path), entry.kind == .file, entry.user == geteuid(),
            let entries = try? ZipReader(path: path).entries, entries.count == 1,
            entries[0].name == Self.name, entries[0].size == key.size, entries[0].mode == 0o100755
        else { return nil }
        return path
    }

    /// Keeps an archive, and removes the oldest where there are too many.
    func keep(_ archive: String, _ key: Key) {
        let fresh = "\(folder)/\(key.name).\(getpid())"
        do throws(SystemError) {
            try Files.copy(archive, to: fresh, mode: 0o600)
            let file = try Descriptor.open(fresh, O_RDONLY)
            // So that a crash leaves no archive that only looks whole.
            try check("fsync") { fsync(file.raw) }
            try Files.rename(fresh, to: "\(folder)/\(key.name)")
            let paths = try Files.list(folder).map { "\(folder)/\($0)" }
            let files = paths.map { (path: $0, time: Files.entry($0)?.modificationTime ?? 0) }
            for file in files.sorted(by: { $0.time > $1.time }).dropFirst(Self.limit) { unlink(file.path) }
        } catch {
            // The next packing compresses it again.
            unlink(fresh)
        }
    }
}
