import Foundation
import Platform
import Testing
import ToolKit

@testable import ImageKit

/// Images that are damaged, or made to do harm: a message, nothing outside of the folders, no more than the limits.
@Suite struct ImageHostileTests {
    /// An OCI layout whose parts a test may spoil, with a folder beside it that nobody may touch.
    private struct Layout {
        let folder: TemporaryFolder
        var path: String { folder.path + "/layout" }
        var victim: String { folder.path + "/victim" }

        /// Makes one of layers that a piece of Python writes with `tar.addfile`.
        init(layers: [String] = ["add('file')"], manifest: String = "", config: String = "{}") throws {
            folder = try TemporaryFolder()
            try folder.write("victim/safe", "safe")
            let script = """
                import gzip, hashlib, io, json, os, sys, tarfile
                victim = os.path.abspath('victim')
                os.makedirs('layout/blobs/sha256')
                def blob(data):
                    sum = hashlib.sha256(data).hexdigest()
                    open('layout/blobs/sha256/' + sum, 'wb').write(data)
                    return {'digest': 'sha256:' + sum, 'size': len(data)}
                def layer(text):
                    raw = io.BytesIO()
                    with tarfile.open(fileobj=raw, mode='w') as tar:
                        def add(name, data=b'bad', kind=tarfile.REGTYPE, link='', mode=0o644, size=None):
                            info = tarfile.TarInfo(name)
                            info.type, info.linkname, info.mode = kind, link, mode
                            info.size = len(data) if kind == tarfile.REGTYPE else 0
                            tar.addfile(info, io.BytesIO(data))
                        exec(text, {'add': add, 'victim': victim, 'tarfile': tarfile, 'tar': tar})
                    return raw.getvalue()
                layers, raws = [], []
                for text in json.loads(sys.argv[1]):
                    raw = layer(text)
                    raws.append(raw)
                    layers.append(blob(gzip.compress(raw, 1)))
                config = {'config': {'Cmd': ['/x']},
                    'rootfs': {'type': 'layers', 'diff_ids': ['sha256:' + hashlib.sha256(r).hexdigest() for r in raws]}}
                config.update(json.loads(sys.argv[3]))
                manifest = {'layers': layers, 'config': blob(json.dumps(config).encode())}
                exec(sys.argv[2])
                index = {'manifests': [blob(json.dumps(manifest).encode())]}
                json.dump(index, open('layout/index.json', 'w'))
                open('layout/oci-layout', 'w').write('{"imageLayoutVersion":"1.0.0"}')
                """
            let texts = String(decoding: try JSONEncoder().encode(layers), as: UTF8.self)
            try PackTool.run("python3", ["-c", script, texts, manifest, config], directory: folder.path)
        }

        /// The largest blob.
        func largest() throws -> String {
            let blobs = path + "/blobs/sha256"
            let sizes = try Files.list(blobs).map { (name: $0, size: Files.entry(blobs + "/" + $0)?.size ?? 0) }
            return blobs + "/" + (sizes.max { $0.size < $1.size }?.name ?? "")
        }

        /// Unpacks it; what went wrong is the result, without the part that every message begins with.
        func unpack(_ limits: ImageUnpacker.Limits = .init()) throws -> String? {
            defer { #expect(throws: Never.self) { try self.checkOutside() } }
            let unpacker = ImageUnpacker(
                path: path,
                scratch: folder.path + "/scratch",
                keepsOwners: false,
                interrupts: nil,
                limits: limits
            )
            do {
                _ = try unpacker.unpack(to: folder.path + "/root")
                return nil
            } catch let error as ImageError {
                let text = "\(error)"
                let start = try #require(text.firstRange(of: "the image '\(path)': "), "\(text)")
                return String(text[start.upperBound...])
            }
        }

        private func checkOutside() throws {
            #expect(try Files.list(victim) == ["safe"])
            #expect(try Disk.read(victim + "/safe") == Data("safe".utf8))
            #expect(Set(try Files.list(folder.path)).isSubset(of: ["layout", "root", "scratch", "victim"]))
        }

        func content(_ place: String) -> String? {
            (try? Files.read(folder.path + "/root/" + place, atMost: 100)).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test func aWholeImageIsUnpacked() throws {
        let layout = try Layout(layers: ["add('a'); add('d/b')", "add('a', b'new'); add('d/.wh.b', b'')"])
        #expect(try layout.unpack() == nil)
        #expect(layout.content("a") == "new")
        #expect(layout.content("d/b") == nil)
    }

    @Test func aChangedByteIsSeen() throws {
        let layout = try Layout(layers: ["add('file', bytes(range(256)) * 40)"])
        let file = try layout.largest()
        var bytes = try Files.read(file, atMost: .max)
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        #expect(try layout.unpack() == "it is damaged: 'sha256:\(Paths.name(file))' has another sum")
        // Also where the image is put below another one.
        try Data(bytes.dropLast()).write(to: URL(fileURLWithPath: file))
        #expect(
            try layout.unpack()
                == "it is damaged: 'blobs/sha256/\(Paths.name(file))' has \(bytes.count - 1) bytes, not \(bytes.count)"
        )
        try Files.removeTree(file)
        #expect(try layout.unpack() == "'blobs/sha256/\(Paths.name(file))' is missing in it")
    }

    @Test(
        arguments: [
            ("manifest['layers'][0]['digest'] = 'sha256:../../../victim/safe'", "is not a digest (sha256 or sha512)"),
            ("manifest['layers'][0]['digest'] = 'md5:' + 'a' * 32", "is not a digest (sha256 or sha512)"),
            ("manifest['layers'] *= 1001", "it has 1001 layers, more than 1000"),
            ("manifest['layers'] *= 2", "its manifest lists 2 layers, its configuration 1"),
            ("manifest['x'] = 'y' * (5 << 20)", "is larger than 4194304 bytes"),
            ("manifest['layers'] = {}", "is not what the form of an image says it is"),
            (
                "manifest = {'manifests': [blob(b'{}'), blob(b'[]')]}",
                "it holds 2 images: which one is meant cannot be said"
            ),
            ("manifest = {'manifests': []}", "its index lists no image"),
            ("manifest = eval('[' * 80 + ']' * 80)", "is not what the form of an image says it is"),
        ]
    )
    func whatAManifestMayNotSay(change: String, message: String) throws {
        let error = try #require(try Layout(manifest: change).unpack())
        #expect(error.hasSuffix(message), "\(error)")
    }

    @Test func aManifestThatIsABombOfBracketsIsRefused() throws {
        let layout = try Layout()
        let text = String(repeating: "[", count: 2 << 20)
        try Data(text.utf8).write(to: URL(fileURLWithPath: layout.path + "/index.json"))
        #expect(try layout.unpack() == "'index.json' is not what the form of an image says it is")
    }

    /// A few kilobytes that would fill a disk, as one layer or as many.
    @Test func whatAnImageMayHaveIsBounded() throws {
        let bomb = "add('zero', bytes(150 << 20))"
        let bytes = ImageUnpacker.Limits(bytes: 200 << 20)
        #expect(try Layout(layers: [bomb]).unpack(bytes) == nil)
        let message = "unpacked, it has more than Lambda takes (10 GB)"
        #expect(try Layout(layers: [bomb, bomb]).unpack(bytes) == message)
        #expect(try Layout(layers: [bomb]).unpack(.init(bytes: 60 << 20)) == message)
        let names = "[add('n%d' % i, b'') for i in range(60)]"
        #expect(try Layout(layers: [names]).unpack(.init(entries: 60)) == nil)
        #expect(try Layout(layers: [names]).unpack(.init(entries: 59)) == "it has more than 59 files")
        #expect(try Layout(layers: [names, names]).unpack(.init(entries: 100)) == "it has more than 100 files")
        #expect(try Layout(layers: ["[add('n%d' % i, b'') for i in range(50000)]"]).unpack(.init(entries: 9)) != nil)
    }

    /// What a tar file may say: links that lead out, hard links, paths with dots, whiteouts of what is not its own.
    @Test(
        arguments: [
            ["add('l', kind=tarfile.SYMTYPE, link=victim); add('l/safe'); add('l/new')"],
            ["add('l', kind=tarfile.SYMTYPE, link=victim)", "add('l/safe'); add('l/new'); add('l/.wh.safe', b'')"],
            ["add('l', kind=tarfile.SYMTYPE, link=victim)", "add('l/.wh..wh..opq', b'')"],
            ["add('h', kind=tarfile.LNKTYPE, link=victim + '/safe'); add('h')"],
            ["add('h', kind=tarfile.LNKTYPE, link='../victim/safe'); add('h')"],
            [
                "add('s', kind=tarfile.SYMTYPE, link='../victim/safe'); add('h', kind=tarfile.LNKTYPE, link='s'); add('h')"
            ],
            ["add('../victim/safe')"], ["add(victim + '/safe')"], ["add('a/../../victim/safe')"],
            ["add('.wh.', b''); add('.wh..', b''); add('.wh...', b'')"],
            ["add('d/a')", "add('.wh.', b''); add('d/.wh..', b''); add('d/.wh...', b'')"],
            ["add('f', kind=tarfile.FIFOTYPE); add('f')"],
            ["add('d', kind=tarfile.SYMTYPE, link='.'); add('d/d/d/x')"],
            ["add('x', kind=tarfile.SYMTYPE, link='x')", "add('x/y')"],
            ["tar.pax_headers = {'path': '../victim/safe'}; add('x')"],
            ["add('a', kind=tarfile.DIRTYPE, mode=0)", "add('a/b')"],
        ]
    )
    func nothingLeavesTheRoot(layers: [String]) throws {
        let layout = try Layout(layers: layers)
        // Some are refused, some are harmless inside the root; what is outside stays as it is.
        _ = try layout.unpack()
    }

    /// A device would be the machine's own, for everybody to read.
    @Test func devicesAreLeftOut() throws {
        guard Files.isSuperuser else { return }
        let layout = try Layout(layers: ["add('disk', kind=tarfile.CHRTYPE, mode=0o666); add('kept')"])
        #expect(try layout.unpack() == nil)
        #expect(Files.entry(layout.folder.path + "/root/disk") == nil)
        #expect(layout.content("kept") == "bad")
    }

    @Test(
        arguments: [
            ("sha256:" + String(repeating: "a", count: 64), true),
            ("sha256:" + String(repeating: "A", count: 64), false),
            ("sha512:" + String(repeating: "0", count: 128), true),
            ("sha256:" + String(repeating: "a", count: 63), false),
            ("sha256:", false), (":", false), ("", false), ("sha256", false),
            ("sha256:" + String(repeating: "/", count: 64), false),
        ]
    )
    func aDigestIsNothingElse(text: String, isOne: Bool) {
        #expect((ImageBlob(text)?.digest == text) == isOne)
    }

    /// What `docker save` writes says the sums of its layers in the configuration.
    @Test func theLayersOfADockerArchiveAreCompared() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", "x")
        try PackTool.run("tar", ["-cf", "layer.tar", "a"], directory: folder.path)
        let sum = try Checksum(toolbox: Toolbox(interrupts: nil)).hex(folder.path + "/layer.tar")
        try folder.write("manifest.json", #"[{"Config":"c.json","Layers":["layer.tar"]}]"#)
        for (said, isRight) in [(sum, true), (String(sum.reversed()), false)] {
            let sums = #""rootfs":{"diff_ids":["sha256:\#(said)"]}"#
            try folder.write("c.json", #"{"config":{"Cmd":["/x"]},\#(sums)}"#)
            let unpacker = ImageUnpacker(
                path: folder.path,
                scratch: folder.path + "/scratch",
                keepsOwners: false,
                interrupts: nil
            )
            if isRight {
                #expect(throws: Never.self) { try unpacker.unpack(to: folder.path + "/root") }
            } else {
                #expect(throws: ImageError.self) { try unpacker.unpack(to: folder.path + "/root") }
            }
        }
    }
}
