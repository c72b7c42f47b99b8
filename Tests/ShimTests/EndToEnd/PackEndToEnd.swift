import ELF
import Foundation
import Testing
import ToolKit

@testable import PackKit

/// The packer with real programs and the system's real tools.
@Suite(.serialized) enum Packing {
    /// A toolbox whose folder lives as long as the owner.
    final class Tools {
        let folder: TemporaryFolder
        let toolbox: Toolbox

        init() throws {
            folder = try TemporaryFolder()
            toolbox = Toolbox(scratch: folder.path, interrupts: nil)
        }
    }
}

/// The packer with the languages and larger programs of the system: a chain of its own, which runs beside the other one.
@Suite(.serialized) enum PackingSystems {}

extension Packing {
    @Suite struct PackResolverTests {
        /// The dynamically linked programs of a folder.
        private func programs(_ folder: String, _ binaries: BinaryCache) throws -> [String] {
            var seen: Set<String> = []
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
                guard let real = FileSystemRoot().realHost("\(folder)/\(name)"), seen.insert(real).inserted,
                    Disk.kind(real) == .file, let file = try binaries.read(real), file.kind == .dynamicExecutable,
                    file.machine == .current
                else { return nil }
                return real
            }
        }

        /// Our copy of the loader's rules and the loader itself must say the same, library by library.
        @Test(.timeLimit(.minutes(2))) func agreesWithTheSystemsLoaderOnHundredsOfPrograms() throws {
            let tools = try Tools()
            let binaries = BinaryCache()
            let root = FileSystemRoot()
            let all = try programs("/usr/bin", binaries) + programs("/usr/sbin", binaries)
            let chosen = all.prefix(300)
            #expect(chosen.count >= 150, "too few programs on this machine to compare with")
            let rules = LoaderRules(root: root, machine: .current, binaries: binaries, libraryPath: nil)
            for path in chosen {
                let loader = try #require(try binaries.read(path)?.interpreter)
                let system = SystemLoader(loader: loader, toolbox: tools.toolbox, rules: rules)
                func reals(_ resolved: ResolvedLibraries) -> Set<String> {
                    Set(
                        resolved.found.compactMap { root.realHost($0.path) }.filter {
                            !GlibcFamily.isLoader(Paths.name($0))
                        }
                    )
                }
                let expected = try system.libraries(of: path)
                let own = try rules.libraries(of: path)
                #expect(reals(own) == reals(expected), "\(path)")
                #expect(Set(own.missing) == Set(expected.missing), "\(path)")
            }
        }

        /// RPATH goes down to the libraries of libraries, RUNPATH does not; $ORIGIN is the folder of the file that says it.
        @Test(.timeLimit(.minutes(5)), arguments: [true, false])
        func searchPathsAreInheritedAsTheLoaderDoesIt(usesRunpath: Bool) throws {
            let tools = try Tools()
            let folder = Paths.normalized(tools.folder.path)
            for place in ["a", "b"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(place)", withIntermediateDirectories: true)
            }
            func library(_ name: String, _ code: String, _ place: String, _ more: [String] = []) throws -> String {
                let options = ["-shared", "-fPIC", "-Wl,-soname,\(name)"] + more
                let file = try PackPrograms.c(code, to: name, in: tools.folder, options)
                try PackTool.run("mv", [file, "\(folder)/\(place)/\(name)"])
                return "\(folder)/\(place)/\(name)"
            }
            let deep = try library("libdeep.so.1", "int g(void) { return 1; }", "b")
            let middle = try library("libmiddle.so.1", "int g(void); int f(void) { return g(); }", "a", [deep])
            let tags = usesRunpath ? "-Wl,--enable-new-dtags" : "-Wl,--disable-new-dtags"
            let program = try PackPrograms.c(
                "int f(void); int main(void) { return f(); }",
                to: "main",
                in: tools.folder,
                [middle, tags, "-Wl,-rpath,$ORIGIN/a:${ORIGIN}/b", "-Wl,--allow-shlib-undefined"]
            )
            let path = Paths.normalized(program)
            let binaries = BinaryCache()
            let rules = LoaderRules(root: FileSystemRoot(), machine: .current, binaries: binaries, libraryPath: nil)
            let loader = try #require(try binaries.read(path)?.interpreter)
            let expected = try SystemLoader(loader: loader, toolbox: tools.toolbox, rules: rules).libraries(of: path)
            let own = try rules.libraries(of: path)
            #expect(expected.missing == (usesRunpath ? ["libdeep.so.1"] : []))
            #expect(own.missing == expected.missing)
            #expect(own.found.contains { $0.path == "\(folder)/a/libmiddle.so.1" })
            #expect(own.found.contains { $0.path == "\(folder)/b/libdeep.so.1" } == !usesRunpath)
        }

        /// A library that is included by hand is found by whoever included it: the start sets LD_LIBRARY_PATH.
        @Test(.timeLimit(.minutes(5))) func anIncludedLibraryIsNotMissing() throws {
            let folder = try TemporaryFolder()
            let options = ["-shared", "-fPIC", "-Wl,-soname,libown.so"]
            let library = try PackPrograms.c("int f(void) { return 0; }", to: "libown.so", in: folder, options)
            let main = "int f(void); int main(void) { return f(); }"
            let program = try PackPrograms.c(main, to: "main", in: folder, [library])
            #expect(try PackUnderTest([program]).errors.contains("cannot find library 'libown.so': needed by main"))
            let pack = try PackUnderTest(["-o", "x.zip", "--include", "\(library)=own/", program])
            #expect(pack.status == 0, "\(pack.errors)")
            #expect(try pack.entries("x.zip")["own/libown.so"] != nil)
        }

        /// Libraries come from the other root, not from this machine: a Debian 11 program keeps Debian 11's libraries.
        @Test(.timeLimit(.minutes(5))) func anotherRootIsResolvedByTheRulesAlone() throws {
            let root = try PackRoot.bullseye()
            let system = Paths.normalized(root.path)
            let program = system + "/bin/bash"
            let pack = try PackUnderTest([
                "--sysroot", system, "--target", "provided.al2", "-o", "x.zip", program, "--", "-c",
                "read x; echo $BASH_VERSION $x",
            ])
            try #require(pack.status == 0, "\(pack.errors)")
            let libc = try #require(FileSystemRoot(system).realHost(system + "/lib/\(Machines.triplet)/libc.so.6"))
            let packed = try PackRoot()
            try packed.unpack(pack.path("x.zip"))
            if try pack.entries("x.zip")["glibc/libc.so.6"] != nil {
                #expect(try Disk.same(libc, packed.path + "/var/task/glibc/libc.so.6"))
            }
            let tinfo = try #require(FileSystemRoot(system).realHost(system + "/lib/\(Machines.triplet)/libtinfo.so.6"))
            let place = ["lib", "glibc/lib"].map { packed.path + "/var/task/\($0)/libtinfo.so.6" }.first {
                Disk.kind($0) != nil
            }
            #expect(try Disk.same(tinfo, try #require(place)))
            let bare = try PackRoot.bullseye()
            try bare.unpack(pack.path("x.zip"))
            #expect(try bare.start().invoke("hello\n").text.hasPrefix("5.1.") == true)
        }

        /// A real program of the other architecture, with that one's libraries; a static program stands in for its shim.
        @Test(.timeLimit(.minutes(5))) func anotherArchitectureIsPackedFromItsRoot() throws {
            let root = try PackRoot.foreign()
            let other = Machines.own == "arm64" ? "x86_64" : "arm64"
            let shim = ["--shim", root + "/sbin/ldconfig", "--sysroot", root]
            let pack = try PackUnderTest(
                shim + ["--target", "provided.al2", "-o", "x.zip", root + "/usr/bin/apt"],
                namesShim: false
            )
            try #require(pack.status == 0, "\(pack.errors)")
            #expect(pack.errors.contains("x.zip: \(other), "))
            let entries = Set(try pack.entries("x.zip").keys)
            #expect(
                entries.isSuperset(of: ["apt", "glibc/libc.so.6", "lib/libstdc++.so.6", "glibc/lib/libapt-pkg.so.6.0"])
            )
            // glibc 2.31's loader does not know --argv0.
            #expect(try !pack.text("bootstrap", in: "x.zip").contains("--argv0"))
            let seen = try PackUnderTest(["inspect", "x.zip"], folder: pack.folder)
            #expect(seen.status == 0)
            #expect(seen.output.hasPrefix("x.zip: \(other), "))
            let image = try PackUnderTest(shim + ["--image", "i.tar", root + "/usr/bin/apt"], namesShim: false)
            try #require(image.status == 0, "\(image.errors)")
            let text = try PackTool.run("skopeo", ["inspect", "oci-archive:\(image.path("i.tar"))"])
            #expect(text.contains("\"Architecture\": \"\(other == "arm64" ? "arm64" : "amd64")\""))
        }
    }
}
