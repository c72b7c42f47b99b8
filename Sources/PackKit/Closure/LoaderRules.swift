import ELF
import Foundation
import ToolKit

/// The rules of ld.so(8), for files that this machine's loader cannot list: another architecture, or another root.
///
/// Breadth first, as the loader goes: for each needed name the RPATHs of the file that needs it and of those that loaded
/// it (unless it has a RUNPATH), LD_LIBRARY_PATH, its RUNPATH, ld.so.conf, the built-in folders. Folders of
/// `glibc-hwcaps` hold variants of the same libraries for newer processors and are left alone: which processor the
/// package will meet is not known.
struct LoaderRules: LibraryResolver {
    let root: FileSystemRoot
    let configuration: LoaderConfiguration
    let binaries: BinaryCache
    /// The folders of LD_LIBRARY_PATH; for another root there are none.
    let libraryPath: [String]

    init(root: FileSystemRoot, machine: Machine, binaries: BinaryCache, libraryPath: String?) {
        self.root = root
        self.binaries = binaries
        configuration = LoaderConfiguration(root: root, machine: machine)
        let parts = libraryPath?.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == ";" } ?? []
        // An empty entry means the working directory (ld.so(8)).
        self.libraryPath = libraryPath?.isEmpty == false ? parts.map { Paths.absolute(String($0)) } : []
    }

    /// A file that is loaded, with the one that brought it.
    private struct Loaded {
        let path: String
        let file: ELFFile
        let origin: String
        let loader: Int?
    }

    func libraries(of path: String) throws -> ResolvedLibraries {
        guard let file = try binaries.read(path) else { return ResolvedLibraries() }
        var loaded = [Loaded(path: path, file: file, origin: Paths.parent(path), loader: nil)]
        var names: Set<String> = []
        var reals: Set<String> = [path]
        var result = ResolvedLibraries()
        var index = 0
        while index < loaded.count {
            for name in loaded[index].file.needed where names.insert(name).inserted {
                guard let found = try find(name, for: index, in: loaded) else {
                    result.missing.append(name)
                    continue
                }
                // The loader knows a library again by its SONAME, and by being the same file.
                if let soname = found.file.soname { names.insert(soname) }
                guard reals.insert(root.realHost(found.path) ?? found.path).inserted else { continue }
                result.found.append(FoundLibrary(name: name, path: found.path))
                loaded.append(
                    Loaded(path: found.path, file: found.file, origin: Paths.parent(found.path), loader: index)
                )
            }
            index += 1
        }
        return result
    }

    func placesSearched(for path: String) throws -> [String] {
        guard let file = try binaries.read(path) else { return [] }
        let own = Loaded(path: path, file: file, origin: Paths.parent(path), loader: nil)
        let folders = folders(for: 0, in: [own])
        var seen: Set<String> = []
        return folders.filter { seen.insert($0).inserted && Disk.kind($0) != nil }
    }

    private func find(_ name: String, for index: Int, in loaded: [Loaded]) throws -> (path: String, file: ELFFile)? {
        let candidates: [String]
        if name.contains("/") {
            candidates = expand(name, origin: loaded[index].origin)
        } else {
            candidates = folders(for: index, in: loaded).map { $0 + "/" + name }
        }
        let header = loaded[0].file.header
        for candidate in candidates {
            guard let real = root.realHost(candidate), Disk.kind(real) == .file, let file = try? binaries.read(real)
            else { continue }
            // The loader passes over files of another architecture, so that 32-bit folders do no harm.
            if file.header.machine == header.machine, file.header.is64Bit == header.is64Bit { return (candidate, file) }
        }
        return nil
    }

    /// The folders that are searched for what a file needs, in order.
    private func folders(for index: Int, in loaded: [Loaded]) -> [String] {
        let own = loaded[index]
        var result: [String] = []
        if own.file.runpath == nil {
            var ancestor: Int? = index
            var sawMain = false
            while let current = ancestor {
                result += paths(loaded[current].file.runpath == nil ? loaded[current].file.rpath : nil, loaded[current])
                sawMain = sawMain || current == 0
                ancestor = loaded[current].loader
            }
            if !sawMain, loaded[0].file.runpath == nil { result += paths(loaded[0].file.rpath, loaded[0]) }
        }
        result += libraryPath
        result += paths(own.file.runpath, own)
        if !own.file.ignoresDefaultFolders {
            result += (configuration.configured + configuration.builtIn).map(root.host)
        }
        return result.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    private func paths(_ list: String?, _ file: Loaded) -> [String] {
        list?.split(separator: ":").flatMap { expand(String($0), origin: file.origin) } ?? []
    }

    /// Fills in `$ORIGIN`, `$LIB` and `$PLATFORM` (ld.so(8), with or without braces).
    private func expand(_ text: String, origin: String) -> [String] {
        func replace(_ text: String, _ name: String, _ value: String) -> String {
            text.replacingOccurrences(of: "${\(name)}", with: value).replacingOccurrences(of: "$\(name)", with: value)
        }
        // An origin is a folder of this machine; any other path is one of the root.
        let isRelative = text.hasPrefix("$ORIGIN") || text.hasPrefix("${ORIGIN}")
        let placed = isRelative ? text : root.host(text.hasPrefix("/") ? text : "/" + text)
        let once = replace(replace(placed, "ORIGIN", origin), "PLATFORM", configuration.platform)
        guard once.contains("$LIB") || once.contains("${LIB}") else { return [once] }
        return configuration.libraryFolders.map { replace(once, "LIB", $0) }
    }
}
