import Foundation
import Platform
import Testing

@testable import SimKit

/// The folder behind Lambda's API for functions.
@Suite struct ControlStoreTests {
    /// A zip of one file, made by the system's own program.
    static func zip(_ text: String, named name: String = "bootstrap") throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Executables.system("zip"))
        process.arguments = ["-q", "-X", "made.zip", name]
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        return Array(try Data(contentsOf: folder.appendingPathComponent("made.zip")))
    }

    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test func whatWasSavedIsThereAgain() throws {
        try Self.withFolder { folder in
            var record = ControlModelTests.record()
            do {
                let store = try ControlStore(folder)
                let code = try store.add(zip: Self.zip("x"))
                // As `openssl dgst -sha256 -binary | base64` says it.
                #expect(Data(base64Encoded: code.sha256)?.count == 32 && code.unpackedSize == 1)
                record.latest.code = code
                record.latest.settings.variables = ["NAME": "é\n\"<"]
                record.latest.settings.others["VpcConfig"] = .object([("SubnetIds", .array(["a"]))])
                record.urls[""] = URLRecord(
                    id: "i",
                    port: 7,
                    authType: "NONE",
                    cors: .object([("MaxAge", 1)]),
                    invokeMode: "BUFFERED",
                    creationTime: "t",
                    lastModified: "t"
                )
                record.settle(nil, ControlModelTests.stamp(1))
                _ = try record.publish(description: nil, ControlModelTests.stamp(2))
                try store.save(record)
                try store.save(LayerRecord(name: "l"))
            }
            let store = try ControlStore(folder)
            #expect(store.functions == ["f": record])
            #expect(store.layers == ["l": LayerRecord(name: "l")])
            #expect(Files.status(store.path(record.latest.code.blob))?.isRegular == true)
            #expect(Files.status(folder + "/functions/f.json")?.mode == 0o600)
            try store.removeFunction("f")
            #expect(store.functions.isEmpty)
            #expect(try Files.list(folder + "/code") == [])
        }
    }

    @Test func whatAKilledSimulatorLeftIsRemoved() throws {
        try Self.withFolder { folder in
            let code = try ControlStore(folder).add(zip: Self.zip("x"))
            try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/functions/g.json.new"))
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/code/upload.new"))
            let store = try ControlStore(folder)
            // Code without a function, half of a record, half of an upload.
            #expect(Files.status(store.path(code.blob)) == nil)
            #expect(try Files.list(folder + "/functions") == [] && Files.list(folder + "/code") == [])
            #expect(store.functions.isEmpty)
        }
    }

    @Test func aFolderHasOneSimulatorAndKnownFiles() throws {
        try Self.withFolder { folder in
            let store = try ControlStore(folder)
            #expect(throws: SimError.dataInUse(folder)) { try ControlStore(folder) }
            withExtendedLifetime(store) {}
        }
        try Self.withFolder { folder in
            _ = try ControlStore(folder)
            try Data("{}".utf8).write(to: URL(fileURLWithPath: folder + "/functions/f.json"))
            #expect(throws: SimError.badData(folder + "/functions/f.json")) { try ControlStore(folder) }
        }
    }

    @Test func onlyWholeZipsAreCode() throws {
        let zip = try Self.zip("hello", named: "b")
        let directory = try #require(ZipDirectory(zip))
        #expect(directory.names == ["b"] && directory.unpackedSize == 5)
        for cut in 0..<zip.count { #expect(ZipDirectory(Array(zip[..<cut])) == nil) }
        #expect(ZipDirectory(Array("knödel".utf8)) == nil)
        // A comment at the end is part of it.
        var commented = zip
        commented[commented.count - 2] = 3
        #expect(ZipDirectory(commented + Array("end".utf8)) != nil)
        // Names that lead out of the folder.
        var evil = zip
        for (offset, byte) in zip.enumerated() where byte == UInt8(ascii: "b") { evil[offset] = UInt8(ascii: "/") }
        #expect(ZipDirectory(evil) == nil)
        try Self.withFolder { folder in
            let store = try ControlStore(folder)
            let words = ControlModelTests.message { () throws(ControlError) in _ = try store.add(zip: [1, 2, 3]) }
            #expect(words == "Could not unzip uploaded file. Please check your file, then try to upload again.")
            let large = ControlModelTests.message { () throws(ControlError) in
                _ = try store.add(zip: [UInt8](repeating: 0, count: 52_428_801))
            }
            #expect(large == "Zipped size must be smaller than 52428800 bytes")
        }
    }

    @Test func bytesOfZipsCanBeAnything() throws {
        let zip = try Self.zip("hello")
        var random = SplitMix(state: 11)
        for _ in 0..<2000 {
            var bytes = zip
            for _ in 0..<4 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = ZipDirectory(bytes)
        }
    }
}
