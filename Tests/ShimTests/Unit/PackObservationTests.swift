import Foundation
import Testing

@testable import PackKit
import ToolKit

/// The tables and rules that observation goes by.
@Suite struct PackObservationTests {
    @Test(
        arguments: [
            ("/usr/share/perl/*", "/usr/share/perl/5.36.0/strict.pm", "/usr/share/perl/5.36.0"),
            ("/usr/share/perl/*", "/usr/share/perl", nil), ("/usr/share/perl/*", "/usr/share/perl5/X.pm", nil),
            ("/usr|/lib/python3*", "/usr/lib/python3.11/os.py", "/usr"), ("|/etc/fonts", "/etc/fonts/fonts.conf", ""),
            ("/usr/share/misc/magic*", "/usr/share/misc/magic.mgc", "/usr/share/misc/magic.mgc"),
        ] as [(String, String, String?)]
    )
    func aPatternTakesTheFolderOfAPath(pattern: String, path: String, folder: String?) {
        #expect(Relocations.match(pattern, path)?.folder == folder)
    }

    @Test func variablesLeadToWhatIsAskedForByItsAbsoluteName() {
        let paths = [
            "/usr/lib/file/magic.mgc", "/etc/magic", "/usr/share/perl/5.36.0/strict.pm",
            "/usr/lib/x86_64-linux-gnu/perl-base/lib.pm", "/opt/own/data",
        ]
        #expect(
            Relocations.variables(for: paths, set: []) == [
                PackVariable(
                    name: "MAGIC",
                    value: "$LAMBDA_TASK_ROOT/etc/magic:$LAMBDA_TASK_ROOT/usr/lib/file/magic.mgc"
                ),
                PackVariable(
                    name: "PERL5LIB",
                    value:
                        "$LAMBDA_TASK_ROOT/usr/lib/x86_64-linux-gnu/perl-base:$LAMBDA_TASK_ROOT/usr/share/perl/5.36.0"
                ),
            ]
        )
        #expect(Relocations.matched("/opt/own/data").isEmpty)
        #expect(Relocations.matched("/usr/lib/python3.11/os.py") == ["/usr/lib/python3.11"])
        // What the user sets is his own business.
        #expect(Relocations.variables(for: paths, set: ["MAGIC"]).map(\.name) == ["PERL5LIB"])
    }

    @Test(
        arguments: [
            ("clisp", "/usr/lib/clisp-2.49/base/lisp.run", [], ["-B", "$LAMBDA_TASK_ROOT/usr/lib/clisp-2.49"]),
            ("clisp", "/usr/lib/clisp-2.49/base/lisp.run", ["-B", "/own"], []),
            (
                "pandoc", "/usr/share/pandoc/data/abbreviations", [],
                ["--data-dir=$LAMBDA_TASK_ROOT/usr/share/pandoc/data"]
            ),
            ("pandoc", "/usr/share/pandoc/data/abbreviations", ["--data-dir=x"], []),
            ("other", "/usr/share/pandoc/data/abbreviations", [], []), ("pandoc", "/usr/share/other", [], []),
        ] as [(String, String, [String], [String])]
    )
    func anArgumentLeadsWhereNoVariableDoes(program: String, path: String, given: [String], words: [String]) {
        #expect(RelocationArguments.words(for: [path], program: program, given: given) == words)
    }

    /// Who follows the links of the package's folder says the system's names from then on.
    @Test(
        arguments: [
            (["usr/share/tcltk/tcl8.6"], "/usr/share/tcltk/tcl8.6/init.tcl", true),
            (["usr/share/tcltk/tcl8.6/package.tcl"], "/usr/share/tcltk/tcl8.6/init.tcl", true),
            (["usr/share/tcltk"], "/usr/share/tcltk/tcl8.6/init.tcl", false), (["opt/x"], "/opt/x", true),
            (["opt"], "/opt/x", false), ([], "/usr/share/tcltk/tcl8.6/init.tcl", false),
            (["usr/bin/env"], "/usr/lib/python3.11/os.py", false),
            (["usr/lib/python3.11"], "/usr/lib/python3.11/os.py", true),
        ] as [(Set<String>, String, Bool)]
    )
    func aVariableHasLedToAFile(places: Set<String>, path: String, isLed: Bool) {
        #expect(ObservedUses.Round(places: places).isLed(to: path) == isLed)
    }

    @Test func theFolderOfAUserIsInTheFileOfUsers() throws {
        let folder = try TemporaryFolder()
        let passwd = try folder.write(
            "passwd",
            "root:x:0:0::/root:/bin/sh\n\nshort:x:7\nme:x:1000:1000:Me,,:/home/me:/bin/sh\n"
        )
        #expect(PrivateFiles.home(of: 1000, in: passwd) == "/home/me")
        #expect(PrivateFiles.home(of: 0, in: passwd) == "/root")
        #expect(PrivateFiles.home(of: 7, in: passwd) == nil)
        #expect(PrivateFiles.home(of: 54321, in: passwd) == nil)
        #expect(PrivateFiles.home(of: 0, in: folder.path + "/missing") == nil)
    }

    @Test func whatIsAUsersOwnIsPrivate() throws {
        let folder = try TemporaryFolder()
        let home = Paths.absolute(folder.path)
        let files = PrivateFiles(environment: ["HOME": home])
        for (name, mode, isPrivate) in [
            (".netrc", 0o644, true), (".gitconfig", 0o644, true), (".ssh/known_hosts", 0o644, true),
            (".aws/credentials", 0o600, true), (".aws/config", 0o644, true), ("project/key", 0o600, true),
            ("project/key", 0o640, true), ("project/data", 0o644, false), (".local/lib/x.py", 0o644, false),
            (".sshfs/x", 0o644, false), ("project/.netrc", 0o644, false),
        ] {
            let path = try folder.write(name, "x", mode: mode)
            #expect(files.contains(Paths.absolute(path)) == isPrivate, "\(name)")
        }
    }

    @Test(
        arguments: [
            ("*.pyc", true), ("__pycache__", true), ("lib/*", true), ("lib/py", true), ("lib/py/", true), ("py", true),
            ("/src/py", true), ("/src/*", true), ("b", false), ("lib/p", false), ("/src/p", false), ("*.py", false),
        ]
    )
    func aPatternLeavesOut(pattern: String, isLeftOut: Bool) {
        let exclusions = Exclusions([pattern])
        let place = "lib/py/__pycache__/a.pyc"
        #expect(exclusions.contains(place: place, path: "/src/py/__pycache__/a.pyc") == isLeftOut)
        #expect(exclusions.unused.isEmpty == isLeftOut)
        #expect(!Exclusions([]).contains(place: place, path: nil))
    }

    @Test func byteCodeIsMadeIndependentOfTimes() {
        func file(magic: [UInt8] = [0xa7, 0x0d], flags: UInt8 = 0, time: UInt8 = 5, size: UInt8 = 9) -> Data {
            Data(magic + [0x0d, 0x0a, flags, 0, 0, 0, time, 0, 0, 0, size, 0, 0, 0, 0xe3, 0x01])
        }
        let header = Data([0xa7, 0x0d, 0x0d, 0x0a, 1, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + [0xe3, 0x01])
        func judge(_ data: Data) -> PythonByteCode.Verdict { PythonByteCode.judge(data, sourceTime: 5, sourceSize: 9) }
        #expect(judge(file()) == .rewritten(header))
        #expect(judge(file(time: 6)) == .stale)
        #expect(judge(file(size: 8)) == .stale)
        #expect(judge(file(flags: 1)) == .kept)
        #expect(judge(file(flags: 3)) == .kept)
        // Python 2 and Python 3.6 have other headers; anything may be called .pyc.
        #expect(judge(file(magic: [0x03, 0xf3])) == .kept)
        #expect(judge(file(magic: [0x33, 0x0d])) == .kept)
        #expect(judge(Data("text".utf8)) == .kept)
        #expect(judge(file().prefix(15)) == .kept)
        #expect(PythonByteCode.source(of: "a/__pycache__/b.cpython-311.opt-1.pyc") == "a/b.py")
        #expect(PythonByteCode.source(of: "__pycache__/b.cpython-311.pyc") == "b.py")
        #expect(PythonByteCode.source(of: "a/b.pyc") == nil)
    }

    /// Links stay links, and what they lead to comes along: a program finds in the image what it found here.
    @Test func aLinkAtTheTopIsTakenOut() throws {
        let real = try #require(FileSystemRoot().real("/lib"))
        #expect(FileSystemRoot().withoutTopLink("/lib/x/y") == real + "/x/y")
        #expect(FileSystemRoot().withoutTopLink("/usr/lib/x") == "/usr/lib/x")
        #expect(FileSystemRoot().withoutTopLink("/lib") == "/lib")
        #expect(FileSystemRoot().withoutTopLink("/not here/x") == "/not here/x")
        #expect(FileSystemRoot("/root").withoutTopLink("/lib/x") == "/lib/x")
    }

    @Test func aMirrorKeepsLinksAndWhatTheyLeadTo() throws {
        let folder = try TemporaryFolder()
        try folder.write("usr/bin/tool-1", "x", mode: 0o755)
        for (name, target) in [
            ("bin", "usr/bin"), ("usr/bin/tool", "/etc/alternatives/tool"), ("usr/share", "lib/../data/"),
        ] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: target)
        }
        try folder.write("usr/data/d", "d")
        try FileManager.default.createDirectory(atPath: folder.path + "/usr/lib", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: folder.path + "/etc/alternatives",
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/etc/alternatives/tool",
            withDestinationPath: "/usr/bin/tool-1"
        )
        let root = FileSystemRoot(folder.path)
        func tree(_ mirror: Mirror) throws -> [String: PackageEntry.Source] {
            var tree = PackageTree()
            #expect(try mirror.add("/bin/tool", to: &tree) == "/usr/bin/tool-1")
            #expect(try mirror.add("/usr/share/d", to: &tree) == "/usr/data/d")
            #expect(try mirror.add("/gone", to: &tree) == nil)
            return tree.entries.mapValues(\.source)
        }
        let real = root.folder
        #expect(
            try tree(Mirror(root: root, isFromScratch: true, keepsAbsoluteLinks: true)) == [
                "bin": .link("usr/bin"), "usr/bin/tool": .link("/etc/alternatives/tool"),
                "etc/alternatives/tool": .link("/usr/bin/tool-1"), "usr/bin/tool-1": .file(real + "/usr/bin/tool-1"),
                "usr/share": .link("lib/../data/"), "usr/data/d": .file(real + "/usr/data/d"),
            ]
        )
        let zip = try tree(Mirror(root: root, isFromScratch: false, keepsAbsoluteLinks: false))
        #expect(zip["bin"] == nil)
        #expect(zip["usr/bin/tool"] == .link("../../etc/alternatives/tool"))
    }

    @Test func whatLiesBelowALinkIsMovedToWhereItLeads() throws {
        var tree = PackageTree()
        try tree.add(.link("usr/lib"), at: "lib", isAtRoot: true)
        try tree.add(.text("own"), at: "lib/x/own.conf", isAtRoot: true)
        try tree.add(.link("/lib/x"), at: "opt/x", isAtRoot: true)
        try tree.add(.text("deep"), at: "opt/x/deep", isAtRoot: true)
        try tree.settleLinks()
        try tree.checkFolders()
        #expect(Set(tree.entries.keys) == ["lib", "opt/x", "usr/lib/x/own.conf", "usr/lib/x/deep"])
    }
}
