import Foundation
import ImageKit
import Testing

extension PackingSystems {
    /// A script of each language with a compiled module, where nothing is but its package.
    @Suite struct PackLanguageTests {
        struct Sample: Sendable, CustomTestStringConvertible {
            let language: String
            var modules: [String] = []
            let file: String
            let source: String
            let answer: String
            var testDescription: String { language }
        }

        static let samples = [
            Sample(
                language: "r",
                modules: ["jsonlite"],
                file: "mean.R",
                source: """
                    library(jsonlite)
                    event <- fromJSON(file("stdin"))
                    fit <- lm(y ~ x, data.frame(x = 1:3, y = c(2, 4, 6)))
                    cat(toJSON(list(mean = mean(event$numbers), slope = coef(fit)[[2]]), auto_unbox = TRUE))
                    """,
                answer: #"{"mean":2,"slope":2}"#
            ),
            Sample(
                language: "python",
                modules: ["numpy"],
                file: "solve.py",
                source: """
                    import json, numpy, sqlite3, ssl, sys
                    v = numpy.array(json.load(sys.stdin)["numbers"])
                    print(json.dumps({"norm": float(numpy.linalg.norm(v)), "one": sqlite3.connect(":memory:").execute("select 1").fetchone()[0]}))
                    """,
                answer: #"{"norm": 3.7416573867739413, "one": 1}"# + "\n"
            ),
            Sample(
                language: "perl",
                modules: ["JSON::XS"],
                file: "sum.pl",
                source: """
                    use strict; use warnings; use JSON::XS; use List::Util 'sum'; use POSIX 'floor';
                    my $event = decode_json(join '', <STDIN>);
                    print encode_json({ sum => floor(sum(@{ $event->{numbers} })) });
                    """,
                answer: #"{"sum":6}"#
            ),
            Sample(
                language: "ruby",
                modules: ["nokogiri"],
                file: "sum.rb",
                source: """
                    require "json"; require "nokogiri"; require "digest"
                    sum = JSON.parse(STDIN.read)["numbers"].sum
                    print JSON.generate(sum: sum, b: Nokogiri::XML("<a><b>x</b></a>").at("b").text, d: Digest::MD5.hexdigest("")[0, 4])
                    """,
                answer: #"{"sum":6,"b":"x","d":"d41d"}"#
            ),
            Sample(
                language: "php",
                modules: ["mbstring"],
                file: "sum.php",
                source: """
                    <?php
                    $event = json_decode(file_get_contents("php://stdin"), true);
                    echo json_encode(["sum" => array_sum($event["numbers"]), "length" => mb_strlen("é😀")]);
                    """,
                answer: #"{"sum":6,"length":2}"#
            ),
            Sample(
                language: "node",
                modules: ["semver"],
                file: "sum.js",
                source: """
                    const semver = require('semver'), zlib = require('zlib');
                    const event = JSON.parse(require('fs').readFileSync(0));
                    const sum = event.numbers.reduce((a, b) => a + b);
                    console.log(JSON.stringify({ sum, v: semver.inc('1.2.3', 'minor'), z: zlib.gunzipSync(zlib.gzipSync('x')) + '' }));
                    """,
                answer: #"{"sum":6,"v":"1.3.0","z":"x"}"# + "\n"
            ),
            Sample(
                language: "java",
                file: "Sum.java",
                source: """
                    import java.util.stream.*;
                    class Sum {
                        public static void main(String[] a) throws Exception {
                            String event = new String(System.in.readAllBytes());
                            int sum = Stream.of(event.replaceAll("[^0-9,]", "").split(",")).mapToInt(Integer::parseInt).sum();
                            System.out.print("{\\"sum\\":" + sum + "}");
                        }
                    }
                    """,
                answer: #"{"sum":6}"#
            ),
            Sample(
                language: "tcl",
                modules: ["sqlite3"],
                file: "sum.tcl",
                source: """
                    package require sqlite3
                    sqlite3 db :memory:
                    puts -nonewline "{\\"sum\\":[db eval "select [string map {, +} [lindex [regexp -inline {\\[(.*)\\]} [read stdin]] 1]]"]}"
                    """,
                answer: #"{"sum":6}"#
            ),
            Sample(
                language: "lua",
                modules: ["cjson"],
                file: "sum.lua",
                source: """
                    local cjson = require "cjson"
                    local sum = 0
                    for _, n in ipairs(cjson.decode(io.read("a")).numbers) do sum = sum + n end
                    io.write(cjson.encode({ sum = sum }))
                    """,
                answer: #"{"sum":6}"#
            ),
        ]

        /// A root with a shell and nothing else: no library, no file of any language.
        private func bareRoot() throws -> PackRoot {
            let root = try PackRoot()
            let busybox = try Executables.system("busybox", package: "busybox-static")
            for folder in ["bin", "tmp", "dev", "var/task", "opt"] {
                try FileManager.default.createDirectory(
                    atPath: root.path + "/" + folder,
                    withIntermediateDirectories: true
                )
            }
            try FileManager.default.copyItem(atPath: busybox, toPath: root.path + "/bin/busybox")
            for name in ["sh", "readlink", "dirname", "uname"] {
                try FileManager.default.createSymbolicLink(
                    atPath: root.path + "/bin/" + name,
                    withDestinationPath: "busybox"
                )
            }
            return root
        }

        private func options(_ sample: Sample) -> [String] {
            ["--language", sample.language, "--glibc", "bundle"]
                + sample.modules.flatMap { ["--language-module", $0] }
        }

        private func pack(_ arguments: [String], _ folder: TemporaryFolder) throws -> PackUnderTest {
            // The machine's own languages, not what a user has put in front of them.
            let pack = try PackUnderTest(arguments, folder: folder, environment: ["PATH": "/usr/bin:/bin:/usr/sbin"])
            try #require(pack.status == 0, "\(pack.errors)")
            return pack
        }

        /// The package is written as a folder, which is what a zip holds: half of the time went into zipping 600 MB.
        @Test(.timeLimit(.minutes(5)), arguments: samples)
        func aScriptWithACompiledModuleStartsInABareRoot(sample: Sample) throws {
            let folder = try TemporaryFolder()
            let script = try folder.write("src/" + sample.file, sample.source)
            let pack = try pack(options(sample) + ["--target", "provided.al2023", "--dockerfile", "d", script], folder)
            let root = try bareRoot()
            try PackTool.run("rmdir", [root.path + "/var/task"])
            try PackTool.run("mv", [pack.path("d/package"), root.path + "/var/task"])
            let shim = try root.start()
            let answer = try shim.invoke(#"{"numbers":[1,2,3]}"#)
            #expect(answer.text == sample.answer)
            try shim.settle()
            // Debian's PHP warns where the system has no time zones; docs/packing.md says what to do.
            let log = shim.process.errors.split(separator: "\n").filter { !$0.contains("Invalid date.timezone value") }
            #expect(!log.contains { $0.contains("arning") }, "\(log)")
        }

        /// A layer that fits a direct upload, and runs the bare script of a function.
        @Test(.timeLimit(.minutes(5)), arguments: ["r", "python", "perl"])
        func aLayerOfALanguageRunsAScript(language: String) throws {
            let sample = try #require(Self.samples.first { $0.language == language })
            let folder = try TemporaryFolder()
            let pack = try pack(["--layer", "--strip", "-o", "layer.zip"] + options(sample), folder)
            let size = try #require(FileManager.default.attributesOfItem(atPath: pack.path("layer.zip"))[.size] as? Int)
            #expect(size < 52_428_800, "\(size) bytes")
            let root = try bareRoot()
            try root.unpack(pack.path("layer.zip"), to: "/opt")
            let script = URL(fileURLWithPath: root.path + "/var/task/" + sample.file)
            try Data(sample.source.utf8).write(to: script)
            let shim = try root.start(["/opt/bootstrap"], environment: ["_HANDLER": sample.file])
            #expect(try shim.invoke(#"{"numbers":[1,2,3]}"#).text == sample.answer)
        }

        @Test(.timeLimit(.minutes(5)), arguments: ["r", "java"])
        func anImageOfALanguageNeedsNothingElse(language: String) throws {
            let sample = try #require(Self.samples.first { $0.language == language })
            let folder = try TemporaryFolder()
            let script = try folder.write("src/" + sample.file, sample.source)
            let modules = sample.modules.flatMap { ["--language-module", $0] }
            let pack = try pack(["--language", language, "--image", "x.tar"] + modules + [script], folder)
            let root = try PackRoot()
            let unpacker = ImageUnpacker(
                path: pack.path("x.tar"),
                scratch: folder.path + "/scratch",
                keepsOwners: true,
                interrupts: nil
            )
            let image = try unpacker.unpack(to: root.path)
            // The way into the root is by the PATH of here.
            let environment = image.variables.filter { $0.key != "PATH" }
            let shim = try root.start(image.words, environment: environment)
            #expect(try shim.invoke(#"{"numbers":[1,2,3]}"#).text == sample.answer)
        }

        @Test(.timeLimit(.minutes(2))) func aRecipeOfOnesOwn() throws {
            let folder = try TemporaryFolder()
            let recipe = """
                language count
                needs wc coreutils
                run .txt -c {script}
                probe sh
                    echo "program $(readlink -f "$(command -v wc)") -> count/bin/wc"
                set COUNT={root}/count
                write count/about
                    two
                    lines
                """
            try folder.write("count.recipe", recipe)
            let script = try folder.write("src/a.txt", "12345")
            let pack = try pack(["--language", "./count.recipe", "--glibc", "bundle", "-o", "x.zip", script], folder)
            #expect(try pack.text("count/about", in: "x.zip") == "two\nlines\n")
            let root = try bareRoot()
            try root.unpack(pack.path("x.zip"))
            #expect(try root.start().invoke("{}").text.hasPrefix("5 "))
        }

        @Test(.timeLimit(.minutes(2))) func whatIsWrongWithALanguageIsSaid() throws {
            let folder = try TemporaryFolder()
            let script = try folder.write("a.py", "print(1)")
            func fails(_ arguments: [String], _ message: String) throws {
                let pack = try PackUnderTest(arguments + ["-o", "x.zip", script], folder: folder)
                #expect(pack.status != 0)
                #expect(pack.errors.hasPrefix("shim-pack: " + message), "\(pack.errors)")
                #expect(!FileManager.default.fileExists(atPath: pack.path("x.zip")))
            }
            try fails(["--language", "cobol"], "unknown language 'cobol'\nhint: one of java, julia, lua, node, perl, ")
            try fails(
                ["--language", "python", "--language-module", "nosuch"],
                "cannot take along the modules of python: ModuleNotFoundError: No module named 'nosuch'\n"
            )
            try folder.write("bad.recipe", "language x\nfrobnicate y\n")
            try fails(
                ["--language", "bad.recipe"],
                "recipe 'bad.recipe', line 2: 'frobnicate' is not a directive\n"
            )
            try folder.write("none.recipe", "language x\nneeds no-such-command its-package\n")
            try fails(
                ["--language", "none.recipe"],
                "cannot run 'no-such-command': it is not installed\nhint: apt-get install its-package\n"
            )
        }
    }
}
