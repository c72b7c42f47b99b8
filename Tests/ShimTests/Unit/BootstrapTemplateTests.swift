import Foundation
import PackKit
import Testing

@Suite struct BootstrapTemplateTests {
    private static let template = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../templates/bootstrap.tmpl").standardizedFileURL

    /// The rendered script really runs: it starts the shim beside it with the program's path, whatever the name holds.
    @Test(arguments: ["main", "my program", "o'neil", "sub/tool.sh", "-n", "é*?[x]", "a;b|c&d", "#x", "~"])
    func renderedScriptStartsTheProgram(name: String) throws {
        let folder = try TemporaryFolder()
        let template = try String(contentsOf: Self.template, encoding: .utf8)
        let script = try BootstrapTemplate.render(template, main: name)
        try folder.write("bootstrap", script, mode: 0o755)
        _ = try folder.script("shim", "printf '%s\\n' \"$#\" \"$1\"")
        let result = try TestProcess.run(folder.path + "/bootstrap", environment: ["LAMBDA_TASK_ROOT": "/var/task"])
        #expect(result.output == "1\n/var/task/\(name)\n")
        #expect(result.errors == "")
        #expect(result.status == 0)
        let relative = try TestProcess.run(
            "/bin/sh",
            ["bootstrap"],
            environment: ["LAMBDA_TASK_ROOT": "/x"],
            folder: folder.path
        )
        #expect(relative.output == "1\n/x/\(name)\n")
    }

    @Test(arguments: ["", "a\"b", "$HOME", "`id`", "a\\", "a\nb", "a\0b", "/abs", "../up", "a//b", "a/", ".", "a/../b"])
    func namesThatBreakOutAreRefused(name: String) {
        #expect(throws: BootstrapTemplate.Failure.unusableName(name)) {
            try BootstrapTemplate.render("$$main$$", main: name)
        }
    }

    @Test func messagesSayWhatToDo() {
        #expect(
            BootstrapTemplate.Failure.unusableName("a\"b").description
                == "cannot use the name 'a\"b' in a bootstrap: it is empty, leaves the package, or has a quote, '$', "
                + "a backquote, a backslash or a control character\nhint: rename the program"
        )
        let error = #expect(throws: BootstrapTemplate.Failure.self) { try BootstrapTemplate.render("exec", main: "a") }
        #expect(error?.description == "the template has no '$$main$$'\nhint: put it where the program's name belongs")
    }
}
