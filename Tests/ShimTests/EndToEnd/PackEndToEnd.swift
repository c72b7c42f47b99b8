import ELF
import Foundation
import Testing

@testable import PackKit

/// The packer with real programs and the system's real tools, one test at a time.
@Suite(.serialized) enum PackEndToEnd {
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

extension PackEndToEnd {
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
                            !GlibcFamily.isLoader(Disk.name($0))
                        }
                    )
                }
                let expected = try system.libraries(of: path)
                let own = try rules.libraries(of: path)
                #expect(reals(own) == reals(expected), "\(path)")
                #expect(Set(own.missing) == Set(expected.missing), "\(path)")
            }
        }
    }
}
