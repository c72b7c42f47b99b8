import Foundation
import Testing
import ToolKit

extension Packing {
    /// Programs are watched once more with the variables that lead them to their files in the package.
    @Suite struct PackObserveVariablesTests {
        private static let dictionary = "/usr/share/hunspell/en_US.aff"

        private func observe(_ source: String, _ options: [String] = []) throws -> PackUnderTest {
            try #require(FileManager.default.fileExists(atPath: Self.dictionary), "apt-get install hunspell-en-us")
            let folder = try TemporaryFolder()
            let script = try folder.script("reader.sh", source)
            return try PackUnderTest(["--observe", "{}"] + options + ["-o", "x.zip", script], folder: folder)
        }

        /// With TCL_LIBRARY set Tcl loads files of its library that it does without here; the package lacked them.
        @Test(.timeLimit(.minutes(2))) func whatIsAskedForOnlyThereComesAlong() throws {
            let folder = try TemporaryFolder()
            try folder.write("sum.tcl", "package require http\nputs [expr {[string length [read stdin]] + 40}]\n")
            let arguments = [
                "--target", "provided.al2", "--observe", "{}", "--strict", "-o", "x.zip", "--include", "sum.tcl",
                try Executables.system("tclsh", package: "tcl"), "--", "sum.tcl",
            ]
            let pack = try PackUnderTest(arguments, folder: folder)
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(
                pack.errors.contains("observed: bootstrap sets TCL_LIBRARY=$LAMBDA_TASK_ROOT/usr/share/tcltk/tcl8.6")
            )
            let root = try PackRoot.bullseye()
            try root.unpack(pack.path("x.zip"))
            #expect(try root.start().invoke("{}").text == "42\n")
        }

        @Test(.timeLimit(.minutes(5))) func aVariableThatTheProgramDoesNotReadIsToldOf() throws {
            let pack = try observe("read -r line < \(Self.dictionary); echo \"$line\"")
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(pack.errors.contains("below $LAMBDA_TASK_ROOT: \(Self.dictionary)\n"), "\(pack.errors)")
        }

        /// The package's folder is made of links here, and who follows them is still led by the variable.
        @Test(.timeLimit(.minutes(5))) func whoFollowsTheLinksOfThePackagesFolderIsLed() throws {
            let source =
                "cd -P \"${DICPATH:-/usr/share/hunspell}\"; read -r line < \"$(pwd -P)/en_US.aff\"; echo \"$line\""
            let pack = try observe(source, ["--strict"])
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(pack.errors.contains("bootstrap sets DICPATH=$LAMBDA_TASK_ROOT/usr/share/hunspell,"))
        }

        /// A program that finds its files beside itself keeps its place among them.
        @Test(.timeLimit(.minutes(5)), arguments: ["-o", "--image"])
        func aProgramStaysBesideItsFiles(form: String) throws {
            let folder = try TemporaryFolder()
            let source = "#!/bin/sh\nread -r line < \"${0%/*}/data/text\"; echo \"$line\"\n"
            try folder.write("app/main.sh", source, mode: 0o755)
            try folder.write("app/data/text", "beside\n")
            let pack = try PackUnderTest(
                ["--observe", "{}", form, "x.out", "--test", "{}", "app/main.sh"],
                folder: folder
            )
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(pack.output == "beside\n")
            // Without files of its own it is at the root, as ever.
            let plain = try PackUnderTest(["-o", "y.zip", "app/main.sh"], folder: folder)
            #expect(try plain.entries("y.zip")["main.sh"] != nil)
        }

        @Test(.timeLimit(.minutes(5))) func whoFailsWithTheVariableIsToldOf() throws {
            let source = """
                test -z "$DICPATH" || { echo 'not so' >&2; exit 3; }
                read -r line < \(Self.dictionary)
                """
            let pack = try observe(source)
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(
                pack.errors.contains(
                    """
                    warning: where only its variables lead to its files, the program fails: status 3
                    not so
                    hint: another value may do, with --env; an image has all files in their own places: --image FILE

                    """
                ),
                "\(pack.errors)"
            )
            let strict = try observe(source, ["--strict"])
            #expect(strict.status == 1)
            #expect(
                strict.errors.hasPrefix(
                    "shim-pack: where only its variables lead to its files, the program fails: status 3\nnot so\nhint: "
                ),
                "\(strict.errors)"
            )
            // The user's own value is left alone.
            let own = try observe(source, ["--env", "DICPATH="])
            #expect(own.status == 0 && !own.errors.contains("the program fails"), "\(own.errors)")
        }
    }
}
