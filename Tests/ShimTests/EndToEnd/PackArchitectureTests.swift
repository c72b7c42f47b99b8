import Foundation
import Testing
import ToolKit

extension Packing {
    /// The bootstrap program of the program's own architecture, out of those that came with the packer.
    ///
    /// A header is enough to tell a foreign architecture, so copies with the other machine in it stand for its programs.
    @Suite struct PackArchitectureTests {
        private static let other = Machines.own == "arm64" ? "x86_64" : "arm64"

        /// An installation: `bin/shim-pack` and `bin/shim`, nothing in `libexec/shim`.
        private func installation() throws -> TemporaryFolder {
            let folder = try TemporaryFolder()
            try Disk.makeFolder(folder.path + "/bin")
            try Disk.makeFolder(folder.path + "/libexec/shim")
            try Disk.copy(try Executables.path("shim-pack"), to: folder.path + "/bin/shim-pack")
            try Disk.copy(try Executables.staticShim(), to: folder.path + "/bin/shim")
            return folder
        }

        /// A copy whose header names the other architecture.
        private func foreign(_ path: String, as name: String, in folder: TemporaryFolder) throws {
            var bytes = try [UInt8](Disk.read(path))
            bytes[18] = Self.other == "arm64" ? 183 : 62
            try folder.write(name, bytes, mode: 0o755)
        }

        private func program(in folder: TemporaryFolder) throws {
            let own = try PackPrograms.c("int main(void) { return 0; }", to: "own", in: folder, ["-static"])
            try foreign(own, as: "foreign", in: folder)
        }

        private func pack(_ arguments: [String], in folder: TemporaryFolder) throws -> (status: Int32?, errors: String)
        {
            let result = try PackTool.result(folder.path + "/bin/shim-pack", arguments, directory: folder.path)
            return (result.status, result.errors)
        }

        @Test(.timeLimit(.minutes(2)), arguments: ["bin", "libexec/shim"])
        func theOneThatFitsIsTaken(place: String) throws {
            let folder = try installation()
            try program(in: folder)
            let fitting = "\(place)/shim-\(Self.other)"
            try foreign(try Executables.staticShim(), as: fitting, in: folder)
            let path = { folder.path + "/" + $0 }

            let zip = try pack(["-o", "a.zip", "foreign"], in: folder)
            try #require(zip.status == 0, "\(zip.errors)")
            #expect(zip.errors.contains("a.zip: \(Self.other), "))
            let layer = try pack(["--layer", "-o", "layer.zip", "foreign"], in: folder)
            try #require(layer.status == 0, "\(layer.errors)")
            let image = try pack(["--dockerfile", "image", "foreign"], in: folder)
            try #require(image.status == 0, "\(image.errors)")
            try PackTool.run("unzip", ["-q", path("a.zip"), "-d", path("zip")])
            try PackTool.run("unzip", ["-q", path("layer.zip"), "-d", path("layer")])
            for copy in ["zip/shim", "layer/shim"] {
                #expect(try Disk.same(path(copy), path(fitting)), "\(copy)")
            }
            let copies = try PackTool.run("find", [path("image"), "-name", "shim", "-type", "f"]).split(separator: "\n")
            #expect(copies.count == 1)
            for copy in copies { #expect(try Disk.same(String(copy), path(fitting))) }

            let own = try pack(["-o", "own.zip", "own"], in: folder)
            try #require(own.status == 0, "\(own.errors)")
            try PackTool.run("unzip", ["-q", path("own.zip"), "-d", path("own-zip")])
            #expect(try Disk.same(path("own-zip/shim"), path("bin/shim")))
        }

        @Test(.timeLimit(.minutes(5))) func whereItLookedIsSaid() throws {
            let folder = try installation()
            try program(in: folder)
            // One by that name that is for another architecture does not count.
            try Disk.copy(folder.path + "/bin/shim", to: folder.path + "/libexec/shim/shim-\(Self.other)")
            let result = try pack(["foreign"], in: folder)
            let here = Paths.normalized(folder.path)
            #expect(result.status == 1)
            #expect(
                result.errors == """
                    shim-pack: no bootstrap program for \(Self.other): there is neither 'shim' nor 'shim-\(Self.other)' for it \
                    in '\(here)/bin' or '\(here)/libexec/shim'
                    hint: put 'bin/shim' of the release for \(Self.other) there as 'shim-\(Self.other)', or name it with \
                    --shim FILE

                    """
            )
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/foreign.zip"))
        }
    }
}
