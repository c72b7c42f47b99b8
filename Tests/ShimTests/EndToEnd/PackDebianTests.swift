import Foundation
import Testing

@testable import PackKit

extension PackingSystems {
    /// Packages that are started where the libraries of the machine that built them are not: a bare Debian 11, glibc 2.31.
    @Suite struct PackDebianTests {
        private static let solve = "{\"op\":\"solve\",\"a\":[[2,1],[1,3]],\"b\":[3,5]}"

        @Test(.timeLimit(.minutes(5))) func matrixAnswersInABareDebian() throws {
            let pack = try PackUnderTest(["-o", "matrix.zip", try PackPrograms.matrix()])
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(pack.errors.contains("; provided.al2023 has 2.34: glibc is bundled\n"))
            #expect(pack.errors.contains("matrix.zip: \(Machines.own), "))
            #expect(pack.errors.contains("CodeSha256: "))
            let entries = try pack.entries("matrix.zip")
            for name in ["liblapack.so.3", "libblas.so.3", "libgfortran.so.5"] {
                #expect(entries.keys.contains { $0.hasSuffix("lib/\(name)") }, "\(name)")
            }
            #expect(!entries.keys.contains { $0.hasPrefix("lib/libc.so") || $0.hasPrefix("lib/ld-") })
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("matrix.zip"))
            let shim = try root.start()
            let answer = try shim.invoke(Self.solve)
            #expect(answer.isResponse)
            #expect(answer.text == "{\"result\":[0.8,1.4]}")
            let wrong = try shim.invoke("{\"op\":\"inverse\",\"a\":[[1,2],[2,4]]}")
            #expect(wrong.isError)
            #expect(try wrong.error().errorMessage.hasSuffix("exited with status 1: matrix: matrix 'a' is singular"))
        }

        @Test(.timeLimit(.minutes(5))) func matrixIsRefusedWithTheTargetsGlibc() throws {
            let pack = try PackUnderTest(["--glibc", "target", "-o", "matrix.zip", try PackPrograms.matrix()])
            #expect(pack.status == 1)
            let lines = pack.errors.split(separator: "\n")
            #expect(lines.first?.hasPrefix("shim-pack: matrix needs GLIBC_2.3") == true)
            #expect(lines.first?.hasSuffix("); provided.al2023 has 2.34") == true)
            #expect(lines.last == "hint: leave out --glibc target, or build on a system as old as provided.al2023")
            #expect(try FileManager.default.contentsOfDirectory(atPath: pack.folder.path) == [])
        }

        /// Programs of this machine's Debian, packed as they are; `convert` has a hundred libraries.
        @Test(
            .timeLimit(.minutes(5)),
            arguments: [
                ("/usr/bin/jq", ["-c", ".a"], "{\"a\":[1,2]}", "[1,2]\n"),
                ("/usr/bin/git", ["--version"], "{}", "git version "),
                ("/usr/bin/convert-im6.q16", ["--version"], "{}", "Version: ImageMagick "),
            ]
        )
        func aProgramOfDebianAnswers(program: String, arguments: [String], event: String, answer: String) throws {
            guard FileManager.default.isExecutableFile(atPath: program) else {
                throw Executables.Missing("\(program): apt-get install jq git imagemagick-6.q16")
            }
            let refused = try PackUnderTest(["--target", "provided.al2", "--glibc", "target", "-o", "x.zip", program])
            #expect(refused.status == 1)
            #expect(refused.errors.contains("; provided.al2 has 2.26\nhint: leave out --glibc target, or build on"))
            let pack = try PackUnderTest(["--target", "provided.al2", "-o", "x.zip", program, "--"] + arguments)
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(pack.errors.contains("; provided.al2 has 2.26: glibc is bundled\n"))
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            let got = try root.start().invoke(event)
            #expect(got.isResponse)
            #expect(got.text.hasPrefix(answer), "\(got.text)")
        }

        @Test(.timeLimit(.minutes(5))) func aProgramInCPlusPlusAnswers() throws {
            let folder = try TemporaryFolder()
            let source = try folder.write(
                "count.cpp",
                """
                #include <iostream>
                #include <map>
                #include <stdexcept>
                #include <string>
                int main() {
                    std::map<std::string, int> words;
                    std::string word;
                    while (std::cin >> word) words[word]++;
                    try { throw std::runtime_error("caught"); }
                    catch (const std::exception &error) { std::cout << error.what() << " " << words.at("a") << std::endl; }
                }
                """
            )
            let program = folder.path + "/count"
            try PackTool.run("g++", ["-O1", "-o", program, source])
            let pack = try PackUnderTest(["--target", "provided.al2", "-o", "x.zip", program])
            try #require(pack.status == 0, "\(pack.errors)")
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            #expect(try root.start().invoke("a b a").text == "caught 2\n")
        }

        @Test(.timeLimit(.minutes(5))) func aProgramInSwiftWithFoundationAnswers() throws {
            let folder = try TemporaryFolder()
            let source = try folder.write(
                "main.swift",
                """
                import Foundation
                let data = FileHandle.standardInput.readDataToEndOfFile()
                let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
                let date = Date(timeIntervalSince1970: 0).formatted(.iso8601)
                print("\\(object?["name"] ?? "nobody") \\(date)")

                """
            )
            let program = folder.path + "/greet"
            try PackTool.run("swiftc", ["-o", program, source])
            let pack = try PackUnderTest(["-o", "x.zip", program])
            try #require(pack.status == 0, "\(pack.errors)")
            let entries = try pack.entries("x.zip")
            #expect(entries.keys.contains { $0.hasSuffix("lib/libFoundation.so") })
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            let answer = try root.start().invoke("{\"name\":\"é\"}")
            #expect(answer.text == "é 1970-01-01T00:00:00Z\n", "\(answer.text)")
        }

        /// The regression this guards: libraries of the package on LD_LIBRARY_PATH broke the target's own shell.
        @Test(.timeLimit(.minutes(5))) func theTargetsShellWorksBesideABundledGlibc() throws {
            let folder = try TemporaryFolder()
            let program = try PackPrograms.c(
                """
                #include <math.h>
                #include <stdio.h>
                #include <stdlib.h>
                unsigned int arc4random(void);
                int main(int count, char **arguments) {
                    printf("%s %d\\n", arguments[0], fmod(arc4random(), 2) < 2);
                    fflush(stdout);
                    return system("/bin/sh -c 'cat /etc/debian_version; exec /bin/bash -c \\"echo bash: \\\\$0\\"'");
                }
                """,
                to: "shell",
                in: folder,
                ["-lm"]
            )
            let pack = try PackUnderTest(["-o", "x.zip", program])
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(
                pack.errors.hasPrefix(
                    """
                    shell needs GLIBC_2.36 (arc4random@GLIBC_2.36 in shell); provided.al2023 has 2.34: glibc is bundled
                    with a bundled glibc /proc/self/exe is the loader, NSS plugins, locales and iconv tables are not there \
                    (C.UTF-8 is); see docs/packing.md

                    """
                )
            )
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            let text = try root.start().invoke("{}").text
            #expect(text.hasPrefix("/var/task/shell 1\n11."), "\(text)")
            #expect(text.hasSuffix("\nbash: /bin/bash\n"), "\(text)")
        }

        @Test(.timeLimit(.minutes(5))) func aStaticProgramHasNoLibraries() throws {
            let pack = try PackUnderTest([
                "-o", "x.zip", try Executables.system("busybox", package: "busybox-static"), "--", "cat",
            ])
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(Set(try pack.entries("x.zip").keys) == ["bootstrap", "shim", "busybox"])
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            #expect(try root.start().invoke("{\"é\":1}").text == "{\"é\":1}")
        }

        /// A program that the package's own program starts must find the packed loader as well.
        @Test(.timeLimit(.minutes(5))) func anIncludedProgramStartsThroughThePackedLoader() throws {
            let folder = try TemporaryFolder()
            let program = try PackPrograms.c(
                """
                #include <stdio.h>
                unsigned int arc4random(void);
                int main(int count, char **arguments) {
                    arc4random();
                    printf("%s %s\\n", arguments[0], arguments[1]);
                }
                """,
                to: "tool",
                in: folder
            )
            let script = try folder.script("main.sh", "exec \"$LAMBDA_TASK_ROOT/bin/tool\" \"two words\"")
            let pack = try PackUnderTest(["-o", "x.zip", "--include", "\(program)=bin/", script])
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(try pack.entries("x.zip")["bin/tool"] == "-rwxr-xr-x")
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            #expect(try root.start().invoke("{}").text == "/var/task/bin/tool two words\n")
        }

        @Test(.timeLimit(.minutes(5))) func aScriptBringsItsInterpreter() throws {
            let folder = try TemporaryFolder()
            let script = try folder.write(
                "reverse",
                "#!/usr/bin/perl -w\nlocal $/; print scalar reverse(<STDIN>), \" $ARGV[0]\\n\";\n",
                mode: 0o755
            )
            let pack = try PackUnderTest(["--interpreter", "-o", "x.zip", script, "--", "it's"])
            try #require(pack.status == 0, "\(pack.errors)")
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            #expect(try root.start().invoke("abc").text == "cba it's\n")
        }

        @Test(.timeLimit(.minutes(5))) func aLayerStartsAFunctionOfOneScript() throws {
            let layer = try PackUnderTest(["--layer", "--target", "provided.al2", "-o", "layer.zip", "/usr/bin/jq"])
            try #require(layer.status == 0, "\(layer.errors)")
            let root = try PackRoot.bullseye()
            try root.unpack(layer.path("layer.zip"), to: "/opt")
            let folder = try TemporaryFolder()
            let script = try folder.script("first.sh", "exec jq -c '.[0]'")
            let function = try PackUnderTest(["-o", "f.zip", "--layer-for", layer.path("layer.zip"), script])
            try #require(function.status == 0, "\(function.errors)")
            #expect(Set(try function.entries("f.zip").keys) == ["first.sh"])
            #expect(function.errors.contains("the layer starts the function: set its handler to 'first.sh'\n"))
            #expect(function.errors.contains("left out, as 'layer.zip' has it: bootstrap, shim\n"))
            let simulated = try TestProcess(
                try Executables.path("shim-sim"),
                [
                    "run", function.path("f.zip"), "--layer", layer.path("layer.zip"), "--handler", "first.sh",
                    "--isolate", "--data", "[3]",
                ]
            )
            #expect(simulated.wait() == 0, "\(simulated.errors)")
            #expect(simulated.outputText == "3\n")
            let other = try TemporaryFolder()
            try other.write("lib/libz.so.1", "another one")
            try PackTool.run("zip", ["-q", "-r", "other.zip", "lib"], directory: other.path)
            let git = ["--target", "provided.al2", "-o", "g.zip", "/usr/bin/git"]
            let own = try PackUnderTest(["--layer", "--target", "provided.al2", "-o", "l.zip", "/usr/bin/git"])
            let less = try PackUnderTest(
                git + ["--layer-for", own.path("l.zip"), "--layer-for", other.path + "/other.zip"]
            )
            try #require(less.status == 0, "\(less.errors)")
            let packed = Set(try own.entries("l.zip").keys)
            #expect(packed.contains("lib/libz.so.1"))
            #expect(try !less.entries("g.zip").keys.contains { $0.hasPrefix("lib/") && packed.contains($0) })
            let kept = try PackUnderTest(git + ["--layer-for", other.path + "/other.zip"])
            #expect(kept.errors.contains("lib/libz.so.1 stays, as 'other.zip' has another one of that name\n"))
            #expect(try kept.entries("g.zip")["lib/libz.so.1"] != nil)
            try root.unpack(function.path("f.zip"))
            let shim = try root.start(["/opt/bootstrap"], environment: ["_HANDLER": "first.sh"])
            #expect(try shim.invoke("[{\"x\":1},2]").text == "{\"x\":1}\n")
        }
    }
}
