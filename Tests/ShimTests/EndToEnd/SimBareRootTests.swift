import Foundation
import Testing

/// The root that has what Lambda has and nothing else, and whose files belong to somebody else, by each way to make it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimBareRootTests {
    /// How `shim-sim` gets to isolate.
    enum Way: CaseIterable {
        case superuser, bwrap, unshare
    }

    /// Runs `shim-sim` so that it isolates in a certain way: a user namespace knows one user only, so there even its
    /// superuser must do as everybody else.
    private func sim(by way: Way, _ arguments: [String], in folder: URL) async throws -> TestProcess.Result {
        let sim = try Executables.path("shim-sim")
        guard way != .superuser else {
            try #require(geteuid() == 0, "this test needs root rights")
            return try await SimTool.start(sim, arguments, in: folder).result()
        }
        let hide = way == .unshare ? "mount --bind /dev/null \"$(command -v bwrap)\" && " : ""
        let words = ["--user", "--map-root-user", "--mount", "--", "sh", "-c", hide + "exec \"$@\"", "sh"]
        return try await SimTool.start(Executables.system("unshare"), words + [sim] + arguments, in: folder).result()
    }

    /// A bootstrap of sh and curl whose answer is what some commands print.
    private func bootstrap(_ commands: String) -> String {
        """
        #!/bin/sh
        api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
        while :; do
            id=$(curl -sS -D - -o /tmp/event "$api/next" | grep -i request-id | tr -d '\\r' | sed 's/.*: //')
            { \(commands)
            } >/tmp/answer 2>&1
            curl -sS -o /dev/null --data-binary @/tmp/answer "$api/$id/response"
        done

        """
    }

    private func zip(_ folder: URL) throws {
        try PackTool.run("zip", ["-q", "-r", folder.path + ".zip", "."], directory: folder.path)
    }

    @Test(arguments: Way.allCases)
    func itHasWhatLambdaHasAndNothingElse(way: Way) async throws {
        try await SimTool.withFolder { folder in
            let package = folder.appendingPathComponent("package")
            let commands = """
                id -un; id -u; id -g; pwd; echo "$LD_LIBRARY_PATH $PATH"
                ls -d /*
                command -v python3 tar find perl || echo nothing else
                for place in / /etc /var/task /usr/bin /opt /dev; do touch "$place/x" && echo "wrote $place"; done
                touch /tmp/x && echo tmp; cat /etc/system-release; LC_ALL=C locale -a | tr '\\n' ' '; echo $(LC_ALL=C.UTF-8 awk 'BEGIN {print 1}')
                bash -c 'echo ${BASH_VERSION%%.*}'
                """
            try SimTool.script(bootstrap(commands), at: package)
            try zip(package)
            let result = try await sim(by: way, ["run", "package.zip", "--isolate", "--timeout", "30"], in: folder)
            let lines = result.text.split(separator: "\n").filter { !$0.hasSuffix(": Read-only file system") }
            #expect(lines.prefix(4) == ["sbx_user1051", "993", "990", "/var/task"], "\(result.log)")
            try #require(lines.count > 5, "\(result.text)")
            #expect(
                lines[4].hasSuffix(
                    "/var/task:/var/task/lib:/opt/lib /var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"
                )
            )
            let root = "bin dev etc home lib lib64 mnt opt proc root run sbin srv tmp usr var"
            #expect(lines[5..<21].map { $0.dropFirst() }.joined(separator: " ") == root)
            #expect(
                Array(lines[21...]) == [
                    "nothing else", "tmp", "Amazon Linux release 2023 (Amazon Linux)", "C C.utf8 POSIX 1", "5",
                ],
                "\(lines)"
            )
        }
    }

    /// A package is another user's on Lambda: what its owner may do here, the function may not there.
    @Test(arguments: Way.allCases)
    func anOwnersRightsDoNotCount(way: Way) async throws {
        try await SimTool.withFolder { folder in
            let package = folder.appendingPathComponent("package")
            try SimTool.script(bootstrap("cat data private/file; cat readable"), at: package)
            for (name, mode) in [("data", 0o600), ("private/file", 0o644), ("readable", 0o604)] {
                let file = package.appendingPathComponent(name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data("text\n".utf8).write(to: file)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            }
            for (place, mode) in [("private", 0o700), ("", 0o700)] {
                let path = package.appendingPathComponent(place).path
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            try zip(package)
            for target in ["package", "package.zip"] {
                let result = try await sim(by: way, ["run", target, "--isolate", "--timeout", "30"], in: folder)
                #expect(
                    result.text == """
                        cat: data: Permission denied
                        cat: private/file: Permission denied
                        text

                        """,
                    "\(result.log)"
                )
            }
            let bootstrap = package.appendingPathComponent("bootstrap").path
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: bootstrap)
            try zip(package)
            for target in ["package", "package.zip"] {
                let result = try await sim(by: way, ["run", target, "--isolate"], in: folder)
                #expect(
                    result.text.contains("Error: fork/exec /var/task/bootstrap: permission denied"),
                    "\(result.text)"
                )
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: package.path + "/data")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "the user's own files stay as they are")
        }
    }

    /// This machine's glibc is newer than the target's: what needs that is refused in the loader's own words.
    @Test(arguments: Way.allCases)
    func aNewerGlibcDoesNotShow(way: Way) async throws {
        try await SimTool.withFolder { folder in
            let package = folder.appendingPathComponent("package")
            try SimTool.script(bootstrap("./new; ./old"), at: package)
            for (name, source) in [
                ("new", "unsigned arc4random(void); int main(void) { return !arc4random(); }"),
                ("old", "#include <stdio.h>\nint main(void) { puts(\"old\"); }"),
            ] {
                let file = folder.path + "/\(name).c"
                try Data(source.utf8).write(to: URL(fileURLWithPath: file))
                try PackTool.run("cc", ["-o", package.path + "/" + name, file])
            }
            let result = try await sim(by: way, ["run", "package", "--isolate", "--timeout", "30"], in: folder)
            #expect(
                result.text == "./new: /lib64/libc.so.6: version `GLIBC_2.36' not found (required by ./new)\nold\n",
                "\(result.log)"
            )
            let machine = ["run", "package", "--isolate", "--root", "host", "--timeout", "30"]
            let other = try await sim(by: way, machine, in: folder)
            #expect(other.text == "old\n", "\(other.log)")
        }
    }
}
