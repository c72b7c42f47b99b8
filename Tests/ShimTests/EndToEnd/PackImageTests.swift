import Foundation
import Testing
import ToolKit

@testable import PackKit

extension Packing {
    /// Images, looked at and unpacked by other people's tools.
    @Suite struct PackImageTests {
        private struct Inspected: Decodable {
            let Architecture: String
            let Env: [String]
            let Layers: [String]
        }

        private struct Configuration: Decodable {
            struct Settings: Decodable {
                let Entrypoint: [String]
                let Cmd: [String]?
                let Env: [String]
                let WorkingDir: String
            }
            let architecture: String
            let config: Settings
        }

        private func image(_ arguments: [String]) throws -> PackUnderTest {
            let pack = try PackUnderTest(["--image", "image.tar"] + arguments)
            try #require(pack.status == 0, "\(pack.errors)")
            return pack
        }

        private func configuration(_ pack: PackUnderTest) throws -> Configuration {
            let text = try PackTool.run("skopeo", ["inspect", "--config", "oci-archive:\(pack.path("image.tar"))"])
            return try JSONDecoder().decode(Configuration.self, from: Data(text.utf8))
        }

        /// Unpacks an image, starts its entry point in its own root and asks it once.
        private func answer(of layout: String, _ entry: [String], to event: String) throws -> String {
            let bundle = try TemporaryFolder()
            try PackTool.run("umoci", ["unpack", "--image", layout, bundle.path + "/b"])
            let root = try PackRoot()
            try PackTool.run("mv", [bundle.path + "/b/rootfs", root.path])
            return try root.start(entry).invoke(event).text
        }

        @Test(.timeLimit(.minutes(5))) func anImageFromScratchGoesThroughARegistryAndAnswers() throws {
            let pack = try image([try PackPrograms.matrix()])
            let seen = try PackTool.run("skopeo", ["inspect", "oci-archive:\(pack.path("image.tar"))"])
            let inspected = try JSONDecoder().decode(Inspected.self, from: Data(seen.utf8))
            #expect(inspected.Architecture == (Machines.own == "arm64" ? "arm64" : "amd64"))
            #expect(inspected.Env.contains("LAMBDA_TASK_ROOT=/var/task"))
            // The image has its glibc's C.UTF-8 and no other locale.
            #expect(inspected.Env.contains("LC_ALL=C.UTF-8"))
            #expect(inspected.Layers.count == 2)
            let configuration = try configuration(pack)
            #expect(configuration.config.Entrypoint == ["/var/task/shim", "/var/task/matrix"])
            #expect(configuration.config.WorkingDir == "/var/task")
            #expect(configuration.config.Cmd == nil)

            let registry = try PackRegistry()
            let remote = "docker://\(registry.address)/matrix:latest"
            try PackTool.run(
                "skopeo",
                ["copy", "--dest-tls-verify=false", "oci-archive:\(pack.path("image.tar"))", remote]
            )
            let layout = pack.path("layout") + ":latest"
            try PackTool.run("skopeo", ["copy", "--src-tls-verify=false", remote, "oci:\(layout)"])
            let event = "{\"op\":\"determinant\",\"a\":[[1,2],[3,4]]}"
            #expect(try answer(of: layout, configuration.config.Entrypoint, to: event) == "{\"result\":-2}")
        }

        @Test(.timeLimit(.minutes(5))) func anImageOnABaseUsesTheBasesGlibcOrBringsItsOwn() throws {
            let debian = try PackRoot.bullseye()
            let base = try TemporaryFolder()
            let layout = base.path + "/base"
            try PackTool.run("umoci", ["init", "--layout", layout])
            try PackTool.run("umoci", ["new", "--image", "\(layout):base"])
            try PackTool.run("umoci", ["insert", "--image", "\(layout):base", debian.path, "/"])
            try PackTool.run(
                "umoci",
                ["config", "--image", "\(layout):base", "--config.env", "KEPT=1", "--config.cmd", "x"]
            )
            for (program, arguments, isBundled) in [("/usr/bin/jq", [".a"], true), ("/bin/busybox", ["cat"], false)] {
                let pack = try image(["--base", layout, program, "--"] + arguments)
                #expect(pack.errors.contains("glibc is bundled") == isBundled)
                // Debian 11 has glibc 2.31, whose newest symbols are those of 2.30.
                if isBundled { #expect(pack.errors.contains("; image has 2.30: glibc is bundled")) }
                let configuration = try configuration(pack)
                #expect(configuration.config.Env.contains("KEPT=1"))
                #expect(configuration.config.Cmd == nil)
                #expect(configuration.config.Entrypoint.first == "/var/task/shim")
                try PackTool.run(
                    "skopeo",
                    ["copy", "oci-archive:\(pack.path("image.tar"))", "oci:\(pack.path("l")):latest"]
                )
                let text = try answer(of: pack.path("l") + ":latest", configuration.config.Entrypoint, to: "{\"a\":7}")
                #expect(text == (isBundled ? "7\n" : "{\"a\":7}"))
            }
        }

        /// `shim` is a layer of its own, the same in all images, which is compressed once: with it or without it, and where
        /// what was kept is damaged, the same bytes.
        @Test(.timeLimit(.minutes(3))) func imagesShareTheLayerOfShim() throws {
            let cache = try TemporaryFolder()
            func image(_ program: String, cached: Bool = true) throws -> (layers: [String], path: PackUnderTest) {
                let pack = try PackUnderTest(
                    ["--image", "image.tar", program],
                    environment: ["XDG_CACHE_HOME": cached ? cache.path : "none", "HOME": "none"]
                )
                try #require(pack.status == 0, "\(pack.errors)")
                let seen = try PackTool.run("skopeo", ["inspect", "oci-archive:\(pack.path("image.tar"))"])
                return (try JSONDecoder().decode(Inspected.self, from: Data(seen.utf8)).Layers, pack)
            }
            let busybox = try Executables.system("busybox", package: "busybox-static")
            let plain = try image(busybox, cached: false)
            let other = try image("/usr/bin/cat")
            #expect(plain.layers.count == 2)
            #expect(plain.layers[0] == other.layers[0])
            #expect(plain.layers[1] != other.layers[1])
            let names = try FileManager.default.contentsOfDirectory(atPath: cache.path + "/shim")
            let kept = "\(cache.path)/shim/\(try #require(names.first))"
            #expect(names.count == 1)
            #expect(kept.hasSuffix(".\(plain.layers[0].dropFirst("sha256:".count)).tar.gz"))
            let whole = try Data(contentsOf: URL(fileURLWithPath: kept))
            for (what, bytes) in [("whole", whole), ("cut", whole.prefix(whole.count / 2)), ("empty", Data())] {
                try bytes.write(to: URL(fileURLWithPath: kept))
                let again = try image(busybox)
                #expect(try Disk.same(plain.path.path("image.tar"), again.path.path("image.tar")), "\(what)")
            }
            // What was damaged was replaced.
            #expect(try Data(contentsOf: URL(fileURLWithPath: kept)) == whole)
            let list = try PackTool.run("sh", ["-c", "tar -tvzf \(kept) | awk '{ print $1, $2, $6 }'"])
            #expect(list == "drwxr-xr-x 0/0 var/\ndrwxr-xr-x 0/0 var/task/\n-rwxr-xr-x 0/0 var/task/shim\n")
        }

        @Test(.timeLimit(.minutes(2))) func theSameImageHasTheSameBytes() throws {
            let program = try Executables.system("busybox", package: "busybox-static")
            let first = try image([program])
            let second = try TemporaryFolder()
            let command = "umask 077 && exec \"$@\""
            let shim = try Executables.staticShim()
            let packer = try Executables.path("shim-pack")
            try PackTool.run(
                "sh",
                ["-c", command, "sh", packer, "--shim", shim, "--image", "image.tar", program],
                directory: second.path
            )
            #expect(try Disk.same(first.path("image.tar"), second.path + "/image.tar"))
        }

        @Test(.timeLimit(.minutes(2))) func whatIsNoBaseIsRefused() throws {
            let folder = try TemporaryFolder()
            let pack = try PackUnderTest(["--image", "i.tar", "--base", folder.path, "/usr/bin/jq"])
            #expect(pack.status == 1)
            #expect(
                pack.errors
                    == "shim-pack: cannot use base image '\(folder.path)': it has no index.json, so it is not an OCI layout\n"
            )
        }

        @Test(.timeLimit(.minutes(2))) func anImageFromScratchHasNoGlibcToRelyOnAndNoShell() throws {
            let glibc = try PackUnderTest(["--image", "i.tar", "--glibc", "target", "/usr/bin/jq"])
            #expect(
                glibc.errors == """
                    shim-pack: jq needs a glibc; image has none
                    hint: leave out --glibc target, or put it on a --base that has one

                    """
            )
            let folder = try TemporaryFolder()
            let script = try folder.script("s.sh", "cat")
            let shell = try PackUnderTest(["--image", "i.tar", script])
            #expect(shell.status == 1)
            #expect(
                shell.errors.contains(
                    "image does not have its interpreter '/bin/sh'\nhint: take it along with --interpreter"
                )
            )
            let template = try PackUnderTest(["--image", "i.tar", "--template", script, "/bin/busybox"])
            #expect(
                template.errors == """
                    shim-pack: an image from scratch has no shell for --template
                    hint: put it on a --base that has one, or write a --dockerfile

                    """
            )
            let packed = try image(["--interpreter", script])
            let layout = packed.path("l") + ":latest"
            try PackTool.run("skopeo", ["copy", "oci-archive:\(packed.path("image.tar"))", "oci:\(layout)"])
            let entry = try configuration(packed).config.Entrypoint
            #expect(entry == ["/var/task/shim", "/bin/sh", "/var/task/s.sh"])
        }

        @Test(.timeLimit(.minutes(2))) func aDockerfileComesWithWhatItCopies() throws {
            let program = try Executables.system("busybox", package: "busybox-static")
            let pack = try PackUnderTest(["--dockerfile", "context", program])
            try #require(pack.status == 0, "\(pack.errors)")
            let text = try pack.folder.read("context/Dockerfile")
            #expect(text.contains("FROM public.ecr.aws/lambda/provided:al2023\n"))
            #expect(text.hasSuffix("CMD [ \"busybox\" ]\n"))
            let names = try FileManager.default.contentsOfDirectory(atPath: pack.path("context/package")).sorted()
            #expect(names == ["bootstrap", "busybox", "shim"])
            let again = try PackUnderTest(["--dockerfile", "context", program], folder: pack.folder)
            #expect(again.errors == "shim-pack: cannot write 'context': it exists already\n")
        }
    }
}
