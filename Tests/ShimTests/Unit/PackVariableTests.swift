import Foundation
import Testing

@testable import PackKit

/// `--env NAME=VALUE` on its way into a shell script and into an image's configuration.
@Suite struct PackVariableTests {
    @Test(
        arguments: [
            ("A=", "", ""), ("A=plain", "plain", "plain"), ("A=x=y", "x=y", "x=y"),
            ("A=$LAMBDA_TASK_ROOT", "/r", "/r"), ("A=${LAMBDA_TASK_ROOT}/x", "/r/x", "/r/x"),
            ("A=a:$LAMBDA_TASK_ROOT/b:$LAMBDA_TASK_ROOT", "a:/r/b:/r", "a:/r/b:/r"),
            ("A=$LAMBDA_TASK_ROOTS", "$LAMBDA_TASK_ROOTS", "$LAMBDA_TASK_ROOTS"),
            ("A=it's \"$HOME\" `id` \\ $(id) ${X} é\n*;~", "it's \"$HOME\" `id` \\ $(id) ${X} é\n*;~", ""),
            ("A= lead and trail ", " lead and trail ", ""), ("A=--x", "--x", ""), ("A=\u{1}\t\r\n", "\u{1}\t\r\n", ""),
        ]
    )
    func theValueComesOutOfTheShellAsItWentIn(text: String, value: String, _: String) throws {
        let variable = try PackVariable(text)
        #expect(variable.value(root: "/r") == value)
        let script = "LAMBDA_TASK_ROOT=/r; export A=\(variable.shell(root: "$LAMBDA_TASK_ROOT")); printf '%s' \"$A\""
        #expect(try PackTool.run("sh", ["-c", script]) == value)
    }

    @Test func aRootWithSpacesStaysOneWord() throws {
        let variable = try PackVariable("A=$LAMBDA_TASK_ROOT/x y")
        let script = "R='/a  b'; export A=\(variable.shell(root: "$R")); printf '%s' \"$A\""
        #expect(try PackTool.run("sh", ["-c", script]) == "/a  b/x y")
    }

    @Test(
        arguments: [
            ("A", "it has no '='"), ("=x", "'' is not the name of a variable"),
            ("1A=x", "'1A' is not the name of a variable"),
            ("A B=x", "'A B' is not the name of a variable"), ("A-B=x", "'A-B' is not the name of a variable"),
            ("LAMBDA_TASK_ROOT=x", "'LAMBDA_TASK_ROOT' is Lambda's own"),
            ("AWS_SECRET_ACCESS_KEY=x", "'AWS_SECRET_ACCESS_KEY' is Lambda's own"),
        ]
    )
    func aBadOneIsRefused(text: String, cause: String) {
        #expect(throws: PackError.badVariable(text, cause: cause)) { try PackVariable(text) }
    }

    @Test func aVariableOfTheFunctionWinsExceptWhatLambdaAlwaysSets() throws {
        let variables = try [PackVariable("OWN=packed"), PackVariable("PATH=$LAMBDA_TASK_ROOT/bin:/bin")]
        let script = try BootstrapScript(path: nil).setting(variables, root: "$LAMBDA_TASK_ROOT")
        let lines = script.template.split(separator: "\n").prefix(3)
        #expect(
            lines == [
                "#!/bin/sh", "[ \"${OWN+set}\" ] || export OWN=packed",
                "export PATH=\"$LAMBDA_TASK_ROOT\"/bin:/bin",
            ]
        )
        let text = script.template.replacing(
            "exec \"$here/shim\" \"$LAMBDA_TASK_ROOT/$$main$$\"",
            with: "echo \"$OWN $PATH\""
        )
        let folder = try TemporaryFolder()
        let path = try folder.write("bootstrap", text, mode: 0o755)
        func run(_ own: String?) throws -> String {
            var environment = ["PATH": "/usr/bin:/bin", "LAMBDA_TASK_ROOT": "/t"]
            environment["OWN"] = own
            return try PackTool.result(path, [], environment: environment).output
        }
        #expect(try run(nil) == "packed /t/bin:/bin\n")
        #expect(try run("theirs") == "theirs /t/bin:/bin\n")
        #expect(try run("") == " /t/bin:/bin\n")
    }

    @Test func whatIsNotFilledInIsTold() throws {
        #expect(try PackVariable("A=$PATH:x").unexpanded == "$PATH")
        #expect(try PackVariable("A=${HOME}").unexpanded == "$HOME")
        #expect(try PackVariable("A=$LAMBDA_TASK_ROOT/x").unexpanded == nil)
        #expect(try PackVariable("A=5$").unexpanded == nil)
    }
}
