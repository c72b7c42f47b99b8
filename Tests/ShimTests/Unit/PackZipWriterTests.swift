import Foundation
import Testing

@testable import PackKit
@testable import ToolKit

/// Archives that several `zip` make, and the bootstrap's that is kept.
@Suite struct PackZipWriterTests {
    /// A tree as the packer stages it, with a `shim` that is not one.
    private func tree(shim: Int = 1_000_000) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let line = "0123456789 the quick brown fox jumps over the lazy dog, again and again\n"
        func text(_ bytes: Int) -> String { String(repeating: line, count: bytes / line.utf8.count + 1) }
        try folder.write("tree/shim", String(text(shim).prefix(shim)), mode: 0o755)
        for index in 0..<7 {
            try folder.write("tree/d/\(index)", text(index << 20), mode: index % 2 == 0 ? 0o755 : 0o644)
        }
        try folder.write("tree/empty", "", mode: 0o644)
        try FileManager.default.createDirectory(atPath: folder.path + "/tree/hollow", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/tree/link", withDestinationPath: "d/1")
        try date(folder)
        return folder
    }

    private func date(_ folder: TemporaryFolder) throws {
        try PackTool.run(
            "find",
            ["tree", "-exec", "touch", "-h", "-d", "1980-01-01 00:00:00 UTC", "{}", "+"],
            directory: folder.path
        )
    }

    private func write(_ folder: TemporaryFolder, _ cache: String? = nil, width: Int = 2) throws -> Data {
        let toolbox = Toolbox(scratch: try Disk.makeTemporaryFolder("zip", in: folder.path), interrupts: nil)
        let path = folder.path + "/out.zip"
        var writer = ZipWriter(toolbox: toolbox)
        writer.width = width
        writer.cache = cache.flatMap { ShimCache(toolbox: toolbox, environment: ["XDG_CACHE_HOME": $0]) }
        try writer.write(folder.path + "/tree", to: path)
        try PackTool.run("unzip", ["-q", "-t", path])
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// However many there are, the bytes are those of a single `zip`.
    @Test func partsMakeTheArchiveOfOne() throws {
        let folder = try tree()
        let names = "d/0 d/1 d/2 d/3 d/4 d/5 d/6 empty hollow/ link shim"
        let zip = "TZ=UTC LC_ALL=C zip -X -q -y ../plain.zip -@"
        try PackTool.run("sh", ["-c", "printf '%s\\n' \(names) | \(zip)"], directory: folder.path + "/tree")
        let plain = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/plain.zip"))
        for width in 1...5 { #expect(try write(folder, width: width) == plain, "\(width) at once") }
        let cache = try TemporaryFolder()
        for round in 1...2 { #expect(try write(folder, cache.path) == plain, "round \(round) with a cache") }
    }

    @Test func partsAreOfAboutTheSameSizeAndSorted() {
        let items = (0..<1000).map { ZipWriter.Item(name: String(10_000 + $0), bytes: $0 * 100) }
        let parts = ZipWriter.parts(items, atMost: 4)
        #expect(parts.count == 4)
        #expect(parts.flatMap(\.self).sorted { $0.name < $1.name } == items)
        for part in parts {
            #expect(part == part.sorted { $0.name < $1.name })
            let bytes = part.reduce(0) { $0 + $1.bytes }
            #expect((12_000_000...13_000_000).contains(bytes))
        }
        #expect(ZipWriter.parts([], atMost: 4).isEmpty)
        #expect(ZipWriter.parts(Array(items.prefix(10)), atMost: 4).count == 1, "too little to divide")
        #expect(ZipWriter.parts([.init(name: "a", bytes: 1 << 30)], atMost: 4).count == 1)
    }

    /// The kept archive is what goes into the package; one that is not whole, or of other bytes, does not.
    @Test func theKeptArchiveIsUsedWhereItIsWhole() throws {
        let folder = try tree()
        let fresh = try write(folder)
        let cache = try TemporaryFolder()
        #expect(try write(folder, cache.path) == fresh)
        let names = try FileManager.default.contentsOfDirectory(atPath: cache.path + "/shim")
        let kept = cache.path + "/shim/" + (try #require(names.first))
        #expect(names.count == 1)
        #expect(
            try PackTool.run("stat", ["-c", "%a", cache.path + "/shim", kept]).split(separator: "\n") == ["700", "600"]
        )

        // An archive of other bytes under the same name shows that it is used at all.
        let other = try tree()
        let size = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/tree/shim")).count
        try other.write("tree/shim", String(repeating: "x", count: size), mode: 0o755)
        try date(other)
        try FileManager.default.removeItem(atPath: kept)
        try PackTool.run("zip", ["-X", "-q", kept, "shim"], directory: other.path + "/tree")
        #expect(try write(folder, cache.path) != fresh)

        let whole = try Data(contentsOf: URL(fileURLWithPath: kept))
        for (what, bytes) in [
            ("empty", Data()), ("cut", whole.prefix(whole.count - 30)), ("text", Data("no archive".utf8)),
        ] {
            try bytes.write(to: URL(fileURLWithPath: kept))
            #expect(try write(folder, cache.path) == fresh, "\(what)")
        }
        for (what, size) in [("of another size", size - 1), ("of another file", 0)] {
            try other.write("tree/shim", String(repeating: "x", count: size), mode: 0o755)
            try date(other)
            try? FileManager.default.removeItem(atPath: kept)
            try PackTool.run("zip", ["-X", "-q", kept, size == 0 ? "empty" : "shim"], directory: other.path + "/tree")
            #expect(try write(folder, cache.path) == fresh, "\(what)")
        }
    }

    /// Another `shim` gets an archive of its own, and the oldest ones go.
    @Test func fewArchivesAreKept() throws {
        let cache = try TemporaryFolder()
        for size in 1...10 { _ = try write(try tree(shim: size), cache.path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path + "/shim").count == 8)
    }

    /// Nothing is kept where somebody else could write, and nothing fails for it.
    @Test func foldersOfOthersAreNotUsed() throws {
        let toolbox = Toolbox(interrupts: nil)
        let folder = try TemporaryFolder()
        #expect(ShimCache(toolbox: toolbox, environment: [:]) == nil)
        #expect(ShimCache(toolbox: toolbox, environment: ["XDG_CACHE_HOME": "relative"]) == nil)
        #expect(ShimCache(toolbox: toolbox, environment: ["HOME": folder.path + "/none"]) == nil)
        #expect(ShimCache(toolbox: toolbox, environment: ["HOME": folder.path]) != nil)
        #expect(
            try PackTool.run("find", [".", "-printf", "%P %m\n"], directory: folder.path).contains(".cache/shim 700")
        )
        try PackTool.run("chmod", ["777", folder.path + "/.cache/shim"])
        #expect(ShimCache(toolbox: toolbox, environment: ["HOME": folder.path]) == nil)
        try FileManager.default.removeItem(atPath: folder.path + "/.cache/shim")
        try folder.write(".cache/shim", "a file", mode: 0o644)
        #expect(ShimCache(toolbox: toolbox, environment: ["HOME": folder.path]) == nil)
        if geteuid() == 0 {
            try FileManager.default.removeItem(atPath: folder.path + "/.cache")
            try PackTool.run("chown", ["65534", folder.path])
            #expect(ShimCache(toolbox: toolbox, environment: ["HOME": folder.path]) == nil, "root with a user's HOME")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/.cache"))
        }
    }
}
