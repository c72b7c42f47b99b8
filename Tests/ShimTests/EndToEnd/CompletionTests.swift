import Foundation
import Testing

/// Completions and manual pages: made of the tables, and read by the shells themselves.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CompletionTests {
    private static let programs = ["shim-sim", "shim-pack", "shim-deploy"]

    private func output(_ program: String, _ arguments: String...) throws -> String {
        let result = try TestProcess.run(try Executables.path(program), arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    /// What bash offers for words that are typed so far.
    private func offers(_ program: String, _ words: [String]) throws -> Set<String> {
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        let script = """
            \(try output(program, "completions", "bash"))
            COMP_WORDS=(\(program) \(quoted)) COMP_CWORD=\(words.count)
            _\(program.replacingOccurrences(of: "-", with: "_"))
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        return Set(try PackTool.run("bash", ["-c", script], directory: "/").split(separator: "\n").map(String.init))
    }

    @Test func bashCompletesCommandsOptionsAndValues() throws {
        #expect(try offers("shim-sim", [""]).isSuperset(of: ["run", "serve", "event", "completions"]))
        #expect(try offers("shim-sim", ["run", "--ti"]) == ["--timeout"])
        #expect(try offers("shim-sim", ["serve", "--log-format", ""]) == ["text", "json"])
        #expect(
            try offers("shim-sim", ["event", "--timeo"]) == [""] || offers("shim-sim", ["event", "--timeo"]).isEmpty
        )
        #expect(try offers("shim-sim", ["run", "/et"]).contains("/etc"))
        #expect(try offers("shim-pack", ["--target", "provided.al2"]) == ["provided.al2023", "provided.al2"])
        #expect(try offers("shim-deploy", ["rollback", "--al"]) == ["--alias"])
        #expect(try offers("shim-deploy", ["--url-auth", ""]) == ["none", "aws_iam"])
    }

    @Test(arguments: [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish")])
    func theShellsReadThem(shell: String, package: String) throws {
        for program in Self.programs {
            let folder = try TemporaryFolder()
            let file = try folder.write("script", try output(program, "completions", shell))
            try PackTool.run(shell, ["-n", file], package: package)
        }
        let unknown = try TestProcess.run(try Executables.path("shim-sim"), ["completions", "tcsh"])
        #expect(unknown.status == 64)
        #expect(unknown.errors == "shim-sim: completions of which shell?\nhint: one of bash, zsh, fish\n")
    }

    /// What lies in man/ is what the programs say, and mandoc finds nothing wrong with it.
    @Test func manualPagesAreUpToDate() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
            .standardizedFileURL.path
        var environment = ProcessInfo.processInfo.environment
        environment["SHIM_BIN"] = (try Executables.path("shim-sim") as NSString).deletingLastPathComponent
        _ = try Executables.system("mandoc")
        let result = try PackTool.result("\(root)/scripts/man.sh", ["--check"], environment: environment)
        #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    }
}
