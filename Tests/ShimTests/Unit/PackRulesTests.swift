import Foundation
import Testing
import ToolKit

@testable import ELF
@testable import PackKit

/// What is decided without touching a program: versions, first lines, names, logs.
@Suite struct PackRulesTests {
    @Test(
        arguments: [
            ("GLIBC_2.34", "2.34"), ("GLIBC_2.2.5", "2.2.5"), ("GLIBC_ABI_DT_RELR", "2.36"), ("GLIBC_PRIVATE", nil),
            ("GLIBCXX_3.4", nil), ("GLIBC_2", nil), ("GLIBC_2.x", nil), ("GLIBC_", nil),
        ] as [(String, String?)]
    )
    func aSymbolVersionIsAVersionOfGlibcOrNone(name: String, version: String?) {
        #expect(GlibcVersion(symbolVersion: name)?.description == version)
    }

    @Test func versionsCompareByNumberNotByText() {
        #expect(GlibcVersion(2, 4) < GlibcVersion(2, 34))
        #expect(GlibcVersion(2, 2, 5) < GlibcVersion(2, 17))
        #expect(GlibcVersion(2, 34) <= GlibcVersion(2, 34))
        #expect(Target.al2023.glibc == GlibcVersion(2, 34))
        #expect(Target.al2.glibc == GlibcVersion(2, 26))
        #expect(Target.image.glibc == nil)
    }

    @Test(
        arguments: [
            ("#!/bin/sh\nx", ScriptLine(interpreter: "/bin/sh", arguments: [])),
            ("#! /usr/bin/python3 -u -x\n", ScriptLine(interpreter: "/usr/bin/python3", arguments: ["-u -x"])),
            (
                "#!/usr/bin/env python3\n",
                ScriptLine(interpreter: "python3", arguments: [], starter: "/usr/bin/env")
            ),
            (
                "#!/usr/bin/env -S python3 -u -x\n",
                ScriptLine(interpreter: "python3", arguments: ["-u", "-x"], starter: "/usr/bin/env")
            ),
            ("#!/usr/bin/env A=1 x\n", ScriptLine(interpreter: "/usr/bin/env", arguments: ["A=1 x"])),
            ("#!\n", nil), ("", nil), ("x", nil),
        ] as [(String, ScriptLine?)]
    )
    func theFirstLineNamesTheInterpreter(text: String, line: ScriptLine?) {
        #expect(ScriptLine(Data(text.utf8)) == line)
    }

    @Test func readsWhatTheLoaderLists() {
        let text = """
            \tlinux-vdso.so.1 (0x00007ffd)
            \tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f00)
            \tlibx y.so => /a b/libx y.so (0x00007f00)
            \tlibgone.so.1 => not found
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f01)
            \tlibgone.so.1 => not found

            """
        let result = SystemLoader.parse(text)
        #expect(result.missing == ["libgone.so.1"])
        #expect(
            result.found == [
                FoundLibrary(name: "libm.so.6", path: "/lib/x86_64-linux-gnu/libm.so.6"),
                FoundLibrary(name: "libx y.so", path: "/a b/libx y.so"),
                FoundLibrary(name: "/lib64/ld-linux-x86-64.so.2", path: "/lib64/ld-linux-x86-64.so.2"),
            ]
        )
        #expect(SystemLoader.parse("\tstatically linked\n") == ResolvedLibraries())
    }

    @Test func readsWhatStraceSaw() {
        let log = #"""
            execve("/usr/bin/tool", ["tool", "a) = -1 \"b"], 0x7ffd /* 3 vars */) = 0
            access("/etc/ld.so.preload", R_OK)      = -1 ENOENT (No such file or directory)
            openat(AT_FDCWD</here>, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3</etc/ld.so.cache>
            openat(AT_FDCWD</here>, "/folder", O_RDONLY|O_NONBLOCK|O_DIRECTORY) = 3</folder>
            openat(AT_FDCWD</here>, "/out", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</out>
            openat(AT_FDCWD</here>, "relative", O_RDONLY) = 3</here/relative>
            openat(5</data/a = b>, "x", O_RDONLY) = 3</data/a = b/x>
            open("/a/../data\"x\303\251", O_RDONLY) = 4</data"x\303\251>
            newfstatat(AT_FDCWD</here>, "/looked", {st_mode=S_IFREG|0644, st_size=1, ...}, 0) = 0
            newfstatat(3</looked>, "", {st_mode=S_IFREG|0644, st_size=1, ...}, AT_EMPTY_PATH) = 0
            chdir("/else")                          = 0
            stat("here", {st_mode=S_IFREG|0644, st_size=1, ...}) = 0
            readlink("/proc/self/exe", "/usr/bin/tool", 4096) = 13
            write(1</dev/null>, "open(\"/no\")", 11) = 11
            open("/cut"..., O_RDONLY) = 3
            openat(AT_FDCWD</here>, "/unfinished", O_RDONLY <unfinished ...>

            """#
        let seen = TraceLog.accesses(in: Array(log.utf8), directory: "/here")
        func access(_ path: String, _ kind: TracedAccess.Kind, _ succeeded: Bool = true) -> TracedAccess {
            TracedAccess(path: path, kind: kind, succeeded: succeeded)
        }
        #expect(
            seen == [
                access("/usr/bin/tool", .run), access("/etc/ld.so.preload", .look, false),
                access("/etc/ld.so.cache", .read), access("/folder", .list), access("/here/relative", .read),
                access("/data/a = b/x", .read), access("/a/../data\"xé", .read), access("/looked", .look),
                access("/else", .look), access("/else/here", .look), access("/proc/self/exe", .look),
            ]
        )
    }

    /// What strace writes is other people's bytes: nothing of it may end the packer.
    @Test func anyBytesOfALogAreRead() {
        var generator = SplitMix(state: 7)
        let seed = Array(
            "openat(AT_FDCWD</a>, \"/b\\303\\\"\", O_RDONLY) = 3</b>\nexecve(\"/c\", [\"x\"], 0) = 0\n".utf8
        )
        for _ in 0..<3000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                if Bool.random(using: &generator) {
                    bytes[index] = UInt8.random(in: 0...255, using: &generator)
                } else {
                    bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { break }
            }
            #expect(TraceLog.accesses(in: bytes, directory: "/").count <= 3)
        }
    }

    @Test func readsWhatTheLoaderSays() {
        let log = "  99:\t\n  99:\tcalling init: /lib/libfoo.so.1\n  99:\tcalling init: main\n"
        #expect(
            TraceLog.loaded(in: log) == [TracedAccess(path: "/lib/libfoo.so.1", kind: .read, succeeded: true)]
        )
    }

    @Test(arguments: ["", "/a", "a/../b", "./a", "a//b", "a\nb"])
    func aPlaceOutsideThePackageIsRefused(place: String) {
        var tree = PackageTree()
        #expect(throws: PackError.self) { try tree.add(.text(""), at: place) }
    }

    @Test func twoDifferentFilesAtOnePlaceAreNamedBoth() throws {
        let folder = try TemporaryFolder()
        let first = try folder.write("1/x", "one")
        let second = try folder.write("2/x", "two")
        let third = try folder.write("3/x", "one")
        var tree = PackageTree()
        try tree.add(.file(first), at: "x")
        try tree.add(.file(third), at: "x")
        let error = #expect(throws: PackError.self) { try tree.add(.file(second), at: "x") }
        #expect(error == .nameClash(name: "x", first: third, second: second))
        try tree.add(.text(""), at: "x/y")
        #expect(throws: PackError.badDestination("x/y", cause: "'x' is a file of the package")) {
            try tree.checkFolders()
        }
    }

    @Test func whatIsIncludedKeepsItsPlaceUnlessAnotherIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = Paths.normalized(folder.path)
        try folder.write("tree/a.txt", "a")
        try folder.write("tree/deep/b.txt", "b")
        try folder.write("out.txt", "o")
        for (name, target) in [("inside", "a.txt"), ("outside", "../out.txt")] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.path)/tree/\(name)",
                withDestinationPath: target
            )
        }
        try FileManager.default.createDirectory(atPath: "\(folder.path)/tree/empty", withIntermediateDirectories: true)
        func places(_ text: String) throws -> [String: PackageEntry.Source] {
            let items = try Inclusion(text).items(InclusionWalk(root: FileSystemRoot(), leftOut: [], check: {}))
            return Dictionary(uniqueKeysWithValues: items.map { ($0.place, $0.source) })
        }
        let tree = path + "/tree"
        #expect(
            try places("\(tree)=data") == [
                "data/a.txt": .file("\(tree)/a.txt"), "data/deep/b.txt": .file("\(tree)/deep/b.txt"),
                "data/inside": .link("a.txt"), "data/outside": .file("\(path)/out.txt"), "data/empty": .folder,
            ]
        )
        #expect(try places("\(tree)/a.txt") == ["a.txt": .file("\(tree)/a.txt")])
        #expect(try places("\(tree)/a.txt=x/y") == ["x/y": .file("\(tree)/a.txt")])
        #expect(try places("\(tree)/a.txt=x/") == ["x/a.txt": .file("\(tree)/a.txt")])
        #expect(try places("\(tree)/*.txt=x") == ["x/a.txt": .file("\(tree)/a.txt")])
        #expect(throws: PackError.nothingToInclude(pattern: "\(tree)/*.nothing")) { try places("\(tree)/*.nothing") }
        #expect(throws: PackError.nothingToInclude(pattern: "\(tree)/gone")) { try places("\(tree)/gone") }
        #expect(throws: PackError.badDestination("../x", cause: "it is not a place inside the package")) {
            try places("\(tree)/a.txt=../x")
        }
        #expect(throws: PackError.badDestination("shim", cause: "the packer puts its own file there")) {
            try places("\(tree)/a.txt=shim")
        }
    }

    @Test func linksThatGoRoundInACircleAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = Paths.normalized(folder.path)
        for (name, other) in [("a", "b"), ("b", "a")] {
            try folder.write("\(name)/file", name)
            try FileManager.default.createSymbolicLink(
                atPath: "\(path)/\(name)/link",
                withDestinationPath: "../\(other)"
            )
        }
        #expect(throws: ToolError.cannotRead(path: "\(path)/b/link", cause: "it is a link to a folder that holds it")) {
            try Inclusion("\(path)/a").items(InclusionWalk(root: FileSystemRoot(), leftOut: [], check: {}))
        }
    }

    @Test func aLinkLeadsToTheSamePlaceAsInTheOtherRoot() throws {
        let folder = try TemporaryFolder()
        try folder.write("usr/lib/libx.so.1.2", "x")
        for (name, target) in [
            ("usr/lib/libx.so.1", "/usr/lib/libx.so.1.2"), ("lib", "usr/lib"), ("a", "b"), ("b", "a"),
        ] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: target)
        }
        let root = FileSystemRoot(folder.path)
        #expect(root.real("/lib/libx.so.1") == "/usr/lib/libx.so.1.2")
        #expect(root.real("/lib/../../../lib/libx.so.1") == "/usr/lib/libx.so.1.2")
        #expect(root.real("/a") == nil)
        #expect(root.real("/gone") == nil)
        #expect(root.realHost(folder.path + "/lib/libx.so.1") == root.folder + "/usr/lib/libx.so.1.2")
    }

    @Test func theLargestFileComesFirstAndTheLimitIsExact() throws {
        let table = SizeTable(rows: (1...25).map { .init(place: "f\($0)", bytes: $0) })
        #expect(table.lines.count == 22)
        #expect(table.lines.first == "   25  f25")
        #expect(table.lines[20] == "   15  5 smaller files")
        #expect(table.lines.last == "  325  bytes unpacked, 25 files")
        #expect(
            SizeTable.zippedWarning(52_428_801)
                == "52428801 bytes zipped are more than Lambda takes directly (50 MB): upload it by S3"
        )
        try SizeTable(rows: [.init(place: "x", bytes: 262_144_000)]).checkUnpackedLimit()
        #expect(throws: PackError.tooLarge(bytes: 262_144_001, limit: 262_144_000, largest: "x (262144001)")) {
            try SizeTable(rows: [.init(place: "x", bytes: 262_144_001)]).checkUnpackedLimit()
        }
    }
}
