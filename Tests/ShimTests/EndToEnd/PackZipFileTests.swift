import Foundation
import Glibc
import Testing

@testable import PackKit

extension Packing {
    /// The archive itself: its bytes, its modes, what is left out and what is left behind.
    @Suite struct PackZipFileTests {
        private func busybox() throws -> String { try Executables.system("busybox", package: "busybox-static") }

        /// Different days, umasks and folders: the same SHA-256.
        @Test(.timeLimit(.minutes(2))) func theSameInputMakesTheSameBytes() throws {
            func sum(umask: String, deep: Bool, zone: String, date: String) throws -> String {
                let folder = try TemporaryFolder()
                let work = deep ? "a/b c/d" : "."
                let tree = "\(work)/data"
                for (name, mode) in [("one", 0o600), ("sub/two", 0o666), ("tool", 0o700)] {
                    try folder.write("\(tree)/\(name)", name, mode: mode)
                }
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder.path)/\(tree)/link",
                    withDestinationPath: "one"
                )
                try PackTool.run("find", [folder.path, "-exec", "touch", "-h", "-d", date, "{}", "+"])
                let command =
                    "umask \(umask) && cd '\(folder.path)/\(work)' && exec '\(try Executables.path("shim-pack"))' "
                    + "--shim '\(try Executables.staticShim())' -o x.zip --include data '\(try busybox())'"
                let result = try PackTool.result(
                    "sh",
                    ["-c", command],
                    environment: ProcessInfo.processInfo.environment.merging(["TZ": zone]) { $1 }
                )
                try #require(result.status == 0, "\(result.errors)")
                let line = result.errors.split(separator: "\n").first { $0.hasPrefix("CodeSha256: ") }
                let path = "\(folder.path)/\(work)/x.zip"
                let own = try PackTool.run("sh", ["-c", "openssl dgst -sha256 -binary '\(path)' | base64"])
                #expect(line.map { $0.dropFirst("CodeSha256: ".count) + "\n" } == own[...])
                #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o644)
                return own
            }
            let first = try sum(umask: "022", deep: false, zone: "UTC", date: "2020-01-02 03:04:05")
            let second = try sum(umask: "077", deep: true, zone: "Asia/Tokyo", date: "2025-12-31 23:59:59")
            #expect(first == second)
        }

        @Test(.timeLimit(.minutes(2))) func modesAreThoseOfAPackageAndLinksAreKept() throws {
            let folder = try TemporaryFolder()
            try folder.write("tree/private", "x", mode: 0o600)
            try folder.write("tree/tool", "#!/bin/sh\n", mode: 0o700)
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/tree/l", withDestinationPath: "tool")
            let pack = try PackUnderTest(["-o", "x.zip", "--include", "\(folder.path)/tree=t", try busybox()])
            try #require(pack.status == 0, "\(pack.errors)")
            let entries = try pack.entries("x.zip")
            #expect(entries["t/private"] == "-rw-r--r--")
            #expect(entries["t/tool"] == "-rwxr-xr-x")
            #expect(entries["t/l"]?.hasPrefix("l") == true)
            #expect(entries["bootstrap"] == "-rwxr-xr-x")
            #expect(entries["shim"] == "-rwxr-xr-x")
            #expect(try pack.text("t/l", in: "x.zip") == "tool")
        }

        @Test(.timeLimit(.minutes(2))) func strippingMakesTheCopySmallerAndLeavesTheOriginal() throws {
            let folder = try TemporaryFolder()
            let program = try PackPrograms.c("int main(void) { return 0; }", to: "p", in: folder, ["-g3"])
            let before = try Data(contentsOf: URL(fileURLWithPath: program))
            let pack = try PackUnderTest(["-o", "x.zip", "--strip", program])
            try #require(pack.status == 0, "\(pack.errors)")
            let root = try PackRoot()
            try root.unpack(pack.path("x.zip"))
            #expect(try SizeTable.size(root.path + "/var/task/p") < before.count)
            #expect(try Data(contentsOf: URL(fileURLWithPath: program)) == before)
        }

        @Test(.timeLimit(.minutes(2))) func aPackageOverTheLimitIsRefused() throws {
            let folder = try TemporaryFolder()
            let big = try folder.write("big", "")
            try #require(truncate(big, 262_144_000) == 0)
            let pack = try PackUnderTest(["-o", "x.zip", "--include", big, try busybox()])
            #expect(pack.status == 1)
            #expect(
                pack.errors.contains(
                    "bytes unpacked, Lambda takes 262144000; the largest: big (262144000)\nhint: "
                )
            )
            #expect(try FileManager.default.contentsOfDirectory(atPath: pack.folder.path) == [])
        }

        /// An interrupted run ends by the signal and leaves nothing; a file that was there stays as it was.
        @Test(.timeLimit(.minutes(2)), arguments: [SIGINT, SIGTERM])
        func anInterruptedRunLeavesNothing(signal: Int32) throws {
            let folder = try TemporaryFolder()
            try folder.write("x.zip", "what was there")
            let random = folder.path + "/data/random"
            try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: true)
            try PackTool.run("dd", ["if=/dev/urandom", "of=\(random)", "bs=1M", "count=150"])
            // The threads of Swift's pool block signals, and a child inherits that.
            var none = sigset_t()
            var before = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, &before)
            defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
            let process = try TestProcess(
                try Executables.path("shim-pack"),
                ["--shim", try Executables.staticShim(), "-o", "x.zip", "--include", random, try busybox()],
                folder: folder.path
            )
            func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
            try eventually("work beside the output") { try names().contains { $0.hasPrefix(".x.zip.") } }
            process.signal(signal)
            #expect(process.wait() == 128 + signal)
            #expect(try Set(names()) == ["x.zip", "data"])
            #expect(try SizeTable.size(folder.path + "/x.zip") == "what was there".count)
        }

        @Test(.timeLimit(.minutes(2))) func aMissingToolIsNamedWithItsPackage() throws {
            let folder = try TemporaryFolder()
            let tools = folder.path + "/bin"
            try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
            let pack = try PackUnderTest(["-o", "x.zip", try busybox()], environment: ["PATH": tools])
            #expect(pack.status == 1)
            #expect(pack.errors == "shim-pack: cannot run 'zip': it is not installed\nhint: apt-get install zip\n")
        }
    }
}
