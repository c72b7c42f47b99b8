import Foundation
import Testing
import ToolKit

@testable import PackKit

extension Packing {
    /// What the packer finds out by running and by looking: observation, the test of a package, inspection.
    @Suite struct PackProofTests {
        /// A program that loads a library and opens a file that no table names.
        private func plugin() throws -> (folder: TemporaryFolder, program: String, data: String) {
            let folder = try TemporaryFolder()
            let data = "/usr/local/share/shim-test-\(UUID().uuidString)"
            try Data("from the file".utf8).write(to: URL(fileURLWithPath: data))
            let program = try PackPrograms.c(
                """
                #include <dlfcn.h>
                #include <stdio.h>
                #include <stdlib.h>
                int main(void) {
                    void *library = dlopen("libz.so.1", RTLD_NOW);
                    if (!library) { fprintf(stderr, "%s\\n", dlerror()); return 3; }
                    const char *(*version)(void) = dlsym(library, "zlibVersion");
                    char path[512], text[64] = "";
                    const char *root = getenv("LAMBDA_TASK_ROOT");
                    snprintf(path, sizeof path, "%s\(data)", root ? root : "");
                    FILE *file = fopen(path, "r");
                    if (!file) { perror(path); return 4; }
                    fgets(text, sizeof text, file);
                    printf("%c %s\\n", version()[0], text);
                    return 0;
                }
                """,
                to: "plugin",
                in: folder,
                ["-ldl"]
            )
            return (folder, program, data)
        }

        @Test(.timeLimit(.minutes(5)), arguments: [true, false])
        func whatIsOpenedByItselfIsTakenAlong(hasStrace: Bool) throws {
            let (folder, program, data) = try plugin()
            defer { withExtendedLifetime(folder) { try? FileManager.default.removeItem(atPath: data) } }
            let tools = try TemporaryFolder()
            var environment: [String: String] = [:]
            if !hasStrace {
                for name in ["zip", "sha256sum", "find", "touch", "sh"] {
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(tools.path)/\(name)",
                        withDestinationPath: try Executables.system(name)
                    )
                }
                environment["PATH"] = tools.path
            }
            let target = ["--target", "provided.al2", "--observe", "{}"]
            let dry = try PackUnderTest(target + ["--dry-run", "-o", "x.zip", program], environment: environment)
            #expect(dry.status == 0, "\(dry.errors)")
            #expect(dry.output.contains("libz.so.1 -> lib/libz.so.1\n"))
            #expect(dry.output.contains("\(data) -> \(data.dropFirst())\n") == hasStrace)
            #expect(try FileManager.default.contentsOfDirectory(atPath: dry.folder.path) == [])
            let include = hasStrace ? [] : ["--include", "\(data)=\(data.dropFirst())"]
            let pack = try PackUnderTest(target + include + ["-o", "x.zip", program], environment: environment)
            try #require(pack.status == 0, "\(pack.errors)")
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            #expect(try root.start().invoke("{}").text == "1 from the file\n")
        }

        @Test(.timeLimit(.minutes(5))) func aProgramThatFailsIsNotObserved() throws {
            let folder = try TemporaryFolder()
            let script = try folder.script("fails.sh", "echo said; echo no luck >&2; exit 3")
            let pack = try PackUnderTest(["--observe", "{}", script])
            #expect(pack.status == 1)
            #expect(
                pack.errors == """
                    shim-pack: cannot observe '\(Paths.normalized(script))': status 3
                    said
                    no luck
                    hint: it ran here, with Lambda's variables and HOME=/tmp: the event or the program is wrong, not the package

                    """
            )
        }

        @Test(.timeLimit(.minutes(5))) func aPackageIsTestedInTheSimulatorAndInARoot() throws {
            let program = try PackPrograms.matrix()
            let event = "{\"op\":\"determinant\",\"a\":[[1,2],[3,4]]}"
            let here = try PackUnderTest(["-o", "x.zip", "--test", event, program])
            #expect(here.status == 0, "\(here.errors)")
            #expect(here.output.contains("{\"result\":-2}"))
            let root = try PackRoot.bullseye()
            let folder = try TemporaryFolder()
            let file = try folder.write("event.json", event)
            let there = try PackUnderTest(["-o", "x.zip", "--test", "@\(file)", "--rootfs", root.path, program])
            #expect(there.status == 0, "\(there.errors)")
            #expect(there.output.contains("{\"result\":-2}"))
            #expect(!FileManager.default.fileExists(atPath: root.path + "/var/task"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.path + "/proc") == [])
            let wrong = try PackUnderTest(["-o", "x.zip", "--test", "{}", program])
            #expect(wrong.status == 1)
            #expect(wrong.errors.contains("shim-pack: the test of 'x.zip' failed: status 1\n"))
            #expect(wrong.errors.contains("op is none of solve, multiply"))
        }

        @Test(.timeLimit(.minutes(5))) func whatWePackIsFoundToStart() throws {
            let pack = try PackUnderTest(["-o", "x.zip", try PackPrograms.matrix()])
            try #require(pack.status == 0, "\(pack.errors)")
            let seen = try PackUnderTest(["inspect", "x.zip"], folder: pack.folder)
            #expect(seen.status == 0, "\(seen.output)")
            #expect(seen.output.hasPrefix("x.zip: \(Machines.own), "))
            #expect(seen.output.hasSuffix("; the package has a loader of its own\nit would start on provided.al2023\n"))
            struct Seen: Decodable {
                let wouldStart: Bool
                let architecture: String
                let problems: [String]
            }
            let json = try PackUnderTest(["inspect", "--json", "x.zip"], folder: pack.folder)
            let decoded = try JSONDecoder().decode(Seen.self, from: Data(json.output.utf8))
            #expect(decoded.wouldStart && decoded.architecture == Machines.own && decoded.problems.isEmpty)
        }

        /// The regression this guards: `--interpreter` on a script of R's made a package that passed its test, as this machine
        /// has R, that was said to start, and that then said "Rscript execution error".
        @Test(.timeLimit(.minutes(2))) func aFrontEndWithoutItsProgramIsNamed() throws {
            let folder = try TemporaryFolder()
            let program = try PackPrograms.c("int main(void) { return 0; }", to: "Rscript", in: folder)
            let script = try folder.write("mean.R", "#!\(program)\n", mode: 0o755)
            let warning = """
                warning: bin/Rscript only starts R, which is not in the package: it works where R is installed, not on Lambda; \
                docs/recipes.md packs R itself

                """
            let pack = try PackUnderTest(["--interpreter", "-o", "x.zip", script])
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(pack.errors.contains(warning))
            let seen = try PackUnderTest(["inspect", "x.zip"], folder: pack.folder)
            #expect(seen.output.contains(warning))
            let real = try folder.script("R", "exit 0")
            let whole = try PackUnderTest(["--interpreter", "--include", "\(real)=rhome/bin/", "-o", "x.zip", script])
            try #require(whole.status == 0, "\(whole.errors)")
            #expect(!whole.errors.contains("warning: "))
            #expect(try !PackUnderTest(["inspect", "x.zip"], folder: whole.folder).output.contains("warning: "))
        }

        /// Other people's packages, with each of the faults that Lambda answers at the first invocation only.
        @Test(.timeLimit(.minutes(2))) func faultsOfOtherPackagesAreNamed() throws {
            let folder = try TemporaryFolder()
            func inspect(_ name: String, _ more: [String] = []) throws -> (Int32?, String) {
                let pack = try PackUnderTest(["inspect"] + more + [name], folder: folder)
                return (pack.status, pack.errors + pack.output)
            }
            func zip(_ name: String, _ files: String) throws {
                try PackTool.run("zip", ["-q", "-r", "../\(name).zip", "."], directory: "\(folder.path)/\(files)")
            }
            try folder.write("empty/readme", "x")
            try zip("empty", "empty")
            try expect(
                try inspect("empty.zip"),
                "problem: bootstrap is missing: Lambda starts /var/task/bootstrap, or /opt/bootstrap of a layer\n"
            )
            try folder.write("deep/task/bootstrap", "#!/bin/sh\n", mode: 0o755)
            try zip("deep", "deep")
            try expect(
                try inspect("deep.zip"),
                "problem: bootstrap is at 'task/bootstrap', not at the root of the package: zip the folder's content\n"
            )
            try folder.write("mode/bootstrap", "#!/bin/sh\n", mode: 0o644)
            try folder.write("mode/secret", "x", mode: 0o600)
            try zip("mode", "mode")
            try expect(
                try inspect("mode.zip"),
                "problem: bootstrap is not executable for all (mode 0644): chmod 755 bootstrap before zipping\n"
                    + "problem: 'secret' is not readable for all (mode 0600): Lambda runs as another user\n"
            )
            try folder.write("shell/bootstrap", "#!/usr/bin/python3\n", mode: 0o755)
            try expect(
                try inspect("shell"),
                "problem: bootstrap needs the interpreter '/usr/bin/python3', which provided.al2023 does not have\n"
            )
            try folder.write("crlf/bootstrap", "#!/bin/sh\r\necho\r\n", mode: 0o755)
            try expect(
                try inspect("crlf"),
                "problem: bootstrap has Windows line endings: its interpreter would not be found\n"
            )
            try PackPrograms.c(
                "unsigned arc4random(void); int main(void) { return arc4random(); }",
                to: "new",
                in: folder
            )
            try FileManager.default.createDirectory(atPath: folder.path + "/glibc", withIntermediateDirectories: true)
            try FileManager.default.moveItem(atPath: folder.path + "/new", toPath: folder.path + "/glibc/bootstrap")
            try expect(
                try inspect("glibc"),
                "problem: bootstrap needs GLIBC_2.36 (arc4random); provided.al2023 has 2.34\n"
            )
            let map = try folder.write("map", "FOO_1 { global: f; local: *; };\nFOO_2 { global: g; } FOO_1;\n")
            let options = ["-shared", "-fPIC", "-Wl,-soname,libfoo.so.1"]
            let source = "int f(void) { return 1; } int g(void) { return 2; }"
            try folder.write("version/readme", "")
            let library = "version/libfoo.so.1"
            try PackPrograms.c(source, to: library, in: folder, options + ["-Wl,--version-script,\(map)"])
            let main = "int g(void); int main(void) { return g(); }"
            try PackPrograms.c(main, to: "version/bootstrap", in: folder, ["\(folder.path)/\(library)"])
            let old = try folder.write("old", "FOO_1 { global: f; local: *; };\n")
            try PackPrograms.c(source, to: library, in: folder, options + ["-Wl,--version-script,\(old)"])
            try expect(
                try inspect("version"),
                "problem: bootstrap needs FOO_2, which libfoo.so.1 does not have\n"
            )
            let jq = try Data(contentsOf: URL(fileURLWithPath: "/usr/bin/jq"))
            try folder.write("lib/bootstrap", [UInt8](jq), mode: 0o755)
            let (status, text) = try inspect("lib")
            #expect(status == 1)
            #expect(text.contains("problem: library missing: libjq.so.1 (needed by bootstrap)\n"))
            try folder.write("broken.zip", "no zip")
            let broken = try inspect("broken.zip")
            #expect(broken.0 == 1)
            #expect(
                broken.1 == "shim-pack: cannot read zip archive 'broken.zip': it has no table of contents: "
                    + "it is not a zip archive, or it is cut off\n"
            )
        }

        /// Archives that other tools make, and that `unzip` would stumble over or read another file for.
        @Test(.timeLimit(.minutes(5))) func oddArchivesAreJudgedByWhatIsInThem() throws {
            let folder = try TemporaryFolder()
            let code = """
                import sys, zipfile
                def make(name, *entries):
                    with zipfile.ZipFile(name, 'w') as archive:
                        for path, text, mode in entries:
                            entry = zipfile.ZipInfo(path)
                            entry.create_system, entry.external_attr = 3, mode << 16
                            archive.writestr(entry, text)
                start = ('bootstrap', '#!/bin/sh\\n', 0o100755)
                make('good1.zip', start)
                make('good[1].zip', ('readme', '', 0o100644))
                make('empty.zip')
                make('others.zip', ('bootstrap', '#!/bin/sh\\n', 0o100744))
                make('closed.zip', start, ('lib/', '', 0o040700), ('lib/x', '', 0o100644))
                make('link.zip', ('bootstrap', 'gone', 0o120777))
                make('out.zip', start, ('../x', '', 0o100644))
                make('lie.zip', start, ('x', 'four', 0o100644))
                lie = open('lie.zip', 'rb').read().replace(b'\\4\\0\\0\\0\\1\\0', b'\\2\\0\\0\\0\\1\\0')
                open('lie.zip', 'wb').write(lie)
                make('twice.zip', start, ('bootstrap', 'x', 0o100644))
                """
            try PackTool.run("python3", ["-W", "ignore", "-c", code], directory: folder.path)
            func inspect(_ name: String) throws -> (Int32?, String) {
                let seen = try PackUnderTest(["inspect", name], folder: folder)
                return (seen.status, seen.errors + seen.output)
            }
            let missing =
                "problem: bootstrap is missing: Lambda starts /var/task/bootstrap, or /opt/bootstrap of a layer\n"
            #expect(try inspect("good1.zip").0 == 0)
            try expect(try inspect("good[1].zip"), missing)
            try expect(try inspect("empty.zip"), missing)
            try expect(
                try inspect("others.zip"),
                "problem: bootstrap is not executable for all (mode 0744): chmod 755 bootstrap before zipping\n"
            )
            try expect(
                try inspect("closed.zip"),
                "problem: 'lib/' is not open for all (mode 0700): Lambda runs as another user\n"
            )
            try expect(
                try inspect("link.zip"),
                "problem: bootstrap is a link to 'gone', which is not a file of the package\n"
            )
            let outside = try inspect("out.zip")
            #expect(
                outside == (1, "shim-pack: cannot read zip archive 'out.zip': '../x' would lie outside the package\n")
            )
            let lie = try inspect("lie.zip")
            #expect(lie.1.hasSuffix("'lie.zip': 'x' has 4 bytes, its table of contents says 2\n"), "\(lie.1)")
            let twice = try inspect("twice.zip")
            #expect(
                twice.1.contains("warning: 'bootstrap' is in the archive more than once; the last one counts here\n")
            )
            #expect(twice.0 == 1)
            try folder.write("bootstrap", "#!/bin/sh\n", mode: 0o755)
            try PackTool.run("zip", ["-q", "-P", "secret", "locked.zip", "bootstrap"], directory: folder.path)
            let locked = try inspect("locked.zip")
            #expect(locked.1.hasSuffix("'locked.zip': it is encrypted, which Lambda does not take\n"))
        }

        /// A program of musl's, or of another prefix, finds no loader on Lambda, whatever its libraries are called.
        @Test(.timeLimit(.minutes(5))) func aLoaderThatTheTargetLacksIsAProblem() throws {
            let folder = try TemporaryFolder()
            let loader = "/lib/ld-musl-x86_64.so.1"
            try FileManager.default.createDirectory(atPath: folder.path + "/p", withIntermediateDirectories: true)
            let program = "int main(void) { return 0; }"
            try PackPrograms.c(program, to: "p/bootstrap", in: folder, ["-Wl,--dynamic-linker=\(loader)"])
            let seen = try PackUnderTest(["inspect", "p"], folder: folder)
            try expect(
                (seen.status, seen.output),
                "problem: bootstrap needs the loader \(loader), which provided.al2023 does not have\n"
            )
        }

        private func expect(_ result: (status: Int32?, text: String), _ problems: String) throws {
            #expect(result.status == 1)
            let lines = result.text.split(separator: "\n").filter { $0.hasPrefix("problem: ") }
            #expect(lines.map { $0 + "\n" }.joined() == problems)
            #expect(result.text.hasSuffix("it would not start on provided.al2023\n"))
        }

        @Test(.timeLimit(.minutes(5))) func theHelpIsWhatItIs() throws {
            let help = try PackUnderTest(["--help"], namesShim: false)
            #expect(help.status == 0)
            #expect(help.errors.isEmpty)
            #expect(
                help.output.hasPrefix(
                    """
                    shim-pack: makes the zip, layer or image that starts a program on AWS Lambda

                    usage: shim-pack [options] PROGRAM [-- ARG...]
                           shim-pack --layer [options] [PROGRAM]
                           shim-pack inspect [options] FILE.zip|FILE.tar|DIR

                    options:
                      -o, --output FILE

                    """.dropLast()
                )
            )
            for option in [
                "--target", "--glibc", "--include", "--interpreter", "--observe", "--dry-run", "--strip", "--template",
                "--shim", "--sysroot", "--layer", "--layer-for", "--image", "--base", "--dockerfile", "--test",
                "--rootfs",
            ] {
                #expect(help.output.contains("\n  \(option)"), "\(option)")
            }
            let inspect = try PackUnderTest(["inspect", "--help"], namesShim: false)
            #expect(inspect.output.hasPrefix("shim-pack inspect: says whether a Lambda package would start"))
        }
    }
}
