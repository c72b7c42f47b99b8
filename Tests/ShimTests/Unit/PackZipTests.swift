import Foundation
import Testing

@testable import PackKit

@Suite struct PackZipTests {
    private func archive() throws -> (TemporaryFolder, String) {
        let folder = try TemporaryFolder()
        try folder.write("tree/a", "hello", mode: 0o755)
        try folder.write("tree/d/b", String(repeating: "x", count: 10_000), mode: 0o600)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/tree/l", withDestinationPath: "a")
        try PackTool.run("zip", ["-q", "-y", "-r", "../x.zip", "."], directory: folder.path + "/tree")
        return (folder, folder.path + "/x.zip")
    }

    @Test func readsNamesModesAndSizes() throws {
        let (folder, path) = try archive()
        defer { withExtendedLifetime(folder) {} }
        let entries = try ZipReader(path: path).entries
        let byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
        #expect(Set(byName.keys) == ["a", "d/", "d/b", "l"])
        #expect(byName["a"]?.mode == 0o100755)
        #expect(byName["a"]?.size == 5)
        #expect(byName["d/b"]?.mode == 0o100600)
        #expect(byName["d/b"]?.size == 10_000)
        #expect(byName["d/"]?.isFolder == true)
        #expect(byName["l"]?.isLink == true)
    }

    @Test(arguments: [0, 1, 21, 22, 100])
    func whatIsNoArchiveIsSaidToBeNone(count: Int) {
        let error = #expect(throws: PackError.self) { try ZipReader(Data(repeating: 65, count: count), path: "x") }
        #expect(
            error
                == .damagedZip(
                    path: "x",
                    cause: "it has no table of contents: it is not a zip archive, or it is cut off"
                )
        )
    }

    /// Damaged archives end with entries or an error, never with a trap.
    @Test(.timeLimit(.minutes(5))) func survivesAnyByte() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("zip mutation seed: \(seed)")
        var random = SplitMix(state: seed)
        let (folder, path) = try archive()
        defer { withExtendedLifetime(folder) {} }
        let original = try Data(contentsOf: URL(fileURLWithPath: path))
        for _ in 0..<5000 {
            var data = original
            for _ in 0..<Int(random.next() % 6 + 1) {
                data[Int(random.next() % UInt64(data.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 4 == 0 { data = data.prefix(Int(random.next() % UInt64(data.count))) }
            do {
                #expect(try ZipReader(Data(data), path: "x").entries.count <= 0xffff)
            } catch let error as PackError {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
