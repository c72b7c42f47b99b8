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

    /// Lambda names a locale that its system does not have; what the user names instead wins.
    @Test(arguments: [(nil, "C.UTF-8"), ("", "C.UTF-8"), ("de_DE.UTF-8", "de_DE.UTF-8")] as [(String?, String)])
    func theLocaleIsOneThatTheTargetHas(set: String?, got: String) throws {
        let folder = try TemporaryFolder()
        let template = try String(contentsOf: Self.template, encoding: .utf8)
        try folder.write("bootstrap", try BootstrapTemplate.render(template, main: "main"), mode: 0o755)
        _ = try folder.script("shim", "echo \"$LANG $LC_ALL ${LOCPATH-unset}\"")
        var environment = ["LAMBDA_TASK_ROOT": folder.path, "LANG": "en_US.UTF-8"]
        environment["LC_ALL"] = set
        let bootstrap = folder.path + "/bootstrap"
        let without = try TestProcess.run(bootstrap, environment: environment)
        #expect(without.output == "en_US.UTF-8 \(got) unset\n")
        try folder.write("glibc/locale/C.utf8/LC_CTYPE", "")
        let bundled = try TestProcess.run(bootstrap, environment: environment)
        #expect(bundled.output == "en_US.UTF-8 \(got) \(folder.path)/glibc/locale\n")
        environment["LOCPATH"] = "/opt/locale"
        let both = try TestProcess.run(bootstrap, environment: environment)
        #expect(both.output == "en_US.UTF-8 \(got) /opt/locale:\(folder.path)/glibc/locale\n")
        #expect(both.errors == "" && both.status == 0)
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
