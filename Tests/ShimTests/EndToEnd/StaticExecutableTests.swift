import Foundation
import Glibc
import Platform
import Testing

extension EndToEnd {
    /// The release build's `shim`: one file that starts on any Linux.
    @Suite(.timeLimit(.minutes(2))) struct StaticExecutableTests {
        @Test func sizeIsBounded() throws {
            let shim = try Executables.staticShim()
            let size = try #require(Files.status(shim)).size
            // Foundation's locale data alone has 30 MB: if it came back, this says so.
            #expect(size <= 26_000_000)
            let gzip = try TestProcess.run("/bin/sh", ["-c", "gzip -9c '\(shim)' | wc -c"])
            #expect(Int(gzip.output.split(separator: "\n").first ?? "") ?? .max <= 10_000_000)
        }

        @Test func hasNoLoaderAndNoSymbols() throws {
            let shim = try Executables.staticShim()
            #expect(
                try TestProcess.run("/bin/sh", ["-c", "LC_ALL=C ldd '\(shim)' 2>&1"]).output.contains(
                    "not a dynamic executable"
                )
            )
            #expect(try TestProcess.run("/bin/sh", ["-c", "LC_ALL=C nm '\(shim)' 2>&1"]).output.contains("no symbols"))
        }

        /// Whoever asks the C library for a user, as some of Foundation does, has plug-ins loaded for one who is not in /etc/passwd,
        /// and a static executable crashes by that.
        @Test func nobodyIsLookedUpInTheDatabaseOfUsers() throws {
            let folder = try TemporaryFolder()
            let shim = try Executables.staticShim()
            let bin = URL(fileURLWithPath: shim).deletingLastPathComponent().path
            let strace = try Executables.system("strace")
            let foreign = try folder.write("data/file", "x")
            if getuid() == 0 { #expect(chown(foreign, 54321, 54321) == 0) }
            for words in [
                ["shim-pack", "--shim", shim, "-o", "x.zip", "--include", "data", "/bin/cat"],
                ["shim-pack", "--shim", shim, "--image", "x.tar", "/bin/cat"], ["shim-pack", "inspect", "x.zip"],
                ["shim-pack", "--shim", shim, "--language", "perl", "--layer", "-o", "l.zip"],
                ["shim-sim", "run", "--quiet", "x.zip", "-d", "1"], ["shim-deploy", "template", "x.zip"],
            ] {
                // Not the children, which may ask.
                let run = try TestProcess.run(
                    strace,
                    ["-o", "trace", "-e", "trace=openat,connect", bin + "/" + words[0]] + words.dropFirst(),
                    environment: ["PATH": "/usr/bin:/bin:/usr/sbin", "TMPDIR": folder.path],
                    folder: folder.path
                )
                #expect(run.status == 0, "\(words): \(run.errors)")
                let trace = try String(contentsOfFile: folder.path + "/trace", encoding: .utf8)
                #expect(!trace.contains("nsswitch.conf") && !trace.contains("\"/etc/passwd\""), "\(words)")
                #expect(trace.contains("openat("))
            }
        }

        /// A whole invocation in a root that holds `/proc`, the shim and one static program.
        @Test func worksInAnEmptyRoot() throws {
            try #require(getuid() == 0, "chroot needs root, as scripts/test.sh does")
            let root = try TemporaryFolder()
            let busybox = try Executables.system("busybox", package: "busybox-static")
            try root.write("shim", Files.read(Executables.staticShim(), atMost: 1 << 28), mode: 0o755)
            try root.write("var/task/cat", Files.read(busybox, atMost: 1 << 28), mode: 0o755)
            try FileManager.default.createDirectory(atPath: root.path + "/proc", withIntermediateDirectories: true)
            #expect(mount("proc", root.path + "/proc", "proc", 0, nil) == 0)
            defer { umount2(root.path + "/proc", Int32(MNT_DETACH)) }
            // Process.run checks its executable in our own root, so chroot(8) is the program.
            let chroot = try Executables.system("chroot", package: "coreutils")
            let shim = try ShimUnderTest([root.path, "/shim", "cat"], taskRoot: "/var/task", executable: chroot)
            #expect(try shim.invoke("{\"a\":1}").text == "{\"a\":1}")
            #expect(try shim.invoke("{\"b\":\"é😀\"}").text == "{\"b\":\"é😀\"}")
            shim.process.stop()
        }

        @Test func reportsErrorsFromAnEmptyRoot() throws {
            let shim = try ShimUnderTest(
                ["sh", "-c", "echo \"é😀 $(printf '\\001')\" >&2; exit 9"],
                executable: Executables.staticShim()
            )
            let error = try shim.invoke("{}").error()
            #expect(error.errorMessage == "sh exited with status 9: é😀 \u{1}")
        }
    }
}
