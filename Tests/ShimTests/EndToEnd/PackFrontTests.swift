import Foundation
import Testing

extension PackingSystems {
    /// Programs of a language are packed with it though nobody says which; scripts of the system find their programs.
    @Suite struct PackFrontTests {
        /// What a package answers in the bare root, where nothing of the language is.
        private func answer(
            _ arguments: [String],
            _ folder: TemporaryFolder,
            event: String = "{}",
            form: [String] = ["-o", "x.zip"]
        ) throws -> PackUnderTest {
            // The machine's own languages, not what a user has put in front of them.
            let pack = try PackUnderTest(
                ["--test", event] + form + arguments,
                folder: folder,
                environment: ["PATH": "/usr/bin:/bin:/usr/sbin"]
            )
            try #require(pack.status == 0, "\(pack.errors)")
            return pack
        }

        @Test(.timeLimit(.minutes(3)), arguments: [["-o", "x.zip"], ["--dockerfile", "d"]])
        func aScriptGetsItsLanguageAndTheModulesThatItNames(form: [String]) throws {
            let folder = try TemporaryFolder()
            try folder.write("part.lua", "return 40\n")
            try folder.write(
                "sum.lua",
                """
                local cjson = require "cjson"
                io.write(cjson.encode({ sum = require("part") + cjson.decode(io.read("a")).a }))
                """
            )
            let pack = try answer(["sum.lua"], folder, event: "{\"a\":2}", form: form)
            #expect(pack.output == "{\"sum\":42}\n" || pack.output == "{\"sum\":42}")
            #expect(pack.errors.contains("'sum.lua' is packed with the language lua, as its name ends in .lua; "))
            #expect(pack.errors.contains("with the modules that it uses: cjson; "))
        }

        @Test(.timeLimit(.minutes(4))) func aCommandOfALanguageIsPackedWithIt() throws {
            let folder = try TemporaryFolder()
            let rscript = try Executables.system("Rscript", package: "r-base-core")
            let expression = try answer([rscript, "--", "-e", "cat(sum(1:3) + median(c(1, 2, 9)))"], folder)
            #expect(expression.output.hasPrefix("8"))
            try folder.write("args.R", "cat(commandArgs(TRUE))\n")
            let script = try answer(["--strip", rscript, "--", "--vanilla", "args.R", "a", "b"], folder)
            #expect(script.output.hasPrefix("a b"))
        }

        /// The first line of a script in a virtual environment names the environment's own Python; the second script is as
        /// setuptools writes it, and imports nothing of what it runs.
        @Test(
            .timeLimit(.minutes(4)),
            arguments: [
                "from greeting import words\nprint(words.hello)\n",
                """
                __requires__ = 'Greeting_Words==1.0'
                from importlib.metadata import distribution
                def load_entry_point(spec, group, name):
                    found = distribution(spec.partition('==')[0]).entry_points
                    return next(entry for entry in found if entry.group == group and entry.name == name).load()
                load_entry_point('Greeting_Words==1.0', 'console_scripts', 'greet')()
                """,
            ]
        )
        func aProgramOfAVirtualEnvironmentBringsItsModules(text: String) throws {
            let folder = try TemporaryFolder()
            try PackTool.run("/usr/bin/python3", ["-m", "venv", "--without-pip", folder.path + "/venv"])
            let library = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/venv/lib")[0]
            let modules = "venv/lib/\(library)/site-packages"
            try folder.write("\(modules)/greeting/__init__.py", "import greeting.words\n")
            try folder.write("\(modules)/greeting/words.py", "hello = 'hello'\ndef say(): print(hello)\n")
            for (name, content) in [
                ("METADATA", "Metadata-Version: 2.1\nName: greeting-words\nVersion: 1.0\n"),
                ("entry_points.txt", "[console_scripts]\ngreet = greeting.words:say\n"),
                ("top_level.txt", "greeting\n"),
            ] {
                try folder.write("\(modules)/greeting_words-1.0.dist-info/\(name)", content)
            }
            try folder.write("venv/bin/greet", "#!\(folder.path)/venv/bin/python3\n\(text)", mode: 0o755)
            let pack = try answer(["venv/bin/greet"], folder)
            #expect(pack.output == "hello\n")
            #expect(pack.errors.contains("'venv/bin/greet' is packed with the language python, as 'python3' runs it; "))
        }

        @Test(.timeLimit(.minutes(4))) func anArchiveOfJavaBringsThoseOfItsManifest() throws {
            let folder = try TemporaryFolder()
            for (name, text) in [
                (
                    "Main",
                    "class Main { public static void main(String[] a) { System.out.print(Part.text() + a[0]); } }"
                ),
                ("Part", "class Part { static String text() { return \"part \"; } }"),
            ] {
                try folder.write("\(name).java", text)
            }
            try PackTool.run("javac", ["-d", folder.path, folder.path + "/Main.java", folder.path + "/Part.java"])
            try folder.write("manifest", "Main-Class: Main\nClass-Path: lib/part.jar gone.jar\n")
            try FileManager.default.createDirectory(atPath: folder.path + "/lib", withIntermediateDirectories: true)
            try PackTool.run("jar", ["cf", folder.path + "/lib/part.jar", "-C", folder.path, "Part.class"])
            try PackTool.run(
                "jar",
                ["cfm", folder.path + "/main.jar", folder.path + "/manifest", "-C", folder.path, "Main.class"]
            )
            let java = try Executables.system("java", package: "default-jre-headless")
            // As a program, and as what the command is given.
            let own = try answer(["main.jar", "--", "a"], folder)
            #expect(own.output == "part a" || own.output == "part a\n")
            #expect(try own.entries("x.zip")["lib/part.jar"] != nil)
            let command = try answer([java, "--", "-Xmx64m", "-jar", "main.jar", "b"], folder)
            #expect(command.output == "part b" || command.output == "part b\n")
        }

        /// In a script of the system paths are written; the package's has them led to the package.
        @Test(.timeLimit(.minutes(2))) func aScriptOfTheSystemFindsItsProgram() throws {
            let place = "/usr/local/lib/shim-test-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: place) }
            let folder = try TemporaryFolder()
            let program = try PackPrograms.c(
                """
                #include <stdio.h>
                int main(int argc, char **argv) {
                    char line[64] = "";
                    FILE *file = argc > 1 ? fopen(argv[1], "r") : 0;
                    if (!file) { perror(argc > 1 ? argv[1] : "?"); return 1; }
                    fgets(line, sizeof line, file);
                    printf("%s", line);
                }
                """,
                to: "show",
                in: folder
            )
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: program, toPath: place + "/show")
            try Data("data\n".utf8).write(to: URL(fileURLWithPath: place + "/text"))
            let front = "#!/bin/sh\nHOME_OF_SHOW='\(place)'\nexec $HOME_OF_SHOW/show \"\(place)/text\"\n"
            try Data(front.utf8).write(to: URL(fileURLWithPath: place + "/front"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place + "/front")
            let words = ["--observe", "{}", "--strict", place + "/front"]
            let pack = try answer(words, folder)
            #expect(pack.output == "data\n")
            #expect(
                pack.errors.contains("observed: '\(place)/front' is packed with its paths led to $LAMBDA_TASK_ROOT")
            )
            // The program is in the folder of its files, and stays there.
            let script = try pack.text("\(place.dropFirst())/front", in: "x.zip")
            #expect(script.contains("\nHOME_OF_SHOW=''\"${LAMBDA_TASK_ROOT}\"'\(place)'\n"), "\(script)")
            // In an image everything is where it was.
            let image = try PackUnderTest(["--test", "{}", "--image", "x.tar"] + words, folder: folder)
            #expect(image.output == "data\n", "\(image.errors)")
            #expect(!image.errors.contains("paths led to"))
        }

        @Test(.timeLimit(.minutes(1))) func aFileThatAnArgumentNamesIsMissed() throws {
            let folder = try TemporaryFolder()
            try folder.write("filter.jq", ".a")
            let words = ["-o", "x.zip", "/usr/bin/jq", "--", "-f", "filter.jq"]
            let warning =
                "warning: the argument 'filter.jq' names a file here, which is not in the package\nhint: --include"
            #expect(try PackUnderTest(words, folder: folder).errors.contains(warning))
            #expect(try !PackUnderTest(["--include", "filter.jq"] + words, folder: folder).errors.contains("warning"))
        }

        @Test(.timeLimit(.minutes(1))) func modulesNeedALanguage() throws {
            let pack = try PackUnderTest(["--language-module", "x", "/usr/bin/jq"])
            #expect(pack.status == 64)
            #expect(pack.errors.hasPrefix("shim-pack: --language-module needs --language\n"))
        }
    }
}
