import Foundation
import Glibc
import Testing
import ToolKit

@testable import PackKit

extension Packing {
    /// Programs, trees and outputs that nobody would write on purpose, and some that somebody would.
    @Suite struct PackHostileTests {
        /// What is packed where only the package matters: small, so that `zip` has little to do.
        private func pack(_ arguments: [String], _ folder: TemporaryFolder? = nil) throws -> PackUnderTest {
            let shim = try Executables.system("busybox", package: "busybox-static")
            return try PackUnderTest(["--shim", shim] + arguments, folder: folder, namesShim: false)
        }

        private func busybox() throws -> String { try Executables.system("busybox", package: "busybox-static") }

        /// A program can name itself, or anything else, as its loader; asking that one for libraries would run it.
        @Test(.timeLimit(.minutes(5))) func aLoaderThatIsNoneOfTheSystemsIsNotStarted() throws {
            let folder = try TemporaryFolder()
            let source =
                "#include <stdio.h>\nint main(void) { fclose(fopen(\"\(folder.path)/ran\", \"w\")); return 0; }"
            let loader = try PackPrograms.c(source, to: "ld-linux-own.so.2", in: folder, ["-static"])
            let program = try PackPrograms.c(
                "int main(void) { return 0; }",
                to: "main",
                in: folder,
                ["-Wl,--dynamic-linker=\(loader)"]
            )
            let result = try pack(["-o", "x.zip", program], folder)
            #expect(result.status == 0, "\(result.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/ran"))
        }

        @Test(.timeLimit(.minutes(5))) func windowsLineEndsAreRefused() throws {
            let folder = try TemporaryFolder()
            let script = try folder.write("a.sh", "#!/bin/sh\r\necho\r\n", mode: 0o755)
            #expect(
                try pack([script]).errors == """
                    shim-pack: cannot pack '\(script)': it has Windows line endings, so its interpreter would not be found
                    hint: 'sed -i "s/\\r$//" FILE' removes them

                    """
            )
            let template = try folder.write("t", "#!/bin/sh\r\nexec \"$LAMBDA_TASK_ROOT/$$main$$\"\r\n")
            #expect(
                try pack(["--template", template, busybox()]).errors == """
                    shim-pack: cannot use template '\(template)': it has Windows line ends: its interpreter would not be found
                    hint: templates/bootstrap.tmpl is the one to start from

                    """
            )
        }

        /// A name of pyenv's kind: the interpreter is there, but a script.
        @Test(.timeLimit(.minutes(5))) func anInterpreterThatIsAScriptIsSaidToBeOne() throws {
            let folder = try TemporaryFolder()
            let interpreter = try folder.script("python3", "exec true")
            let script = try folder.write("a.py", "#!\(interpreter)\n", mode: 0o755)
            #expect(
                try pack(["--interpreter", script]).errors == """
                    shim-pack: cannot pack the interpreter of '\(script)': '\(interpreter)' is not an ELF program
                    hint: in the script's first line, name the program that this one finally starts

                    """
            )
        }

        /// Names with every odd character, as others read them from the archive.
        @Test(.timeLimit(.minutes(5))) func oddNamesSurviveTheArchive() throws {
            let folder = try TemporaryFolder()
            let names = [
                "-rf", " lead", "#h", "*star", "@at", "[br]", "a b", "back\\slash", "d$x", "q\"x", "q'x", "é€🙂",
            ]
            for name in names { try folder.write("tree/\(name)", name) }
            let result = try pack(["-o", "x.zip", "--include", "tree=t", busybox()], folder)
            try #require(result.status == 0, "\(result.errors)")
            let code = "import zipfile; [print(n) for n in zipfile.ZipFile('x.zip').namelist() if n[:2] == 't/']"
            let read = try PackTool.run("python3", ["-X", "utf8", "-c", code], directory: folder.path)
            #expect(Set(read.split(separator: "\n").map(String.init)) == Set(names.map { "t/" + $0 }))
        }

        /// The package of the last run lies in the folder that is packed: without care it grows with each run.
        @Test(.timeLimit(.minutes(5))) func theOutputIsNotPackedIntoItself() throws {
            let folder = try TemporaryFolder()
            try folder.write("data", "x")
            var archives: [Data] = []
            for _ in 1...2 {
                let result = try pack(["-o", "x.zip", "--include", ".", busybox()], folder)
                try #require(result.status == 0, "\(result.errors)")
                #expect(try Set(result.entries("x.zip").keys) == ["bootstrap", "busybox", "data", "shim"])
                archives.append(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/x.zip")))
            }
            #expect(archives[0] == archives[1])
        }

        /// `-o /dev/null` as root would put a file in the place of the device.
        @Test(.timeLimit(.minutes(5))) func onlyAFileIsReplacedByTheOutput() throws {
            let folder = try TemporaryFolder()
            try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
            for (name, cause) in [
                ("pipe", "it is not a regular file"), (".", "it is a folder"), ("new/", "it is not the name of a file"),
            ] {
                let result = try pack(["-o", name, busybox()], folder)
                #expect(result.errors == "shim-pack: cannot write '\(name)': \(cause)\n")
            }
            #expect(Disk.kind(folder.path + "/pipe") == .other)
        }

        /// Folders whose links lead to each other twice each: 2 to the 25th files, if one waits.
        @Test(.timeLimit(.minutes(5))) func aWalkThatTakesTooLongCanBeStopped() throws {
            let folder = try TemporaryFolder()
            for depth in 0...25 {
                let here = "\(folder.path)/d\(depth)"
                try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true)
                for name in ["a", "b"] where depth < 25 {
                    try Disk.makeLink("\(here)/\(name)", to: "\(folder.path)/d\(depth + 1)")
                }
            }
            try folder.write("d25/file", "")
            var none = sigset_t()
            var before = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, &before)
            defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
            let work = try TemporaryFolder()
            let process = try TestProcess(
                try Executables.path("shim-pack"),
                ["--shim", try busybox(), "-o", "x.zip", "--include", "\(folder.path)/d0", try busybox()],
                folder: work.path
            )
            try eventually("work beside the output") {
                try FileManager.default.contentsOfDirectory(atPath: work.path) != []
            }
            process.signal(SIGINT)
            #expect(process.wait() == 128 + SIGINT)
            #expect(try FileManager.default.contentsOfDirectory(atPath: work.path) == [])
        }

        /// Links to the tree itself (`/usr/bin/X11 -> .`), and those that leave it and come back by its name.
        @Test(.timeLimit(.minutes(5))) func linksOfATreeLeadToTheSameInThePackage() throws {
            let folder = try TemporaryFolder()
            try folder.write("tree/sub/file", "x")
            for (name, target) in [
                ("me", "."), ("up", "../tree"), ("sub/out", "../../tree/sub/file"), ("sub/l", "file"),
            ] {
                try Disk.makeLink("\(folder.path)/tree/\(name)", to: target)
            }
            let result = try pack(["-o", "x.zip", "--include", "tree=t", busybox()], folder)
            try #require(result.status == 0, "\(result.errors)")
            let links = try ["me", "up", "sub/out", "sub/l"].map { try result.text("t/\($0)", in: "x.zip") }
            #expect(links == [".", ".", "../sub/file", "file"])
        }

        /// What is above a folder that is reached by a link is not what is above the link.
        @Test(.timeLimit(.minutes(5))) func aPathThroughALinkIsTheSystems() throws {
            let folder = try TemporaryFolder()
            try folder.write("real/program", [UInt8](Data(contentsOf: URL(fileURLWithPath: busybox()))), mode: 0o755)
            try folder.write("real/sub/x", "")
            try folder.write("links/program", "not this one")
            try Disk.makeLink(folder.path + "/links/l", to: "../real/sub")
            let result = try pack(["-o", "x.zip", "links/l/../program"], folder)
            #expect(result.status == 0, "\(result.errors)")
        }

        /// A library may go by more names than the layer's copy of it: without them the program would not find it.
        @Test(.timeLimit(.minutes(5))) func aLayerThatLacksANameOfALibraryDoesNotReplaceIt() throws {
            let folder = try TemporaryFolder()
            let options = ["-shared", "-fPIC", "-Wl,-soname,libname.so.1"]
            try PackPrograms.c("int f(void) { return 0; }", to: "libname.so.1", in: folder, options)
            try Disk.makeLink(folder.path + "/libmane.so.1", to: "libname.so.1")
            let main = "int f(void); int main(void) { return f(); }"
            let program = try PackPrograms.c(
                main,
                to: "one",
                in: folder,
                ["-L\(folder.path)", "-l:libname.so.1", "-Wl,-rpath,$ORIGIN"]
            )
            // The same program, which asks for the library by the link's name.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: program))
            var other = bytes
            while let range = other.range(of: Data("libname.so.1".utf8)) {
                other.replaceSubrange(range, with: Data("libmane.so.1".utf8))
            }
            try folder.write("other", [UInt8](other), mode: 0o755)
            let target = ["--target", "provided.al2023"]
            try #require(pack(target + ["--layer", "-o", "layer.zip", "one"], folder).status == 0)
            let same = try pack(target + ["--layer-for", "layer.zip", "-o", "same.zip", "one"], folder)
            #expect(try Set(same.entries("same.zip").keys) == ["one"], "\(same.errors)")
            let result = try pack(target + ["--layer-for", "layer.zip", "-o", "x.zip", "other"], folder)
            #expect(result.errors.contains("lib/libname.so.1 stays, as 'layer.zip' does not have all names of it\n"))
            #expect(try Set(result.entries("x.zip").keys) == ["other", "lib/libname.so.1", "lib/libmane.so.1"])
        }

        /// The working directory of a function is its package, so a file that is opened by a relative name belongs there.
        @Test(.timeLimit(.minutes(5))) func aFileThatIsOpenedByARelativeNameIsTakenAlong() throws {
            let folder = try TemporaryFolder()
            try folder.write("conf/settings", "x")
            let source = """
                #include <stdio.h>
                int main(void) { return fopen("./conf/../conf/settings", "r") && !fopen("../up", "r") ? 0 : 1; }
                """
            let program = try PackPrograms.c(source, to: "main", in: folder)
            let result = try pack(["--observe", "{}", "--dry-run", program], folder)
            // The way leads through the folder, so that must be there too.
            #expect(result.output == "conf -> conf\nconf/settings -> conf/settings\n", "\(result.errors)")
        }

        /// A full disk is said of the file that was asked for, not of one that nobody has heard of.
        @Test(.timeLimit(.minutes(5))) func aFullDiskIsSaidOfTheOutput() throws {
            try #require(geteuid() == 0, "a file system of its own needs root")
            let folder = try TemporaryFolder()
            let program = try busybox()
            let packer = try Executables.path("shim-pack")
            // The mount is gone with its namespace.
            let script = "mount -t tmpfs -o size=1m none . && cd \"$PWD\" && \"$@\"; status=$?; ls -A; exit $status"
            let result = try PackTool.result(
                "unshare",
                ["-m", "sh", "-c", script, "sh", packer, "--shim", program, "-o", "x.zip", program],
                directory: folder.path
            )
            #expect(result.status == 1)
            #expect(result.errors == "shim-pack: cannot write 'x.zip': No space left on device\n")
            #expect(result.output == "")
        }
    }
}
