import Foundation
import Platform
import ToolKit

/// Writes a folder as a zip archive, with the system's `zip`.
///
/// `zip` uses one processor, and compressing is most of the time that packing takes. So several run at once, each on a part of
/// the files, and ``ZipJoiner`` makes one archive of theirs.
struct ZipWriter {
    /// How many files an archive can have without zip64, which not every reader knows.
    static let limit = 65_534
    /// Less than this is not worth a `zip` of its own, in bytes.
    private static let smallestPart = 2 << 20

    let toolbox: Toolbox
    /// Archives of the bootstrap from earlier packings.
    var cache: ShimCache?
    /// How many parts are compressed at once at most.
    var width = ProcessInfo.processInfo.activeProcessorCount

    /// A file, link or empty folder.
    struct Item: Equatable {
        let name: String
        let bytes: Int
    }

    /// Zips a folder whose modes and times are set already.
    ///
    /// Names are sorted here and no extra fields are stored, so that the same files make the same bytes, in however many parts
    /// they are compressed.
    func write(_ folder: String, to path: String) throws {
        var items = try Self.items(folder)
        var archives: [String] = []
        var runs: [ToolRun] = []
        var fresh: (key: ShimCache.Key, archive: String)?
        if let cache, let shim = items.firstIndex(where: { $0.name == ShimCache.name }) {
            items.remove(at: shim)
            let key = try cache.key(of: "\(folder)/\(ShimCache.name)", madeBy: [.zip])
            if let known = cache.zip(key) {
                archives.append(known)
            } else {
                let archive = part("shim")
                fresh = (key, archive)
                archives.append(archive)
                runs.append(run([ShimCache.name], of: folder, to: archive))
            }
        }
        for (index, items) in Self.parts(items, atMost: width).enumerated() {
            archives.append(part("\(index)"))
            runs.append(run(items.map(\.name), of: folder, to: part("\(index)")))
        }
        for result in try toolbox.results(runs) where !result.succeeded {
            throw toolbox.failure(of: .zip, result)
        }
        if let fresh { cache?.keep(zip: fresh.archive, fresh.key) }
        try ZipJoiner(archives).write(to: path)
        try markNames(path)
    }

    private func part(_ name: String) -> String { "\(toolbox.scratch)/part-\(name).zip" }

    private func run(_ names: [String], of folder: String, to path: String) -> ToolRun {
        var run = ToolRun(.zip, ["-X", "-q", "-y", "-UN=UTF8", path, "-@"])
        run.input = Data(names.joined(separator: "\n").utf8)
        run.directory = folder
        return run
    }

    /// What is to be stored of a folder, sorted by name.
    private static func items(_ folder: String) throws -> [Item] {
        var items: [Item] = []
        func walk(_ path: String, _ place: String) throws {
            let entry = Files.entry(path)
            guard entry?.kind == .folder else {
                items.append(Item(name: place, bytes: entry?.size ?? 0))
                return
            }
            let inside = try Disk.list(path)
            if inside.isEmpty, !place.isEmpty { items.append(Item(name: place + "/", bytes: 0)) }
            for name in inside { try walk(path + "/" + name, place.isEmpty ? name : place + "/" + name) }
        }
        try walk(folder, "")
        return items.sorted { $0.name < $1.name }
    }

    /// Divides items into parts of about the same size, each sorted as before.
    static func parts(_ items: [Item], atMost width: Int) -> [[Item]] {
        let total = items.reduce(0) { $0 + $1.bytes }
        let count = max(1, min(width, total / smallestPart))
        guard count > 1 else { return items.isEmpty ? [] : [items] }
        var loads = [Int](repeating: 0, count: count)
        var homes = [Int](repeating: 0, count: items.count)
        // The largest first, each to where the least is.
        for index in items.indices.sorted(by: { (items[$1].bytes, $0) < (items[$0].bytes, $1) }) {
            let lightest = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            homes[index] = lightest
            // A file costs something whatever its size.
            loads[lightest] += items[index].bytes + 4096
        }
        return loads.indices.map { part in items.indices.filter { homes[$0] == part }.map { items[$0] } }.filter {
            !$0.isEmpty
        }
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
