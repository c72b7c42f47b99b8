import Foundation
import Testing

@testable import PackKit

/// The words of a command on their way through a shell script.
@Suite struct PackLaunchTests {
    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
            .standardizedFileURL
    }

    @Test func theBuiltInTemplateIsTheOneInTheRepository() throws {
        let file = Self.root.appendingPathComponent("templates/bootstrap.tmpl")
        #expect(BootstrapScript.standard == String(decoding: try Data(contentsOf: file), as: UTF8.self))
        #expect(BootstrapScript.standard.contains(BootstrapScript.word))
    }

    @Test func aPlainProgramIsOnlyANameInTheTemplate() throws {
        let script = try BootstrapScript(path: nil)
        let text = try script.render(LaunchLine(words: [.file("main")]))
        #expect(text == BootstrapScript.standard.replacing("$$main$$", with: "main"))
    }

    @Test func withoutTheLocaleTheTemplateIsTheSameOtherwise() throws {
        let text = try BootstrapScript(path: nil, setsLocale: false).template
        #expect(!text.contains("LC_ALL"))
        #expect(
            text.components(separatedBy: "\n\n")
                == BootstrapScript.standard.components(separatedBy: "\n\n").filter {
                    !$0.contains("LC_ALL")
                }
        )
    }

    @Test func aLayersBootstrapStartsNoProgramOfItsOwn() throws {
        let text = try BootstrapScript(path: nil).renderForLayer()
        #expect(text.hasSuffix("exec \"$here/shim\"\n"))
        #expect(!text.contains("$$"))
    }

    @Test(arguments: ["a\"b", "a$b", "a\nb", "a`b", "a\\b"])
    func aNameThatWouldBreakOutOfTheQuotingIsRefused(name: String) throws {
        let script = try BootstrapScript(path: nil)
        #expect(throws: BootstrapTemplate.Failure.unusableName(name)) {
            try script.render(LaunchLine(words: [.file(name)]))
        }
    }

    @Test func argumentsNeedThePlaceInTheTemplate() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("t", "#!/bin/sh\nexec ./shim ./$$main$$\n")
        let script = try BootstrapScript(path: path)
        #expect(try script.render(LaunchLine(words: [.file("main")])) == "#!/bin/sh\nexec ./shim ./main\n")
        let error = #expect(throws: PackError.self) {
            try script.render(LaunchLine(words: [.file("main"), .text("x")]))
        }
        #expect(
            error?.message == "cannot use template '\(path)': it has no word \"$LAMBDA_TASK_ROOT/$$main$$\", "
                + "where arguments or a bundled loader go"
        )
    }

    @Test(arguments: [("", "it does not begin with #!"), ("#!/bin/sh\n", "it has no $$main$$")])
    func aTemplateThatStartsNothingIsRefused(text: String, cause: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("t", text)
        let error = #expect(throws: PackError.self) {
            try BootstrapScript(path: path).render(LaunchLine(words: [.file("main")]))
        }
        #expect(error == .unusableTemplate(path: path, cause: cause))
    }

    /// The regression this guards: a quote, a dollar or a line break in a fixed argument changed the command.
    @Test func everyArgumentComesOutOfTheShellAsItWentIn() throws {
        let arguments = [
            "plain", "", "two words", "it's", "\"", "$HOME", "`id`", "\\", "a\nb", "*", "é😀", "--x=1", ";", "~",
        ]
        let launch = LaunchLine(words: [.file("bin/it's $x")] + arguments.map { .text($0) })
        let result = try PackTool.run("sh", ["-c", "LAMBDA_TASK_ROOT=/r; printf '%s\\0' \(launch.shell())"])
        let words: [String] = result.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(
            String.init
        )
        #expect(words == ["/r/bin/it's $x"] + arguments)
        #expect(launch.plain(root: "/var/task") == ["/var/task/bin/it's $x"] + arguments)
    }

    @Test func aSearchPathComesBeforeTheOneThatIsSet() throws {
        let launch = LaunchLine(words: [.file("ld.so"), .text("--library-path"), .searchPath(["glibc", "lib", ""])])
        let set = try PackTool.run("sh", ["-c", "LAMBDA_TASK_ROOT=/r; LD_LIBRARY_PATH=/x; echo \(launch.shell())"])
        #expect(set == "/r/ld.so --library-path /r/glibc:/r/lib:/r:/x\n")
        let unset = try PackTool.run(
            "sh",
            ["-c", "LAMBDA_TASK_ROOT=/r; unset LD_LIBRARY_PATH; echo \(launch.shell())"]
        )
        #expect(unset == "/r/ld.so --library-path /r/glibc:/r/lib:/r\n")
        #expect(launch.plain(root: "/r") == ["/r/ld.so", "--library-path", "/r/glibc:/r/lib:/r"])
    }
}
