import Foundation
import Testing

@testable import PackKit

/// Scripts whose absolute names are led to the package.
@Suite struct ShellPathsTests {
    private static let packed: Set<String> = [
        "/usr", "/usr/lib", "/usr/lib/x", "/usr/lib/x/run", "/usr/bin", "/usr/share", "/usr/share/java",
    ]

    private func changed(_ text: String) -> String? {
        ShellPaths { Self.packed.contains($0) }.changed(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// `@` stands for the package's folder in what is expected.
    @Test(
        arguments: [
            ("ROOT=/usr/lib/x\n", "ROOT=@/usr/lib/x\n"), ("exec /usr/lib/x/run \"$@\"", "exec @/usr/lib/x/run \"$@\""),
            ("a=\"/usr/lib/x\"", "a=\"@/usr/lib/x\""), ("a='/usr/lib/x'", "a=''\"@\"'/usr/lib/x'"),
            ("a='b /usr/lib/x'", "a='b '\"@\"'/usr/lib/x'"), (". /usr/lib/x/", ". @/usr/lib/x/"),
            ("a=${A:-/usr/lib/x}", "a=${A:-@/usr/lib/x}"), ("a=\"${A:-/usr/lib/x}\"", "a=\"${A:-@/usr/lib/x}\""),
            ("a=`/usr/lib/x/run`", "a=`@/usr/lib/x/run`"),
            ("a=\"$(/usr/lib/x/run 'b')\"", "a=\"$(@/usr/lib/x/run 'b')\""),
            ("a=\"$(echo \"b\" '/usr/lib/x')\" /usr/lib/x", "a=\"$(echo \"b\" ''\"@\"'/usr/lib/x')\" @/usr/lib/x"),
            ("for j in /usr/share/java/*.jar; do", "for j in @/usr/share/java/*.jar; do"),
            ("[ -x \"/usr/${lib}/x\" ]", "[ -x \"@/usr/${lib}/x\" ]"),
            ("x --home=/usr/lib/x", "x --home=@/usr/lib/x"), ("a=\"$HOME/a;/usr/share\"", "a=\"$HOME/a;@/usr/share\""),
            // A search path has the target's folders behind the package's.
            ("PATH=/usr/bin:/bin", "PATH=@/usr/bin:/usr/bin:/bin"), ("P=$P:/usr/share", "P=$P:@/usr/share:/usr/share"),
            ("cat <<E\n/usr/lib/x \"'\nE\ncat /usr/lib/x", "cat <<E\n@/usr/lib/x \"'\nE\ncat @/usr/lib/x"),
            ("cat <<-'E'\n/usr/lib/x\n\tE\ncat /usr/lib/x", "cat <<-'E'\n/usr/lib/x\n\tE\ncat @/usr/lib/x"),
            ("# it's\n/usr/lib/x/run", "# it's\n@/usr/lib/x/run"), ("a=${#b} c=/usr/lib/x", "a=${#b} c=@/usr/lib/x"),
            ("case $a in b) /usr/lib/x/run ;; esac", "case $a in b) @/usr/lib/x/run ;; esac"),
            ("echo \\\"/usr/lib/x; a='/usr/lib/x'", "echo \\\"/usr/lib/x; a=''\"@\"'/usr/lib/x'"),
        ]
    )
    func namesAreLedToThePackage(text: String, expected: String) {
        #expect(
            changed(text)
                == expected.replacing("@", with: "${LAMBDA_TASK_ROOT}").replacing(
                    "\"$${LAMBDA_TASK_ROOT}\"",
                    with: "\"$@\""
                )
        )
    }

    @Test(
        arguments: [
            "#!/usr/lib/x/run\n", "exec /bin/true\n", "a=$ROOT/usr/lib/x", "a=${ROOT}/usr/lib/x",
            "a=\"$ROOT\"/usr/lib/x",
            "a=$(pwd)/usr/lib/x", "a=b/usr/lib/x", "a=/usr/lib/xyz", "a=/usr/lib/x/other", "curl http://usr/lib/x",
            "# /usr/lib/x", "a=1 # /usr/lib/x", "cat <<'E'\n/usr/lib/x\nE\n", "a=.", "", "/", "a=$((1 << 2))",
        ]
    )
    func whatIsNoNameOfThePackageStays(text: String) { #expect(changed(text) == nil) }

    /// What a shell says of a script before, it says of it after.
    @Test func realScriptsStaySound() throws {
        let names = [
            "/usr/bin/ldd", "/usr/bin/tzselect", "/usr/bin/R", "/usr/bin/zgrep", "/usr/bin/gunzip", "/usr/bin/which",
        ]
        let folder = try TemporaryFolder()
        var count = 0
        for name in names where FileManager.default.fileExists(atPath: name) {
            let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: name)))
            guard ShellPaths.isScript(name, start: Array(text.prefix(512))) else { continue }
            // As if everything were in the package.
            guard let new = ShellPaths(isPacked: { _ in true }).changed(text) else { continue }
            let script = try folder.write("script", String(decoding: new, as: UTF8.self))
            #expect(try PackTool.result("bash", ["-n", script]).status == 0, "\(name)")
            count += 1
        }
        #expect(count > 0)
    }

    @Test func aScriptIsKnownByItsFirstLineOrItsName() {
        for (path, text, isScript) in [
            ("/x", "#!/bin/sh\n", true), ("/x", "#!/usr/bin/env bash\n", true), ("/x.sh", "a=1\n", true),
            ("/x", "a=1\n", false), ("/x", "#!/usr/bin/perl\n", false), ("/x.sh", "\u{7f}ELF\0", false),
        ] {
            #expect(ShellPaths.isScript(path, start: Array(text.utf8)) == isScript, "\(path) \(text)")
        }
    }

    /// Any bytes are scanned to their end.
    @Test func anyTextIsScanned() {
        var random = SplitMix(state: 7)
        let parts = [
            "/usr/lib/x", "'", "\"", "`", "$(", ")", "${", "}", "<<E\n", "E\n", "\\", "#", " ", ":", "(", "a", "\n",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<12, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }
            let joined = text.joined()
            let plain = changed(joined)?.replacing("'\"\(ShellPaths.root)\"'", with: "").replacing(
                ShellPaths.root,
                with: ""
            )
            // But for the second mention in a search path, nothing is lost and nothing comes in.
            if let plain, !joined.contains(":") { #expect(plain == joined) }
        }
    }
}
