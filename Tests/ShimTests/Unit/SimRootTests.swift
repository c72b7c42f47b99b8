import ELF
import Foundation
import Platform
import Testing

@testable import SimKit

@Suite struct SimRootTests {
    @Test(arguments: [
        ("GLIBC_2.34", false), ("GLIBC_2.35", true), ("GLIBC_2.3.4", false), ("GLIBC_2.36", true), ("GLIBC_3.0", true),
        ("GLIBC_PRIVATE", false), ("GLIBC_ABI_DT_RELR", false), ("GLIBCXX_3.4.29", false), ("GLIBCXX_3.4.30", true),
        ("CXXABI_1.3.14", true), ("CXXABI_FLOAT128", false), ("GCC_7.0.0", false), ("GCC_12.0.0", true),
        ("ZLIB_1.2.9", false),
        ("", false),
    ])
    func aVersionIsTooNewForTheTarget(version: String, isTooNew: Bool) {
        #expect(BareRoot.isTooNew(version) == isTooNew)
    }

    /// The offsets are those of hashes: the System V hash of the version's name stands there.
    @Test func hiddenVersionsAreFoundByTheirHashes() throws {
        let libc = try #require(
            ["/lib64/libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6"]
                .first { Files.status($0) != nil }
        )
        let bytes = try Files.read(libc, atMost: 64 << 20)
        let names = try ELFFile(bytes).versionDefinitions
        let wanted = try #require(names.last { $0.hasPrefix("GLIBC_2.") })
        let offsets = try bytes.withUnsafeBytes { try HiddenVersions.offsets(in: $0) { $0 == wanted } }
        let offset = try #require(offsets.first)
        #expect(offsets.count == 1)
        var hash: UInt32 = 0
        for byte in wanted.utf8 {
            hash = (hash << 4) &+ UInt32(byte)
            let high = hash & 0xF000_0000
            if high != 0 { hash ^= high >> 24 }
            hash &= ~high
        }
        let found = bytes[offset..<offset + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        #expect(found == hash)
        #expect(try bytes.withUnsafeBytes { try HiddenVersions.offsets(in: $0) { _ in false } } == [])
    }

    @Test func damagedFilesAreErrors() throws {
        let bytes = try Files.read(try Files.ownExecutable(), atMost: 64 << 20)
        for length in [0, 1, 63, 64, 65, 4096] {
            #expect(throws: (any Error).self) {
                try Array(bytes.prefix(length)).withUnsafeBytes { try HiddenVersions.offsets(in: $0) { _ in true } }
            }
        }
    }

    @Test func modesAreLevelledToThoseOfOthers() throws {
        let folder = try TemporaryFolder()
        for (name, mode) in [("a", 0o640), ("b", 0o755), ("closed/c", 0o644), ("open/d", 0o601)] {
            try folder.write(name, "x")
            try Files.setMode(folder.path + "/" + name, mode_t(mode))
        }
        try Files.makeLink(folder.path + "/link", to: "/nowhere")
        #expect(PackageModes.differs(folder.path))
        try Files.setMode(folder.path + "/closed", 0o750)
        try Files.setMode(folder.path + "/open", 0o751)
        try PackageModes.level(folder.path)
        let modes = ["a", "b", "closed", "open"].map { Files.entry(folder.path + "/" + $0)?.mode }
        #expect(modes == [0, 0o755, 0, 0o111])
        #expect(Files.entry(folder.path + "/link")?.kind == .link)
        try Files.setMode(folder.path + "/closed", 0o755)
        try Files.setMode(folder.path + "/open", 0o755)
        #expect(Files.entry(folder.path + "/open/d")?.mode == 0o111)
        try Files.removeTree(folder.path + "/a")
        #expect(!PackageModes.differs(folder.path))
    }

    @Test func anIsolatedStartIsReadBackFromItsWords() throws {
        let start = IsolatedStart(
            keepsOwners: true,
            scratch: "/s",
            directory: "/var/task",
            steps: [
                .folder("/var"), .link("/bin", to: "usr/bin"), .show("/a b", at: "/--"), .sealAndAddDevices,
                .share("/t", at: "/tmp"),
            ],
            executable: "/var/task/bootstrap",
            arguments: ["bootstrap", "--", "", "seal"]
        )
        #expect(IsolatedStart(start.words) == start)
        for count in 0..<(start.words.count - 4) { #expect(IsolatedStart(Array(start.words.prefix(count))) == nil) }
        #expect(IsolatedStart(["run", "x"] + start.words) == nil)
    }

    @Test func whatTheFunctionSeesIsOneListOfSteps() throws {
        let folder = try TemporaryFolder()
        for name in [
            "system/usr/x", "system/var/lib/x", "system/var/task/x", "system/opt/x", "system/dev/x", "task/x",
            "closed/x",
        ] {
            try folder.write(name, "")
        }
        try Files.makeLink(folder.path + "/system/bin", to: "usr/bin")
        try Files.setMode(folder.path + "/task", 0o755)
        try Files.setMode(folder.path + "/closed", 0o700)
        let root = folder.path + "/system"
        var view = Isolator.View(root: root, task: folder.path + "/task", layers: "/l", temporary: "/t", scratch: "/s")
        view.files["/etc/passwd"] = "/p"
        #expect(
            view.steps == [
                .link("/bin", to: "usr/bin"), .show(root + "/usr", at: "/usr"), .folder("/var"),
                .show(root + "/var/lib", at: "/var/lib"), .folder("/var/runtime"),
                .show(folder.path + "/task", at: "/var/task"), .show("/l", at: "/opt"), .show("/p", at: "/etc/passwd"),
                .sealAndAddDevices, .share("/t", at: "/tmp"),
            ]
        )
        view.task = folder.path + "/closed"
        #expect(view.steps.contains(.show(folder.path + "/closed/x", at: "/var/task/x")))
        (view.task, view.layers) = (nil, nil)
        #expect(view.steps.contains(.show(root + "/var", at: "/var")))
        #expect(view.steps.contains(.show(root + "/opt", at: "/opt")))
    }
}
