import Foundation
import Glibc
import Platform
import Testing

extension EndToEnd {
    /// How the program is found, and what is said when it cannot run.
    @Suite(.timeLimit(.minutes(2))) struct StartTests {
        /// Starts a shim that cannot start, and gives back the init error.
        private func failure(
            _ command: [String],
            _ environment: [String: String] = [:],
            taskRoot: String = "/usr"
        ) throws -> ShimUnderTest.ErrorBody {
            let shim = try ShimUnderTest(command, environment: environment, taskRoot: taskRoot)
            let (answer, status) = try shim.initError()
            #expect(answer.path == "/2018-06-01/runtime/init/error")
            #expect(status == 1)
            let error = try answer.error()
            #expect(answer.errorType == error.errorType)
            #expect(shim.process.errors.hasPrefix("shim[fatal] "))
            return error
        }

        @Test(arguments: [
            ("tool", "tool"), ("tool.handler", "tool"), ("script.handler", "script.sh"),
            ("sub/deep.main", "sub/deep.sh"),
            ("exact.name.sh", "exact.name.sh"),
        ])
        func handlerFindsItsProgram(handler: String, expected: String) throws {
            let folder = try TemporaryFolder()
            for name in ["tool", "sub/deep.sh", "exact.name.sh"] { _ = try folder.script(name, "printf %s $0") }
            // Not executable, no #!: run by its extension. A data file beside it is no candidate.
            try folder.write("script.sh", "printf %s $0")
            try folder.write("script.csv", "1,2")
            let shim = try ShimUnderTest([], environment: ["_HANDLER": handler], taskRoot: folder.path)
            #expect(try shim.invoke("{}").text == "\(folder.path)/\(expected)")
        }

        @Test func everyExtensionHasItsInterpreter() throws {
            let folder = try TemporaryFolder()
            let interpreters = [
                "R": "Rscript", "jl": "julia", "py": "python3", "js": "node", "rb": "ruby", "pl": "perl", "php": "php",
                "sh": "sh",
            ]
            for (ending, name) in interpreters {
                _ = try folder.script("bin/\(name)", "echo \(name) \"$@\"")
                let file = try folder.write("main.\(ending)", "program")
                let shim = try ShimUnderTest(
                    [],
                    environment: ["_HANDLER": "main.\(ending)", "PATH": folder.path + "/bin:/bin"],
                    taskRoot: folder.path
                )
                #expect(try shim.invoke("{}").text == "\(name) \(file)\n")
            }
        }

        @Test func scriptThatLostItsModeRunsByItsFirstLine() throws {
            let folder = try TemporaryFolder()
            try folder.write("task", "#!/bin/sh -e\nprintf '%s %s' \"$-\" \"$1\"\n", mode: 0o644)
            let shim = try ShimUnderTest(["task", "argument"], taskRoot: folder.path)
            let text = try shim.invoke("{}").text
            #expect(text.contains("e") && text.hasSuffix(" argument"), "\(text)")
        }

        @Test func commandIsLookedForInTheTaskRootFirst() throws {
            let folder = try TemporaryFolder()
            _ = try folder.script("cat", "echo mine \"$@\"")
            let shim = try ShimUnderTest(["cat", "a b", "--", "-x"], taskRoot: folder.path)
            #expect(try shim.invoke("{}").text == "mine a b -- -x\n")
        }

        /// A packed glibc's loader starts the program; messages speak of the program.
        @Test(arguments: [
            ["--argv0", "mine", "/bin/false"], ["/bin/false"], ["--library-path", "/x:/y", "/bin/false"],
        ])
        func loaderIsNotTheProgramsName(arguments: [String]) throws {
            let loader = try #require(
                ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"].first { Files.status($0) != nil }
            )
            let message = try ShimUnderTest([loader] + arguments).invoke("{}").error().errorMessage
            #expect(message == "\(arguments.contains("mine") ? "mine" : "false") exited with status 1")
        }

        @Test func nothingFoundListsWhatWasTried() throws {
            let folder = try TemporaryFolder()
            let error = try failure([], ["_HANDLER": "main.handler"], taskRoot: folder.path)
            let root = folder.path
            #expect(error.errorType == "Runtime.NoSuchHandler")
            #expect(
                error.errorMessage
                    == "cannot find the program 'main.handler': tried \(root)/main.handler, \(root)/main, \(root)/main.*"
                    + "; hint: the function's handler, or the argument of shim in bootstrap, names a file of the package"
            )
        }

        @Test func severalThatFitAreListed() throws {
            let folder = try TemporaryFolder()
            _ = try folder.script("main.a", "")
            try folder.write("main.py", "")
            let error = try failure([], ["_HANDLER": "main.handler"], taskRoot: folder.path)
            #expect(error.errorType == "Runtime.NoSuchHandler")
            #expect(
                error.errorMessage.contains(
                    "several files fit the handler 'main.handler': \(folder.path)/main.a, \(folder.path)/main.py"
                )
            )
        }

        @Test func missingInterpreterIsSaid() throws {
            let folder = try TemporaryFolder()
            try folder.write("a", "#!/no/such/interpreter\n", mode: 0o755)
            try folder.write("b", "#!/usr/bin/env nonesuch\n", mode: 0o755)
            try folder.write("c", "#!/bin/sh\r\necho\r\n", mode: 0o755)
            try folder.write("d.jl", "println(1)")
            try folder.write("e", "text", mode: 0o755)
            try folder.write("f", "text")
            try folder.write("g", "#! \n", mode: 0o755)
            let expected = [
                "a": "its interpreter '/no/such/interpreter' is not there",
                "b": "its interpreter 'nonesuch' is in none of /usr/local/bin, /usr/bin, /bin",
                "c": "its first line ends in CR LF",
                "d.jl": "'julia', which runs files of its kind, is in none of",
                "e": "it is neither an ELF program nor a script with '#!' in its first line",
                "f": "it is not executable",
                "g": "does not name an absolute path",
            ]
            for (name, words) in expected {
                let error = try failure([name], taskRoot: folder.path)
                #expect(error.errorType == "Runtime.InvalidEntrypoint")
                #expect(error.errorMessage.hasPrefix("cannot run '\(folder.path)/\(name)': "))
                #expect(error.errorMessage.contains(words), "\(name): \(error.errorMessage)")
            }
        }

        @Test func wrongArchitectureIsSaid() throws {
            let folder = try TemporaryFolder()
            var bytes = try Files.read("/bin/true", atMost: 1 << 20)
            let isX86 = bytes[18] == 62
            (bytes[18], bytes[19]) = (isX86 ? 183 : 62, 0)
            try folder.write("foreign", bytes, mode: 0o755)
            let error = try failure(["foreign"], taskRoot: folder.path)
            let (own, other) = isX86 ? ("x86_64", "arm64") : ("arm64", "x86_64")
            #expect(
                error.errorMessage == "cannot run '\(folder.path)/foreign': it is for \(other), this machine is \(own)"
                    + "; hint: build it for \(own), or set the function's architecture to \(other)"
            )
        }

        @Test func missingLoaderIsSaid() throws {
            let folder = try TemporaryFolder()
            let bytes = try Files.read("/bin/true", atMost: 1 << 20)
            let text = String(decoding: bytes.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
            let start = try #require(text.utf8.firstRange(of: "/lib".utf8)?.lowerBound)
            var changed = bytes
            changed[text.utf8.distance(from: text.startIndex, to: start) + 1] = UInt8(ascii: "x")
            try folder.write("stranger", changed, mode: 0o755)
            let error = try failure(["stranger"], taskRoot: folder.path)
            #expect(error.errorType == "Runtime.InvalidEntrypoint")
            #expect(error.errorMessage.contains("its loader '/xib"), "\(error.errorMessage)")
        }

        @Test func missingLibraryIsSaid() throws {
            let folder = try TemporaryFolder()
            let compiler = try Executables.system("cc", package: "gcc")
            try folder.write("lib.c", "int answer(void) { return 42; }")
            try folder.write("main.c", "int answer(void); int main(void) { return answer() != 42; }")
            let library = folder.path + "/libanswer.so.1"
            for arguments in [
                ["-shared", "-fPIC", "-Wl,-soname,libanswer.so.1", "-o", library, folder.path + "/lib.c"],
                ["-o", folder.path + "/main", folder.path + "/main.c", library],
            ] { #expect(try TestProcess.run(compiler, arguments).status == 0) }
            // Beside the program, which is on LD_LIBRARY_PATH, it starts.
            #expect(try ShimUnderTest(["main"], taskRoot: folder.path).invoke("{}").isResponse)
            try FileManager.default.removeItem(atPath: library)
            let error = try failure(["main"], taskRoot: folder.path)
            #expect(error.errorType == "Runtime.InvalidEntrypoint")
            #expect(
                error.errorMessage
                    == "cannot run '\(folder.path)/main': the shared library 'libanswer.so.1' is missing; hint: "
                    + "pack the program with shim-pack, which brings its libraries along, or put them into lib/ of the package"
            )
        }

        /// What a library needs in turn shows when the program starts.
        @Test func libraryMissingDeepDownIsSaidInTheInvocation() throws {
            let folder = try TemporaryFolder()
            let compiler = try Executables.system("cc", package: "gcc")
            try folder.write("deep.c", "int deep(void) { return 42; }")
            try folder.write("lib.c", "int deep(void); int answer(void) { return deep(); }")
            try folder.write("main.c", "int answer(void); int main(void) { return answer() != 42; }")
            let (deep, library) = (folder.path + "/libdeep.so.1", folder.path + "/libanswer.so.1")
            for arguments in [
                ["-shared", "-fPIC", "-Wl,-soname,libdeep.so.1", "-o", deep, folder.path + "/deep.c"],
                ["-shared", "-fPIC", "-Wl,-soname,libanswer.so.1", "-o", library, folder.path + "/lib.c", deep],
                ["-o", folder.path + "/main", folder.path + "/main.c", library, deep],
            ] { #expect(try TestProcess.run(compiler, ["-Wl,--as-needed"] + arguments).status == 0) }
            #expect(try ShimUnderTest(["main"], taskRoot: folder.path).invoke("{}").isResponse)
            try FileManager.default.removeItem(atPath: deep)
            let answer = try ShimUnderTest(["main"], taskRoot: folder.path).invoke("{}")
            #expect(answer.errorType == "Runtime.InvalidEntrypoint")
            let message = try answer.error().errorMessage
            #expect(message.hasPrefix("main could not start, the loader cannot load 'libdeep.so.1': "), "\(message)")
            let remedy = "which brings its libraries along, or put them into lib/ of the package"
            #expect(message.hasSuffix(remedy), "\(message)")
        }

        @Test func programThatVanishedIsAnErrorOfTheInvocation() throws {
            let folder = try TemporaryFolder()
            let file = try folder.script("main", "echo 1")
            let shim = try ShimUnderTest(["main"], taskRoot: folder.path)
            #expect(try shim.invoke("{}").text == "1\n")
            try FileManager.default.removeItem(atPath: file)
            let answer = try shim.invoke("{}")
            #expect(answer.errorType == "Runtime.InvalidEntrypoint")
            #expect(try answer.error().errorMessage.contains("No such file or directory (posix_spawn, errno 2)"))
            _ = try folder.script("main", "echo 2")
            #expect(try shim.invoke("{}").text == "2\n", "the loop goes on")
        }

        @Test(arguments: [
            (
                ["SHIM_TIMEOUT_MARGIN_MS": "soon"],
                "the setting 'SHIM_TIMEOUT_MARGIN_MS' cannot be 'soon'; hint: a whole number of milliseconds from 0 to 60000"
            ),
            (
                ["SHIM_TIMEOUT_MARGIN_MS": "60001"],
                "the setting 'SHIM_TIMEOUT_MARGIN_MS' cannot be '60001'; hint: a whole number of milliseconds from 0 to 60000"
            ),
            (
                ["SHIM_TIMEOUT_MARGIN_MS": "-1"],
                "the setting 'SHIM_TIMEOUT_MARGIN_MS' cannot be '-1'; hint: a whole number of milliseconds from 0 to 60000"
            ),
            (
                ["SHIM_STDOUT": "json"],
                "the setting 'SHIM_STDOUT' cannot be 'json'; hint: one of 'raw', 'json-string', 'stream', 'stream-http'"
            ),
            (["SHIM_TMPDIR": ""], "the setting 'SHIM_TMPDIR' cannot be ''; hint: one of 'shared', 'private'"),
            (["SHIM_STDOUTS": "raw"], "'SHIM_STDOUTS' is not a setting; hint: did you mean 'SHIM_STDOUT'?"),
            (["SHIM_XYZ": "1"], "'SHIM_XYZ' is not a setting; hint: see 'shim --help' for the settings"),
        ])
        func badSettingIsAnInitErrorByName(environment: [String: String], message: String) throws {
            let error = try failure(["cat"], environment)
            #expect(error.errorType == "Runtime.ConfigInvalid")
            #expect(error.errorMessage == message)
        }

        @Test func missingTaskRootIsSaid() throws {
            let error = try failure(["/bin/cat"], taskRoot: "/no/such/folder")
            #expect(error.errorType == "Runtime.InvalidWorkingDir")
            #expect(
                error.errorMessage.hasPrefix("cannot enter the task root '/no/such/folder': No such file or directory")
            )
        }

        @Test func missingHandlerIsSaid() throws {
            #expect(try failure([]).errorMessage.hasPrefix("the variable '_HANDLER' is missing"))
        }

        @Test(arguments: [
            "nonsense", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:+80", "no.such.host.invalid:80",
            ":80",
        ])
        func badAddressIsSaid(address: String) throws {
            let result = try TestProcess.run(
                Executables.path("shim"),
                ["cat"],
                environment: ["AWS_LAMBDA_RUNTIME_API": address]
            )
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("shim[fatal] '\(address)' is not an address of the Runtime API"))
        }

        @Test func startedByHandItSaysWhatItIs() throws {
            let shim = try Executables.path("shim")
            let alone = try TestProcess.run(shim, environment: [:])
            #expect(alone.status == 64)
            #expect(
                alone.errors == """
                    shim: this is the runtime of a Lambda function and needs AWS_LAMBDA_RUNTIME_API, which Lambda sets
                    hint: to run a program as a function on this machine, use 'shim-sim run PROGRAM'; see 'shim --help'

                    """
            )
            let help = try TestProcess.run(shim, ["--help"], environment: [:])
            #expect(help.status == 0)
            #expect(
                help.output.hasPrefix(
                    "shim: runs a program for each event of an AWS Lambda function\n\nusage: shim COMMAND"
                )
            )
            for word in ["SHIM_TIMEOUT_MARGIN_MS", "SHIM_STDOUT", "SHIM_TMPDIR", "bootstrap", "shim-sim run"] {
                #expect(help.output.contains(word))
            }
            #expect(try TestProcess.run(shim, ["--version"], environment: [:]).output.hasPrefix("shim "))
            let wrong = try TestProcess.run(shim, ["--hepl"], environment: [:])
            #expect(wrong.status == 64)
            #expect(wrong.errors == "shim: unknown option '--hepl'\nhint: did you mean '--help'?\n")
        }
    }
}
