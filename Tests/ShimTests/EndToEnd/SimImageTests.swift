import Foundation
import Testing
import ToolKit

/// Images in the simulator, without a container engine.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimImageTests {
    /// An archive as `docker save` makes it, of folders for layers.
    func archive(_ name: String, layers: [[String]], config: String, in folder: URL) throws {
        let parts = folder.appendingPathComponent(name + ".parts")
        try FileManager.default.createDirectory(at: parts, withIntermediateDirectories: true)
        var names: [String] = []
        var sums: [String] = []
        for (index, words) in layers.enumerated() {
            names.append("\(index).tar")
            try PackTool.run("tar", ["-cf", parts.path + "/\(index).tar"] + words, directory: folder.path)
            sums.append(
                "\"sha256:" + (try Checksum(toolbox: Toolbox(interrupts: nil)).hex(parts.path + "/\(index).tar")) + "\""
            )
        }
        // Other people's tools want to know the layers by their sums.
        let rest = config.dropFirst()
        let config = #"{"os":"linux","rootfs":{"type":"layers","diff_ids":[\#(sums.joined(separator: ","))]},"# + rest
        try Data(config.utf8).write(to: parts.appendingPathComponent("config.json"))
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        let manifest = #"[{"Config":"config.json","RepoTags":["x:latest"],"Layers":[\#(list)]}]"#
        try Data(manifest.utf8).write(to: parts.appendingPathComponent("manifest.json"))
        try PackTool.run("tar", ["-cf", folder.path + "/" + name, "."], directory: parts.path)
    }

    /// A root with busybox and `shim`, and the image that runs a command line in it for each event.
    func image(_ name: String, command: String, more: [[String]] = [], in folder: URL) throws {
        let base = folder.appendingPathComponent("base")
        for place in ["bin", "etc", "var/task"] {
            try FileManager.default.createDirectory(
                at: base.appendingPathComponent(place),
                withIntermediateDirectories: true
            )
        }
        let busybox = try Executables.system("busybox", package: "busybox-static")
        try PackTool.run("cp", [busybox, base.path + "/bin/busybox"])
        try PackTool.run("cp", [try Executables.staticShim(), base.path + "/shim"])
        try PackTool.run("ln", ["-sfn", "busybox", base.path + "/bin/sh"])
        try Data("root:x:0:0::/:/bin/sh\n".utf8).write(to: base.appendingPathComponent("etc/passwd"))
        let words = try JSONEncoder().encode(["/shim", "/bin/busybox", "sh", "-c", command])
        let config = """
            {"config":{"Entrypoint":\(String(decoding: words, as: UTF8.self)),"WorkingDir":"/var/task",\
            "Env":["PATH=/bin","COLOR=blue"]}}
            """
        try archive(name, layers: [["-C", "base", "."]] + more, config: config, in: folder)
    }

    private func run(_ arguments: [String], in folder: URL, asNobody: Bool = false) async throws -> TestProcess.Result {
        let sim = try Executables.path("shim-sim")
        guard asNobody else { return try await SimTool.start(sim, arguments, in: folder).result() }
        let words = ["--user", "--map-root-user", "--mount", "--", sim] + arguments
        return try await SimTool.start(Executables.system("unshare"), words, in: folder).result()
    }

    @Test(arguments: [false, true])
    func anImageRunsInItsOwnRoot(asNobody: Bool) async throws {
        try await SimTool.withFolder { folder in
            let secret = folder.appendingPathComponent("second/etc/secret")
            try FileManager.default.createDirectory(
                at: secret.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data("x".utf8).write(to: secret)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret.path)
            try Data().write(to: folder.appendingPathComponent("second/etc/.wh.gone"))
            let gone = folder.appendingPathComponent("base/etc/gone")
            try FileManager.default.createDirectory(
                at: gone.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data("x".utf8).write(to: gone)
            let command = """
                busybox ls / /etc; busybox pwd; busybox whoami; busybox id -u; echo $PATH $COLOR $LANG; \
                busybox cat /etc/secret 2>&1; busybox touch /x 2>&1; echo ok >/tmp/x && busybox cat /tmp/x; \
                echo ${_HANDLER-none} $AWS_EXECUTION_ENV
                """
            try image("x.tar", command: command, more: [["-C", "second", "."]], in: folder)
            let result = try await run(
                ["run", "x.tar", "--timeout", "30", "--memory", "512"],
                in: folder,
                asNobody: asNobody
            )
            #expect(
                result.text == """
                    /:
                    bin
                    dev
                    etc
                    proc
                    shim
                    tmp
                    var

                    /etc:
                    passwd
                    secret
                    /var/task
                    sbx_user1051
                    993
                    /bin blue
                    cat: can't open '/etc/secret': Permission denied
                    touch: /x: Read-only file system
                    ok
                    none AWS_Lambda_Image

                    """,
                "\(result.log)"
            )
        }
    }

    /// What `shim-pack` writes, and what other people's tools make of that.
    @Test func everyFormOfAnImageRuns() async throws {
        let pack = try PackUnderTest(["--image", "jq.tar", "/usr/bin/jq", "--", "-c", ".a"])
        try #require(pack.status == 0, "\(pack.errors)")
        let folder = URL(fileURLWithPath: pack.folder.path)
        let copies = [
            ["oci-archive:jq.tar", "docker-archive:docker.tar:jq:latest"],
            ["oci-archive:jq.tar", "oci:layout:latest"],
            ["--dest-compress-format", "zstd", "oci-archive:jq.tar", "oci-archive:zstd.tar:latest"],
        ]
        for words in copies {
            try PackTool.run(
                "skopeo",
                ["--insecure-policy", "copy", "-q"] + words,
                package: "skopeo",
                directory: folder.path
            )
        }
        try PackTool.run("gzip", ["-k", "docker.tar"], directory: folder.path)
        for target in ["jq.tar", "docker.tar", "docker.tar.gz", "layout", "zstd.tar"] {
            let result = try await run(["run", target, "-d", #"{"a":[1,2]}"#, "--timeout", "30"], in: folder)
            #expect(result.text == "[1,2]\n", "\(target): \(result.log)")
            #expect(result.status == 0)
        }
        let other = try await run(
            ["run", "layout", "-d", #"{"a":[3]}"#, "--timeout", "30"],
            in: folder,
            asNobody: true
        )
        #expect(other.text == "[3]\n", "\(other.log)")
        for (words, message) in [
            (["--root", "bare"], "shim-sim: --root is not for an image"),
            (["--layer", "x"], "shim-sim: --layer is not for an image"),
        ] {
            let refused = try await run(["run", "jq.tar"] + words, in: folder)
            #expect(refused.status == 64)
            #expect(refused.log.hasPrefix(message), "\(refused.log)")
        }
    }

    @Test func whatCannotStartIsSaidAsOnLambda() async throws {
        try await SimTool.withFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("base/etc"),
                withIntermediateDirectories: true
            )
            try Data("text".utf8).write(to: folder.appendingPathComponent("base/etc/text"))
            for (name, config, words) in [
                (
                    "a.tar", #"{"config":{"Cmd":["/none"]}}"#,
                    "Runtime.InvalidEntrypoint.*fork/exec /none: no such file or directory"
                ),
                (
                    "b.tar", #"{"config":{"Cmd":["/etc/text"]}}"#,
                    "Runtime.InvalidEntrypoint.*fork/exec /etc/text: permission denied"
                ),
                (
                    "c.tar", #"{"config":{"Cmd":["/etc/text"],"WorkingDir":"/none"}}"#,
                    "Runtime.InvalidWorkingDir.*chdir /none: no such file"
                ),
            ] {
                try archive(name, layers: [["-C", "base", "."]], config: config, in: folder)
                let result = try await run(["run", name], in: folder)
                #expect(result.text.contains(try Regex(words)), "\(result.text) \(result.log)")
            }
            try Data(repeating: 0x78, count: 2000).write(to: folder.appendingPathComponent("d.tar.gz"))
            try PackTool.run("gzip", ["-f", "d.tar.gz"], directory: folder.path)
            let damaged = try await run(["run", "d.tar.gz.gz"], in: folder)
            #expect(
                damaged.log.hasPrefix("shim-sim: cannot unpack the image '\(folder.path)/d.tar.gz.gz': tar: "),
                "\(damaged.log)"
            )
        }
    }

    /// Layers that want to be written elsewhere, links that lead out, and more than there should be.
    @Test func hostileArchivesStayInTheirFolder() async throws {
        try await SimTool.withFolder { folder in
            let victim = folder.appendingPathComponent("victim")
            try Data("safe".utf8).write(to: victim)
            let script = """
                import io, sys, tarfile
                victim = sys.argv[1]
                def add(tar, name, data=b'bad', kind=tarfile.REGTYPE, link=''):
                    info = tarfile.TarInfo(name)
                    info.type, info.linkname, info.size = kind, link, len(data) if kind == tarfile.REGTYPE else 0
                    tar.addfile(info, io.BytesIO(data))
                with tarfile.open('one.tar', 'w') as tar:
                    add(tar, 'link', kind=tarfile.SYMTYPE, link=victim.rsplit('/', 1)[0])
                    add(tar, 'hard', kind=tarfile.LNKTYPE, link=victim)
                    add(tar, 'link/victim')
                with tarfile.open('two.tar', 'w') as tar:
                    add(tar, 'link/victim')
                    add(tar, victim)
                    add(tar, '../' * 20 + victim[1:])
                with tarfile.open('three.tar', 'w') as tar:
                    add(tar, 'link/.wh.victim')
                """
            try Data(script.utf8).write(to: folder.appendingPathComponent("make.py"))
            try PackTool.run("python3", ["make.py", victim.path], directory: folder.path)
            for (index, names) in [["one"], ["two"], ["three"], ["one", "two"]].enumerated() {
                let parts = folder.appendingPathComponent("parts\(index)")
                try FileManager.default.createDirectory(at: parts, withIntermediateDirectories: true)
                for name in names { try PackTool.run("cp", [folder.path + "/\(name).tar", parts.path]) }
                let list = names.map { "\"\($0).tar\"" }.joined(separator: ",")
                let manifest = #"[{"Config":"c.json","Layers":[\#(list)]}]"#
                try Data(manifest.utf8).write(to: parts.appendingPathComponent("manifest.json"))
                try Data(#"{"config":{"Cmd":["/x"]}}"#.utf8).write(to: parts.appendingPathComponent("c.json"))
                try PackTool.run("tar", ["-cf", folder.path + "/h.tar", "."], directory: parts.path)
                let result = try await run(["run", "h.tar"], in: folder)
                #expect(result.status == 1)
                #expect(try Data(contentsOf: victim) == Data("safe".utf8), "\(names)")
            }
        }
    }

    @Test func anImageIsServedBesideOthers() async throws {
        try await SimTool.withFolder { folder in
            try image("x.tar", command: "busybox cat; echo", in: folder)
            try SimServer.writeFunctions(to: folder)
            try await SimServer.with(["img=x.tar", "exits=exits", "--timeout", "30"], in: folder) { server in
                for number in 1...2 {
                    let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/img/invocations"
                    let answer = try await server.curl(["-d", "\(number)", url])
                    #expect(answer.text == "\(number)\n", "\(answer.log)")
                }
            }
        }
    }
}
