import Foundation
import Testing
import ToolKit

@testable import PackKit

extension Packing {
    /// What the command says when it cannot: the exact lines, the exit status, and nothing left behind.
    @Suite struct PackFailureTests {
        private func expectFailure(
            _ arguments: [String],
            _ text: String,
            status: Int32 = 1,
            folder: TemporaryFolder? = nil,
            environment: [String: String] = [:],
            namesShim: Bool = true
        ) throws {
            let before = try folder.map { try FileManager.default.contentsOfDirectory(atPath: $0.path) } ?? []
            let pack = try PackUnderTest(arguments, folder: folder, environment: environment, namesShim: namesShim)
            #expect(pack.errors == text)
            #expect(pack.status == status)
            #expect(try Set(FileManager.default.contentsOfDirectory(atPath: pack.folder.path)) == Set(before))
        }

        @Test(.timeLimit(.minutes(5))) func whatIsNoProgramIsSaidToBeNone() throws {
            let folder = try TemporaryFolder()
            try folder.write("notes.txt", "hello\n", mode: 0o755)
            try PackPrograms.c(
                "int f(void) { return 1; }",
                to: "libf.so",
                in: folder,
                ["-shared", "-fPIC", "-Wl,-soname,libf.so"]
            )
            try expectFailure(["gone"], "shim-pack: cannot read 'gone': No such file or directory\n", folder: folder)
            try expectFailure(
                ["notes.txt"],
                """
                shim-pack: cannot pack 'notes.txt': it is neither an ELF file nor a script that begins with #!
                hint: begin a script with a line like '#!/bin/sh'

                """,
                folder: folder
            )
            try expectFailure(
                ["libf.so"],
                "shim-pack: cannot pack 'libf.so': it is a library, not a program\n",
                folder: folder
            )
            try expectFailure(
                ["src"],
                """
                shim-pack: cannot pack 'src': it is a folder, not a program
                hint: name the program, and take the folder along: shim-pack --include 'src' PROGRAM

                """,
                folder: folder
            )
            try folder.write("done/bootstrap", "#!/bin/sh\n", mode: 0o755)
            try expectFailure(
                ["done"],
                """
                shim-pack: cannot pack 'done': it is a folder, not a program
                hint: it is a package already: 'shim-pack inspect done' says whether it would start, 'shim-sim run done' runs it

                """,
                folder: folder
            )
            try PackTool.run("zip", ["-q", "a.zip", "notes.txt"], directory: folder.path)
            try expectFailure(
                ["a.zip"],
                """
                shim-pack: cannot pack 'a.zip': it is a zip archive, not a program
                hint: name the program that is in it; of a finished package, 'shim-pack inspect a.zip' says whether it \
                would start, and 'shim-sim run a.zip' runs it

                """,
                folder: folder
            )
            try PackTool.run("tar", ["-cf", "a.tar", "notes.txt"], directory: folder.path)
            try expectFailure(
                ["a.tar"],
                """
                shim-pack: cannot pack 'a.tar': it is a tar archive, not a program
                hint: unpack it and name the program in it; a finished image is run by 'shim-sim run a.tar'

                """,
                folder: folder
            )
        }

        @Test(.timeLimit(.minutes(5))) func wrongUsageIsStatus64() throws {
            let hint = "hint: see 'shim-pack --help'\n"
            try expectFailure([], "shim-pack: no program to pack\n" + hint, status: 64)
            try expectFailure(
                ["--sysroot", "gone", "a"],
                """
                shim-pack: 'gone' is not a value for --sysroot: there is no such folder
                hint: the root folder of another system, as 'debootstrap SUITE DIR' makes it

                """,
                status: 64
            )
            try expectFailure(["a", "b"], "shim-pack: one program is packed, not 2\n" + hint, status: 64)
            try expectFailure(
                ["--layer", "--image", "x", "a"],
                "shim-pack: --layer and --image exclude each other\n" + hint,
                status: 64
            )
            try expectFailure(["--rootfs", "/", "a"], "shim-pack: --rootfs needs --test\n" + hint, status: 64)
            try expectFailure(
                ["--target", "windows", "a"],
                "shim-pack: 'windows' is not a value for --target\nhint: one of provided.al2023, provided.al2, image\n",
                status: 64
            )
            try expectFailure(
                ["--glibbc", "auto", "a"],
                "shim-pack: unknown option '--glibbc'\nhint: did you mean '--glibc'?\n",
                status: 64
            )
            try expectFailure(
                ["--layer", "a", "--", "x"],
                "shim-pack: a layer starts no program, so it takes no arguments\n" + hint,
                status: 64
            )
            try expectFailure(
                ["--layer", "--no-shim", "--env", "A=1", "a"],
                "shim-pack: --no-shim and --env exclude each other\n" + hint,
                status: 64,
                namesShim: false
            )
            try expectFailure(
                ["--dry-run", "a"],
                "shim-pack: --dry-run needs --observe\n" + hint,
                status: 64
            )
        }

        /// A missing library is named with who needs it and where was looked.
        @Test(.timeLimit(.minutes(5))) func aMissingLibraryIsAnErrorAndNotSkipped() throws {
            let folder = try TemporaryFolder()
            let here = Paths.normalized(folder.path)
            try PackPrograms.c(
                "int g(void) { return 1; }",
                to: "libdeep.so.1",
                in: folder,
                ["-shared", "-fPIC", "-Wl,-soname,libdeep.so.1"]
            )
            try PackPrograms.c(
                "int g(void); int f(void) { return g(); }",
                to: "libmid.so.1",
                in: folder,
                ["-shared", "-fPIC", "-Wl,-soname,libmid.so.1", folder.path + "/libdeep.so.1"]
            )
            let program = try PackPrograms.c(
                "int f(void); int main(void) { return f(); }",
                to: "main",
                in: folder,
                [
                    folder.path + "/libmid.so.1", "-Wl,-rpath,$ORIGIN", "-Wl,--allow-shlib-undefined",
                    "-Wl,--disable-new-dtags",
                ]
            )
            try FileManager.default.removeItem(atPath: folder.path + "/libdeep.so.1")
            let pack = try PackUnderTest([program])
            #expect(pack.status == 1)
            let line = pack.errors.split(separator: "\n").first ?? ""
            #expect(
                line.hasPrefix("shim-pack: cannot find library 'libdeep.so.1': needed by libmid.so.1, looked in "),
                "\(line)"
            )
            #expect(line.contains("/usr/lib"))
            #expect(
                pack.errors.hasSuffix(
                    "\nhint: install it, or name its folder with LD_LIBRARY_PATH (with --sysroot: install it there)\n"
                )
            )
            try FileManager.default.removeItem(atPath: folder.path + "/libmid.so.1")
            let second = try PackUnderTest([program])
            #expect(
                second.errors.hasPrefix(
                    "shim-pack: cannot find library 'libmid.so.1': needed by main, looked in \(here), "
                )
            )
        }

        @Test(.timeLimit(.minutes(5))) func twoDifferentLibrariesOfOneNameAreAnError() throws {
            let folder = try TemporaryFolder()
            var programs: [String] = []
            for (name, value) in [("one", 1), ("two", 2)] {
                let options = ["-shared", "-fPIC", "-Wl,-soname,libv.so.1"]
                try PackPrograms.c("int v(void) { return \(value); }", to: "\(name)-libv.so.1", in: folder, options)
                let place = "\(folder.path)/\(name)"
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                try PackTool.run("mv", [folder.path + "/\(name)-libv.so.1", place + "/libv.so.1"])
                let main = "int v(void); int main(void) { return v(); }"
                programs.append(
                    try PackPrograms.c(
                        main,
                        to: "main-\(name)",
                        in: folder,
                        [place + "/libv.so.1", "-Wl,-rpath,$ORIGIN/\(name)"]
                    )
                )
            }
            let pack = try PackUnderTest(["--include", "\(programs[1])=bin/", programs[0]])
            let here = Paths.normalized(folder.path)
            #expect(pack.status == 1)
            #expect(
                pack.errors.replacing("//", with: "/") == """
                    shim-pack: cannot put two files at 'lib/libv.so.1': '\(here)/one/libv.so.1' and \
                    '\(here)/two/libv.so.1' differ
                    hint: leave one of them out, or give an included one another place: --include PATH=DEST

                    """
            )
        }

        /// A header is enough to tell a foreign architecture: the machine of a copy is changed to the other one.
        @Test(.timeLimit(.minutes(5))) func architecturesAreNotMixed() throws {
            let folder = try TemporaryFolder()
            let here = Paths.normalized(folder.path)
            let program = try PackPrograms.c("int main(void) { return 0; }", to: "main", in: folder)
            var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: program)))
            let other = Machines.own == "arm64" ? ("x86_64", UInt8(62)) : ("arm64", UInt8(183))
            bytes[18] = other.1
            try folder.write("foreign", bytes, mode: 0o755)
            bytes[18] = 3
            try folder.write("old", bytes, mode: 0o755)
            let shim = try Executables.staticShim()
            try expectFailure(
                ["--include", "foreign", "main"],
                """
                shim-pack: cannot pack '\(here)/foreign': it is for \(other.0), '\(here)/main' for \(Machines.own)
                hint: a package has one architecture; for a foreign one name its root with --sysroot

                """,
                folder: folder
            )
            try expectFailure(
                ["foreign"],
                """
                shim-pack: cannot use '\(shim)' as the bootstrap program: it is for \(Machines.own), the program for \(other.0)
                hint: name one for \(other.0) with --shim FILE

                """,
                folder: folder
            )
            try expectFailure(
                ["old"],
                "shim-pack: cannot pack 'old': it is for i386, which Lambda does not have\n",
                folder: folder
            )
        }

        @Test(.timeLimit(.minutes(5))) func aDynamicBootstrapProgramIsRefused() throws {
            let debug = try Executables.dynamic("shim")
            try expectFailure(
                ["--shim", debug, "/bin/busybox"],
                """
                shim-pack: cannot use '\(debug)' as the bootstrap program: it is dynamically linked, so it would not start on \
                Lambda (a debug build?)
                hint: swift build -c release --product shim makes a static one; name it with --shim FILE

                """,
                namesShim: false
            )
            try expectFailure(
                ["--shim", "gone", "/bin/busybox"],
                """
                shim-pack: cannot use 'gone' as the bootstrap program: No such file or directory
                hint: swift build -c release --product shim makes one; name it with --shim FILE

                """,
                namesShim: false
            )
        }

        @Test(.timeLimit(.minutes(5))) func aScriptWithoutItsInterpreterIsRefused() throws {
            let folder = try TemporaryFolder()
            let here = Paths.normalized(folder.path)
            try folder.write("a.jq", "#!/usr/bin/env -S jq -f\n", mode: 0o755)
            try folder.write("b.x", "#!/gone/interpreter\n", mode: 0o755)
            try expectFailure(
                ["a.jq"],
                """
                shim-pack: cannot pack '\(here)/a.jq': provided.al2023 does not have its interpreter 'jq'
                hint: take it along with --interpreter, or name the layer that has 'jq' with --layer-for FILE

                """,
                folder: folder
            )
            try expectFailure(
                ["--interpreter", "b.x"],
                """
                shim-pack: cannot pack the interpreter of '\(here)/b.x': '/gone/interpreter' is not on this machine
                hint: install it, or correct the first line of the script

                """,
                folder: folder
            )
            try expectFailure(
                ["--interpreter", "/bin/busybox"],
                "shim-pack: cannot pack the interpreter of '/bin/busybox': it is not a script\n",
                folder: folder
            )
        }

        @Test(.timeLimit(.minutes(5))) func aLibraryThatLacksAVersionIsAnError() throws {
            let folder = try TemporaryFolder()
            let here = Paths.normalized(folder.path)
            let map = try folder.write("map", "FOO_1 { global: f; local: *; };\nFOO_2 { global: g; } FOO_1;\n")
            let options = ["-shared", "-fPIC", "-Wl,-soname,libfoo.so.1"]
            let source = "int f(void) { return 1; } int g(void) { return 2; }"
            try PackPrograms.c(source, to: "libfoo.so.1", in: folder, options + ["-Wl,--version-script,\(map)"])
            let main = "int f(void); int g(void); int main(void) { return f() + g(); }"
            try PackPrograms.c(main, to: "main", in: folder, [folder.path + "/libfoo.so.1", "-Wl,-rpath,$ORIGIN"])
            let old = try folder.write("old", "FOO_1 { global: f; local: *; };\n")
            try PackPrograms.c(source, to: "libfoo.so.1", in: folder, options + ["-Wl,--version-script,\(old)"])
            try expectFailure(
                ["main"],
                """
                shim-pack: cannot pack '\(here)/main': it needs g@FOO_2, which '\(here)/libfoo.so.1' does not have
                hint: the library is older than the one it was built with: install the newer one

                """,
                folder: folder
            )
        }

        @Test(.timeLimit(.minutes(5))) func whatCannotBeWrittenIsSaidSo() throws {
            let pack = try PackUnderTest(["-o", "no/such/folder/x.zip", "/bin/busybox"])
            #expect(pack.errors == "shim-pack: cannot write 'no/such/folder/x.zip': No such file or directory\n")
            #expect(pack.status == 1)
        }
    }
}
