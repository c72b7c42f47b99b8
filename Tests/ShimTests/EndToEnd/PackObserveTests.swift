import Foundation
import Testing
import ToolKit

@testable import PackKit

extension PackingSystems {
    /// Observation: programs whose files no table names start where the machine that packed them is not.
    @Suite struct PackObserveTests {
        /// A shell script that prints what a file of the system says, and finds it by a variable where there is one.
        private func reader(_ data: String) throws -> (folder: TemporaryFolder, script: String) {
            let folder = try TemporaryFolder()
            return (
                folder, try folder.script("reader.sh", "read -r line < \"${READER_ROOT}\(data)/text\"; echo \"$line\"")
            )
        }

        /// A folder of the system with a file, removed at the end.
        private func withData<R>(_ body: (String) throws -> R) throws -> R {
            let data = "/usr/local/share/shim-test-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: data) }
            try Data("from the file\n".utf8).write(to: URL(fileURLWithPath: data + "/text"))
            return try body(data)
        }

        /// A program that lists the folder it works in looks at all there is, and needs no package that was made there before.
        @Test(.timeLimit(.minutes(2))) func packagesThatWereMadeBeforeAreNotPacked() throws {
            let folder = try TemporaryFolder()
            try folder.write("data.txt", "x")
            try folder.write("other.zip", "not one of ours")
            let script = try folder.script(
                "count.sh",
                "n=0; for f in *; do [ -f \"$f\" ] && n=$((n + 1)); done; echo $n"
            )
            for output in [["-o", "first.zip"], ["--image", "image.tar"], ["--layer", "-o", "layer.zip"]] {
                let pack = try PackUnderTest(output + ["/bin/busybox"], folder: folder)
                try #require(pack.status == 0, "\(pack.errors)")
            }
            let dry = try PackUnderTest(["--observe", "{}", "--dry-run", "-o", "x.zip", script], folder: folder)
            try #require(dry.status == 0, "\(dry.errors)")
            #expect(dry.output.contains("data.txt"))
            #expect(dry.output.contains("other.zip"))
            for name in ["first.zip", "image.tar", "layer.zip"] {
                #expect(!dry.output.contains(name), "\(dry.output)")
            }
        }

        @Test(.timeLimit(.minutes(2))) func whatWillNotBeFoundIsNamedWithTheRemedy() throws {
            try withData { data in
                let (folder, script) = try reader(data)
                defer { withExtendedLifetime(folder) {} }
                let pack = try PackUnderTest(["--observe", "{}", "-o", "x.zip", script])
                try #require(pack.status == 0, "\(pack.errors)")
                #expect(
                    pack.errors.contains(
                        """
                        warning: the program looks by absolute names for files that will be below $LAMBDA_TASK_ROOT: \(data)/text
                        hint: an image has them in their own places: --image FILE; or tell the program where they are, with --env

                        """.dropLast()
                    )
                )
                let strict = try PackUnderTest(["--observe", "{}", "--strict", "-o", "x.zip", script])
                #expect(strict.status == 1)
                #expect(
                    strict.errors.hasPrefix(
                        "shim-pack: the program would not find a file: \(data)/text\nhint: an image"
                    )
                )
                #expect(try FileManager.default.contentsOfDirectory(atPath: strict.folder.path) == [])
                // With the variable it looks below the package's folder, here as there, and nothing is left to say.
                let set = try PackUnderTest([
                    "--observe", "{}", "--strict", "--env", "READER_ROOT=$LAMBDA_TASK_ROOT", "-o", "x.zip", script,
                ])
                try #require(set.status == 0, "\(set.errors)")
                #expect(!set.errors.contains("warning"))
                let root = try PackRoot.bullseye()
                try root.unpack(set.path("x.zip"))
                #expect(try root.start().invoke("{}").text == "from the file\n")
            }
        }

        /// Debian's /lib is a link to /usr/lib, which no package has.
        @Test(.timeLimit(.minutes(3))) func whatIsBelowALinkAtTheTopIsFound() throws {
            let pack = try PackUnderTest([
                "--observe", "{}", "--strict", "--test", "{}", "--expect", "80\n", "-o", "x.zip", "tput", "--", "-T",
                "xterm",
                "cols",
            ])
            #expect(pack.status == 0, "\(pack.errors)")
            #expect(try pack.entries("x.zip").keys.contains { $0.hasSuffix("/terminfo/x/xterm") })
        }

        /// Where a zip with what was seen is not enough, the language comes along whole, and beside it what is not the language's.
        @Test(.timeLimit(.minutes(5))) func aLanguageComesAlongWholeWhereThatIsNotEnough() throws {
            let folder = try TemporaryFolder()
            let script = try folder.script(
                "sum.R",
                "cat(system('file -b /etc/passwd', intern = TRUE), median(c(1, 2, 4)), readLines(file('stdin')))",
                interpreter: "/usr/bin/env Rscript"
            )
            let pack = try PackUnderTest([
                "--observe", "7", "--test", "7", "--expect", "ASCII text 2 7", "-o", "x.zip", script,
            ])
            #expect(pack.status == 0, "\(pack.errors)")
            #expect(pack.errors.contains(" is packed with the language r, as "))
            #expect(pack.errors.contains("observed: bootstrap sets MAGIC="))
        }

        /// Commands of version managers are scripts that choose a program.
        @Test(.timeLimit(.minutes(5))) func anInterpreterThatIsAScriptIsReplacedByTheLanguage() throws {
            let folder = try TemporaryFolder()
            _ = try folder.script("shims/perl", "exec /usr/bin/perl \"$@\"")
            let script = try folder.script("x.pl", "print 6 * 7;", interpreter: folder.path + "/shims/perl")
            for form in [["-o", "x.zip"], ["--image", "x.tar"]] {
                let pack = try PackUnderTest(["--observe", "{}", "--test", "{}", "--expect", "42"] + form + [script])
                #expect(pack.status == 0, "\(pack.errors)")
            }
        }

        @Test(.timeLimit(.minutes(3))) func aKnownVariableIsSetByItself() throws {
            guard FileManager.default.isExecutableFile(atPath: "/usr/bin/file") else {
                throw Executables.Missing("/usr/bin/file: apt-get install file")
            }
            let arguments = ["--observe", "{}", "--strict", "-o", "x.zip", "/usr/bin/file", "--", "-b", "-"]
            let pack = try PackUnderTest(["--target", "provided.al2"] + arguments)
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(pack.errors.contains("observed: bootstrap sets MAGIC=$LAMBDA_TASK_ROOT/"))
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            #expect(try root.start().invoke("{\"a\":1}").text.hasPrefix("JSON"))
            let bare = try PackUnderTest(["--target", "provided.al2", "-o", "x.zip", "/usr/bin/file", "--", "-b", "-"])
            let empty = try PackRoot.bullseye()
            try empty.unpack(bare.path("x.zip"))
            #expect(try !empty.start().invoke("{\"a\":1}").text.hasPrefix("JSON"))
        }

        /// The regression this guards: `~/.netrc` and `.gitconfig` of whoever packed were in the package, for all to read.
        @Test(.timeLimit(.minutes(2)), arguments: ["-o", "--image"])
        func nothingPrivateIsInAPackage(form: String) throws {
            let folder = try TemporaryFolder()
            let home = Paths.absolute(folder.path)
            let secrets = [".netrc", ".gitconfig", ".ssh/id_ed25519", ".ssh/config", ".aws/credentials", "key.pem"]
            for name in secrets { try folder.write(name, "TOP-SECRET", mode: name == "key.pem" ? 0o600 : 0o644) }
            try folder.write("open.txt", "open")
            let reads = (secrets + ["open.txt"]).map { "read -r line < \(home)/\($0) || :; test -f ./\($0)" }
            let script = try folder.script("reads.sh", reads.joined(separator: "\n"))
            let pack = try PackUnderTest(
                ["--observe", "{}", form, "x.out", script],
                folder: folder,
                environment: ["HOME": home]
            )
            try #require(pack.status == 0, "\(pack.errors)")
            for name in secrets { #expect(pack.errors.contains("warning: '\(home)/\(name)' is private"), "\(name)") }
            let unpacked = try TemporaryFolder()
            if form == "-o" {
                try PackTool.run("unzip", ["-q", pack.path("x.out"), "-d", unpacked.path])
            } else {
                try PackTool.run("umoci", ["--version"])
                let layout = unpacked.path + "/layout:latest"
                try PackTool.run("skopeo", ["copy", "oci-archive:\(pack.path("x.out"))", "oci:\(layout)"])
                try PackTool.run("umoci", ["unpack", "--image", layout, unpacked.path + "/bundle"])
            }
            #expect(try PackTool.result("grep", ["-rl", "TOP-SECRET", unpacked.path]).output == "")
            #expect(try PackTool.run("find", [unpacked.path, "-name", "open.txt"]).contains("open.txt"))
            // Only by its name it comes along.
            let named = try PackUnderTest(["--include", "key.pem", "-o", "y.zip", script], folder: folder)
            #expect(try named.entries("y.zip")["key.pem"] == "-rw-r--r--")
        }

        @Test(.timeLimit(.minutes(2))) func theProgramSeesLambdasVariablesAndNothingOfThisProcess() throws {
            let folder = try TemporaryFolder()
            let script = try folder.script(
                "env.sh",
                "echo \"$HOME|$TZ|$_HANDLER|$OWN|$AWS_PROFILE|$SECRET|${LAMBDA_TASK_ROOT:+root}|$PATH\" >&2; exit 1"
            )
            let pack = try PackUnderTest(
                ["--observe", "{}", "--env", "OWN=it's", "-o", "x.zip", script],
                environment: ["SECRET": "s", "AWS_PROFILE": "p", "HOME": "/nowhere"]
            )
            #expect(
                pack.errors.contains("\n/tmp|:UTC|env.sh|it's|||root|/usr/local/bin:/usr/bin:/bin:/opt/bin\n"),
                "\(pack.errors)"
            )
        }

        /// Each event may take another way through the program.
        @Test(.timeLimit(.minutes(2))) func severalEventsAreSeenTogether() throws {
            let folder = try TemporaryFolder()
            let script = try folder.script("two.sh", "read -r name; read -r line < \"$name.txt\" || test -d \"$name\"")
            try folder.write("a.txt", "a\n")
            try FileManager.default.createDirectory(atPath: folder.path + "/b", withIntermediateDirectories: true)
            let pack = try PackUnderTest(
                ["--observe", "a\n", "--observe", "b\n", "-o", "x.zip", script],
                folder: folder
            )
            try #require(pack.status == 0, "\(pack.errors)")
            let entries = try pack.entries("x.zip")
            #expect(entries["a.txt"] != nil && entries["b/"] != nil, "\(entries)")
            let less = try PackUnderTest(
                ["--observe", "a\n", "--exclude", "*.txt", "--exclude", "gone", "-o", "x.zip", script],
                folder: folder
            )
            #expect(try less.entries("x.zip")["a.txt"] == nil)
            #expect(less.errors.contains("warning: --exclude 'gone' leaves out nothing\n"))
            #expect(!less.errors.contains("--exclude '*.txt'"))
        }

        /// Python's modules are looked at and listed more than they are read; its byte code must not depend on times.
        @Test(.timeLimit(.minutes(5))) func aPythonScriptBringsItsInterpreterAndModules() throws {
            let folder = try TemporaryFolder()
            let script = try folder.write(
                "sums.py",
                """
                #!/usr/bin/python3
                import json, sys, decimal, sqlite3
                event = json.load(sys.stdin)
                print(json.dumps({"sum": str(sum(map(decimal.Decimal, event))), "from": json.__cached__[-4:]}))
                sys.stderr.write(sys.prefix)
                """,
                mode: 0o755
            )
            guard FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") else {
                throw Executables.Missing("/usr/bin/python3: apt-get install python3")
            }
            let event = "[\"0.1\",\"0.2\"]"
            let zip = try PackUnderTest(["--target", "provided.al2", "--observe", event, "-o", "x.zip", script])
            try #require(zip.status == 0, "\(zip.errors)")
            #expect(zip.errors.contains("bootstrap sets PYTHONHOME=$LAMBDA_TASK_ROOT/usr,"))
            #expect(zip.errors.contains("are marked unchecked-hash"))
            let root = try PackRoot.bullseye()
            try root.unpack(zip.path("x.zip"))
            #expect(try root.start().invoke(event).text == "{\"sum\": \"0.3\", \"from\": \".pyc\"}\n")
            let image = try PackUnderTest(["--observe", event, "--image", "x.tar", script])
            try #require(image.status == 0, "\(image.errors)")
            let layout = image.path("l") + ":latest"
            try PackTool.run("skopeo", ["copy", "oci-archive:\(image.path("x.tar"))", "oci:\(layout)"])
            try PackTool.run("umoci", ["unpack", "--image", layout, image.path("bundle")])
            let bare = try PackRoot()
            try PackTool.run("mv", [image.path("bundle/rootfs"), bare.path])
            let shim = try bare.start(["/var/task/shim", "/usr/bin/python3", "/var/task/sums.py"])
            #expect(try shim.invoke(event).text == "{\"sum\": \"0.3\", \"from\": \".pyc\"}\n")
        }

        /// What is asked of the system by links is asked there as well: the same links, the same real paths.
        @Test(.timeLimit(.minutes(3))) func aProgramInAnImageKeepsItsPlace() throws {
            let folder = "/opt/shim-test-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let built = try TemporaryFolder()
            let library = try PackPrograms.c(
                "const char *text(void) { return \"library\"; }",
                to: "libown.so",
                in: built,
                ["-shared", "-fPIC", "-Wl,-soname,libown.so"]
            )
            let program = try PackPrograms.c(
                """
                #include <libgen.h>
                #include <stdio.h>
                #include <unistd.h>
                const char *text(void);
                int main(void) {
                    char self[4096] = "", path[5000], line[64] = "";
                    readlink("/proc/self/exe", self, sizeof self - 1);
                    snprintf(path, sizeof path, "%s/../data/text", dirname(self));
                    FILE *file = fopen(path, "r");
                    if (!file) { perror(path); return 1; }
                    fgets(line, sizeof line, file);
                    printf("%s %s\\n", text(), line);
                }
                """,
                to: "tool",
                in: built,
                [library, "-Wl,-rpath,$ORIGIN/../lib"]
            )
            for (name, source) in [("lib/libown.so", library), ("bin/tool", program)] {
                try FileManager.default.createDirectory(
                    atPath: Paths.parent("\(folder)/\(name)"),
                    withIntermediateDirectories: true
                )
                try FileManager.default.copyItem(atPath: source, toPath: "\(folder)/\(name)")
            }
            try FileManager.default.createDirectory(atPath: "\(folder)/data", withIntermediateDirectories: true)
            try Data("data".utf8).write(to: URL(fileURLWithPath: "\(folder)/data/text"))
            let own = try built.write("own.conf", "own")
            let pack = try PackUnderTest([
                "--observe", "{}", "--include", "\(own)=/etc/own/own.conf", "--env", "WHERE=$LAMBDA_TASK_ROOT/x",
                "--image", "x.tar", "\(folder)/bin/tool",
            ])
            try #require(pack.status == 0, "\(pack.errors)")
            let layout = pack.path("l") + ":latest"
            try PackTool.run("skopeo", ["copy", "oci-archive:\(pack.path("x.tar"))", "oci:\(layout)"])
            let printed = try PackTool.run("skopeo", ["inspect", "--config", "oci:\(layout)"])
            let config = printed.filter { !$0.isWhitespace }
            #expect(config.contains("\"Entrypoint\":[\"/var/task/shim\",\"\(folder)/bin/tool\"]"))
            #expect(config.contains("\"WHERE=/var/task/x\""))
            try PackTool.run("umoci", ["unpack", "--image", layout, pack.path("bundle")])
            let root = try PackRoot()
            try PackTool.run("mv", [pack.path("bundle/rootfs"), root.path])
            #expect(try root.start(["/var/task/shim", "\(folder)/bin/tool"]).invoke("{}").text == "library data\n")
            #expect(try PackTool.run("cat", [root.path + "/etc/own/own.conf"]) == "own")
        }

        @Test(.timeLimit(.minutes(5))) func aDanglingLinkInATreeStaysALink() throws {
            let folder = try TemporaryFolder()
            try folder.write("tree/file", "x")
            for (name, target) in [("gone", "nothing"), ("away", "/nowhere/at/all")] {
                try FileManager.default.createSymbolicLink(
                    atPath: folder.path + "/tree/" + name,
                    withDestinationPath: target
                )
            }
            let pack = try PackUnderTest(
                ["--include", "tree", "-o", "x.zip", try Executables.system("busybox", package: "busybox-static")],
                folder: folder
            )
            try #require(pack.status == 0, "\(pack.errors)")
            let entries = try pack.entries("x.zip")
            #expect(entries["tree/gone"] == "lrwxrwxrwx" && entries["tree/away"] == "lrwxrwxrwx")
            let tree = Paths.absolute(folder.path) + "/tree"
            for (name, target) in [("gone", "nothing"), ("away", "/nowhere/at/all")] {
                #expect(
                    pack.errors.contains(
                        "warning: '\(tree)/\(name)' is a link to '\(target)', where nothing is; it stays a link\n"
                    )
                )
            }
        }
    }
}
