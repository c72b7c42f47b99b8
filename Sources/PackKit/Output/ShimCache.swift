import Foundation
import Platform
import ToolKit

/// The bootstrap `shim` as a zip archive and as a layer of images, kept from one packing to the next in the user's cache
/// folder.
///
/// It is the same in each package, and compressing it takes longer than all the rest of a small one. Nothing else is kept:
/// programs and their data stay where they are. Whatever is wrong with the folder, `shim` is compressed as without it.
struct ShimCache {
    /// The one file that is kept, as it is called in packages.
    static let name = "shim"
    /// How many archives stay: a zip and a layer for two machines, of this version and the one before.
    private static let limit = 8

    /// What an archive is known by: the sums of the file and of the tools that make an archive of it.
    struct Key: Equatable {
        let name: String
        let size: Int
    }

    /// A layer that is kept.
    struct Layer: Equatable {
        let path: String
        /// The SHA-256 of the archive before it was compressed, in hexadecimal digits.
        let diffID: String
        /// Its own SHA-256, in hexadecimal digits.
        let digest: String
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
        } else {
            return nil
        }
        let folder = home + "/shim"
        mkdir(home, 0o700)
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

    /// What archives of a `shim` are known by.
    ///
    /// - Parameters:
    ///   - file: The program.
    ///   - tools: What makes the archive.
    /// - Returns: The key, also of an archive that is not there yet.
    /// - Throws: ``ToolKit/ToolError`` where one of them cannot be read.
    func key(of file: String, madeBy tools: [Tool]) throws -> Key {
        // BLAKE2 takes a third of the time of SHA-256; 128 bits of it are enough, and short enough for a file's name.
        let files = [file] + (try tools.map { try toolbox.path(of: $0) })
        let sums = try Checksum(toolbox: toolbox).hex(files, by: .b2sum)
        return Key(name: sums.map { $0.prefix(32) }.joined(separator: "-"), size: try SizeTable.size(file))
    }

    /// A zip archive that is there and whole.
    func zip(_ key: Key) -> String? {
        let path = "\(folder)/\(key.name).zip"
        guard isUsable(path), let entries = try? ZipReader(path: path).entries, entries.count == 1,
            entries[0].name == Self.name, entries[0].size == key.size, entries[0].mode == 0o100755
        else { return nil }
        return path
    }

    /// A layer that is there and whole.
    ///
    /// - Throws: ``Platform/Interruption``, ``ToolKit/ToolError`` for a sum that cannot be computed.
    func layer(_ key: Key) throws -> Layer? {
        let start = key.name + "."
        for name in (try? Files.list(folder)) ?? [] where name.hasPrefix(start) && isUsable("\(folder)/\(name)") {
            let words = name.dropFirst(start.count).split(separator: ".").map(String.init)
            guard words.count == 4, words[2...] == ["tar", "gz"], words[0].count == 64, words[1].count == 64 else {
                continue
            }
            let layer = Layer(path: "\(folder)/\(name)", diffID: words[0], digest: words[1])
            return try Checksum(toolbox: toolbox).hex(layer.path) == layer.digest ? layer : nil
        }
        return nil
    }

    private func isUsable(_ path: String) -> Bool {
        guard let entry = Files.entry(path) else { return false }
        return entry.kind == .file && entry.user == geteuid()
    }

    /// Keeps a zip archive.
    func keep(zip archive: String, _ key: Key) { keep(archive, as: "\(key.name).zip") }

    /// Keeps a layer.
    func keep(layer: Layer, _ key: Key) { keep(layer.path, as: "\(key.name).\(layer.diffID).\(layer.digest).tar.gz") }

    /// Keeps an archive, and removes the oldest where there are too many.
    private func keep(_ archive: String, as name: String) {
        let fresh = "\(folder)/new-\(getpid())"
        do throws(SystemError) {
            try Files.copy(archive, to: fresh, mode: 0o600)
            let file = try Descriptor.open(fresh, O_RDONLY)
            // So that a crash leaves no archive that only looks whole.
            try check("fsync") { fsync(file.raw) }
            try Files.rename(fresh, to: "\(folder)/\(name)")
            let paths = try Files.list(folder).map { "\(folder)/\($0)" }
            let files = paths.map { (path: $0, time: Files.entry($0)?.modificationTime ?? 0) }
            for file in files.sorted(by: { $0.time > $1.time }).dropFirst(Self.limit) { unlink(file.path) }
        } catch {
            // The next packing compresses it again.
            unlink(fresh)
        }
    }
}
