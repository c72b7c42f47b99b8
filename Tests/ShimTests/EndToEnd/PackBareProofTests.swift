import Foundation
import Testing

@testable import PackKit

extension PackingSystems {
    /// `--test` in a root that has what the target has: of every form, and never fooled by what this machine has.
    @Suite struct PackBareProofTests {
        private func nothingIsLeft(_ pack: PackUnderTest) throws -> Bool {
            try FileManager.default.contentsOfDirectory(atPath: pack.folder.path) == []
        }

        /// The regression this guards: a package without its data passed its test, as this machine has the data.
        @Test(.timeLimit(.minutes(5)), arguments: [[], ["--image"], ["--dockerfile"]])
        func dataThatOnlyThisMachineHasIsMissed(form: [String]) throws {
            let folder = try TemporaryFolder()
            let data = "/usr/local/share/shim-test-\(UUID().uuidString)"
            try Data("from the file\n".utf8).write(to: URL(fileURLWithPath: data))
            defer { try? FileManager.default.removeItem(atPath: data) }
            let program = try PackPrograms.c(
                """
                #include <stdio.h>
                int main(void) {
                    char text[64];
                    FILE *file = fopen("\(data)", "r");
                    if (!file) { perror("\(data)"); return 4; }
                    fputs(fgets(text, sizeof text, file), stdout);
                }
                """,
                to: "reader",
                in: folder
            )
            let output = form.isEmpty ? ["-o", "x"] : form + ["x"]
            let bad = try PackUnderTest(output + ["--test", "{}", program])
            #expect(bad.status == 1)
            #expect(bad.errors.contains("shim-pack: the test of 'x' failed: status 1\n"), "\(bad.errors)")
            #expect(bad.errors.contains("\(data): No such file or directory"), "\(bad.errors)")
            #expect(bad.errors.hasSuffix("hint: no package was written; without --test there would be one\n"))
            #expect(try nothingIsLeft(bad))
            guard form == ["--image"] else { return }
            let words = ["--observe", "{}", "--test", "{}", "--expect", "from the file", program]
            let good = try PackUnderTest(output + words)
            #expect(good.status == 0, "\(good.errors)")
            #expect(good.output == "from the file\n")
        }

        @Test(
            .timeLimit(.minutes(5)),
            arguments: [["-o", "x.zip"], ["--layer", "-o", "x.zip"], ["--image", "x.tar"], ["--dockerfile", "x"]]
        )
        func everyFormIsProved(form: [String]) throws {
            // A layer's function starts the program as it is.
            let events = form.contains("--layer") ? [] : ["--", "-c", ".a"]
            let program = form.contains("--layer") ? "/usr/bin/b2sum" : "/usr/bin/jq"
            let tests =
                form.contains("--layer")
                ? ["--test", "1"]
                : [
                    "--test", #"{"a":[1]}"#, "--test", #"{"a":{"b":2,"c":3}}"#, "--expect", "[1]", "--expect",
                    #"{ "c": 3, "b": 2 }"#,
                ]
            let pack = try PackUnderTest(form + tests + [program] + events)
            #expect(pack.status == 0, "\(pack.errors)")
            #expect(
                pack.output.hasSuffix(form.contains("--layer") ? "  -\n" : "[1]\n{\"b\":2,\"c\":3}\n"),
                "\(pack.output)"
            )
            #expect(try FileManager.default.contentsOfDirectory(atPath: pack.folder.path) == [form.last ?? ""])
        }

        @Test(.timeLimit(.minutes(5))) func aLayerAndAFunctionThatUsesItAreProvedTogether() throws {
            let layer = try PackUnderTest(["--layer", "-o", "l.zip"])
            try #require(layer.status == 0, "\(layer.errors)")
            let folder = try TemporaryFolder()
            let script = try folder.script("count.sh", "wc -c")
            let pack = try PackUnderTest([
                "-o", "f.zip", "--layer-for", layer.path("l.zip"), "--test", "123", "--expect", "3", script,
            ])
            #expect(pack.status == 0, "\(pack.errors)")
        }

        @Test(.timeLimit(.minutes(5))) func anotherAnswerFails() throws {
            let pack = try PackUnderTest([
                "-o", "x.zip", "--test", #"{"a":1}"#, "--expect", "1", "--test", #"{"a":2}"#, "--expect", "3",
                "/usr/bin/jq", "--", ".a",
            ])
            #expect(pack.status == 1)
            #expect(
                pack.errors.contains(
                    "shim-pack: the test of 'x.zip' failed: another answer to event 2\nexpected: 3\n     got: 2\n"
                ),
                "\(pack.errors)"
            )
            #expect(try nothingIsLeft(pack))
        }

        @Test(
            .timeLimit(.minutes(5)),
            arguments: [
                (["--test", "{"], "the event of --test is not JSON"),
                (["--test", "1", "--test", "@gone.json"], "cannot read 'gone.json'"),
                (["--test", "1", "--expect", "1", "--expect", "2"], "2 --expect for 1 --test"),
                (["--expect", "1"], "--expect"),
                (["--image", "x.tar", "--test", "1", "--rootfs", "/"], "--rootfs"),
            ]
        )
        func whatCannotBeTestedIsSaidBeforeTheWork(words: [String], message: String) throws {
            let output = words.contains("--image") ? [] : ["-o", "x.zip"]
            let pack = try PackUnderTest(output + words + ["/usr/bin/jq"])
            #expect(pack.status != 0)
            #expect(pack.errors.hasPrefix("shim-pack: \(message)"), "\(pack.errors)")
            #expect(try nothingIsLeft(pack))
        }

        /// Without root rights it is a user namespace, with the same result.
        @Test(.timeLimit(.minutes(5)), arguments: [[], ["bwrap"], ["bwrap", "unshare"]])
        func whoeverTestsGetsTheSame(hidden: [String]) throws {
            let folder = try TemporaryFolder()
            let hide = hidden.map { "mount --bind /dev/null \"$(command -v \($0))\" && " }.joined()
            let words = ["--user", "--map-root-user", "--mount", "--", "sh", "-c", hide + "exec \"$@\"", "sh"]
            let pack = [
                try Executables.path("shim-pack"), "--shim", try Executables.staticShim(), "-o", "x.zip", "--test",
                #"{"a":1}"#,
                "/usr/bin/jq", "--", ".a",
            ]
            let process = try TestProcess(
                try Executables.system("unshare"),
                words + pack,
                environment: ProcessInfo.processInfo.environment,
                folder: folder.path
            )
            #expect(process.wait(.seconds(120)) == 0, "\(process.errors)")
            #expect(process.outputText == "1\n")
            let isOld = hidden.contains("unshare")
            #expect(
                process.errors.contains("test: not isolated, so what this machine has and Lambda lacks does not show: ")
                    == isOld
            )
        }

        /// The regression this guards: Guile's byte code is an ELF file for no machine, which ended the packing.
        @Test(.timeLimit(.minutes(5))) func anELFFileForNoMachineIsData() throws {
            let folder = try TemporaryFolder()
            var bytes = [UInt8](repeating: 0, count: 64)
            bytes.replaceSubrange(0..<8, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0xFF])
            (bytes[16], bytes[20], bytes[32], bytes[54], bytes[56]) = (3, 1, 0xFF, 56, 9)
            let code = try folder.write("code.go", bytes)
            let script = try folder.script("size.sh", "wc -c <code.go")
            let words = ["-o", "x.zip", "--include", code, "--test", "1", "--expect", "64", script]
            let pack = try PackUnderTest(words)
            #expect(pack.status == 0, "\(pack.errors)")
        }

        @Test(.timeLimit(.minutes(5))) func imagesAreInspected() throws {
            let pack = try PackUnderTest(["--image", "jq.tar", "/usr/bin/jq"])
            try #require(pack.status == 0, "\(pack.errors)")
            let good = try PackUnderTest(["inspect", "jq.tar"], folder: pack.folder)
            #expect(good.status == 0, "\(good.errors)\(good.output)")
            #expect(good.output.hasPrefix("jq.tar: \(Machines.own), "))
            #expect(good.output.hasSuffix("it would start on image\n"))
            try pack.folder.write("parts/root/bin/tool", "#!/none\n", mode: 0o744)
            try pack.folder.write("parts/manifest.json", #"[{"Config":"config.json","Layers":["layer.tar"]}]"#)
            try PackTool.run("cp", ["/usr/bin/jq", pack.path("parts/root/bin/jq")])
            try PackTool.run("tar", ["-cf", "layer.tar", "-C", "root", "."], directory: pack.path("parts"))
            for (config, problems) in [
                (
                    #"{"config":{"Cmd":["/none"],"WorkingDir":"/w"}}"#,
                    [
                        "the working directory '/w' is not in the image", "the entry point '/none' is not in the image",
                    ]
                ),
                (
                    #"{"config":{"Entrypoint":["tool"],"Env":["PATH=/bin"]}}"#,
                    [
                        "the entry point '/bin/tool' is not executable for all (mode 0744)",
                        "the entry point '/bin/tool' needs '/none', which is not in the image",
                    ]
                ),
            ] {
                try pack.folder.write("parts/config.json", config)
                let files = ["manifest.json", "config.json", "layer.tar"]
                try PackTool.run("tar", ["-cf", "../bad.tar"] + files, directory: pack.path("parts"))
                let bad = try PackUnderTest(["inspect", "bad.tar"], folder: pack.folder)
                #expect(bad.status == 1)
                for problem in problems + ["library missing: libjq.so.1 (needed by bin/jq)"] {
                    #expect(bad.output.contains("problem: \(problem)\n"), "\(bad.errors)\(bad.output)")
                }
            }
        }
    }
}
