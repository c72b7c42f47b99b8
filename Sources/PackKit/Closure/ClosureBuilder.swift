import ELF
import Foundation
import Platform
import ToolKit

/// Finds what belongs to a program.
struct ClosureBuilder {
    let context: PackContext
    /// Names of files that are in the package anyway: the program or its start says where they are (LD_LIBRARY_PATH).
    var included: Set<String> = []

    private var root: FileSystemRoot { context.root }
    private var binaries: BinaryCache { context.binaries }

    /// Adds a file and all its libraries.
    ///
    /// - Parameters:
    ///   - path: The real path of the file.
    ///   - name: What it is called in messages.
    ///   - loader: The loader that is asked for a library, which names none itself.
    ///   - closure: What it is added to.
    /// - Throws: ``PackError`` for a missing library, two different ones of one name, another architecture.
    func add(_ path: String, named name: String, loader: String?, to closure: inout Closure) throws {
        try context.toolbox.checkInterrupt()
        guard closure.librariesOfRoot[path] == nil, let file = try binaries.read(path) else { return }
        context.progress(name)
        try checkMachine(file, path, closure)
        let binary = Binary(path: path, name: name, file: file)
        closure.roots.append(binary)
        closure.librariesOfRoot[path] = []
        guard !file.isStatic, !file.needed.isEmpty || file.kind == .dynamicExecutable else { return }
        let resolver = resolver(for: file, loader: file.kind == .dynamicExecutable ? file.interpreter : loader)
        var resolved = try resolver.libraries(of: path)
        resolved.missing.removeAll { included.contains($0) }
        if !resolved.missing.isEmpty {
            throw PackError.missingLibraries(try missing(resolved, binary, resolver))
        }
        var fileNames: [String: String] = [:]
        for library in resolved.found {
            let packed = try add(library, for: binary, to: &closure)
            fileNames[library.name] = packed
            closure.librariesOfRoot[path]?.insert(packed)
        }
        try connect(resolved, fileNames, &closure)
    }

    /// Adds a library that a program loads by its name, with all that it needs.
    ///
    /// - Parameters:
    ///   - path: Where it was found, links not followed.
    ///   - loader: The loader that is asked for what it needs.
    ///   - closure: What it is added to.
    /// - Throws: As ``add(_:named:loader:to:)``.
    func add(library path: String, loader: String?, to closure: inout Closure) throws {
        guard let real = root.realHost(path), let file = try binaries.read(real) else { return }
        let name = file.soname.map(Paths.name) ?? Paths.name(path)
        try add(real, named: name, loader: loader, to: &closure)
        let owner = Binary(path: real, name: name, file: file)
        _ = try add(FoundLibrary(name: Paths.name(path), path: path), for: owner, to: &closure)
        closure.libraries[name]?.needs.formUnion(file.needed)
    }

    /// The resolver for a file: this machine's loader where it can list the file, our rules elsewhere.
    func resolver(for file: ELFFile, loader: String?) -> any LibraryResolver {
        let rules = LoaderRules(
            root: root,
            machine: file.machine,
            binaries: binaries,
            libraryPath: root.isHost ? ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] : nil
        )
        let loader = loader ?? GlibcFamily.loader(for: file.machine)
        // A program may name any file as its loader, itself too, and to ask that one would be to run it: only what lies
        // where a system keeps its loaders is asked.
        let isSystems =
            GlibcFamily.isLoader(Paths.name(loader)) && rules.configuration.builtIn.contains(Paths.parent(loader))
        guard root.isHost, file.machine == .current, isSystems, Files.isExecutable(loader) else { return rules }
        return SystemLoader(loader: loader, toolbox: context.toolbox, rules: rules)
    }

    private func add(_ library: FoundLibrary, for owner: Binary, to closure: inout Closure) throws -> String {
        let found = root.plain(withoutHardwareVariant(library.path))
        guard let real = root.realHost(found), let file = try binaries.read(real) else {
            throw ToolError.cannotRead(path: found, cause: "it was found as a library, but it is not one")
        }
        let fileName = file.soname.map(Paths.name) ?? Paths.name(library.name)
        if library.name.contains("/"), !GlibcFamily.isLoader(fileName) {
            throw PackError.notAProgram(
                path: owner.path,
                cause: "'\(library.name)' is needed by its path, which no package can have",
                hint: "link with -l, or patchelf --replace-needed '\(library.name)' '\(fileName)'"
            )
        }
        try checkMachine(file, real, closure)
        if let known = closure.libraries[fileName] {
            if known.binary.path != real, try !Disk.same(known.binary.path, real) {
                throw PackError.nameClash(
                    name: "lib/\(fileName)",
                    first: known.binary.path,
                    second: real
                )
            }
        } else {
            closure.libraries[fileName] = PackedLibrary(
                fileName: fileName,
                aliases: [],
                foundAt: found,
                binary: Binary(path: real, name: fileName, file: file)
            )
        }
        let alias = Paths.name(library.name)
        if alias != fileName { closure.libraries[fileName]?.aliases.insert(alias) }
        return fileName
    }

    /// Says for each library which others it needs.
    private func connect(
        _ resolved: ResolvedLibraries,
        _ fileNames: [String: String],
        _ closure: inout Closure
    ) throws {
        for fileName in Set(fileNames.values) {
            let needed = closure.libraries[fileName]?.binary.file.needed ?? []
            // A name that is not listed was met before under its SONAME.
            closure.libraries[fileName]?.needs.formUnion(needed.map { fileNames[$0] ?? $0 })
        }
    }

    private func missing(
        _ resolved: ResolvedLibraries,
        _ owner: Binary,
        _ resolver: any LibraryResolver
    ) throws -> [MissingLibrary] {
        try resolved.missing.map { name in
            var neededBy: [String] = []
            var places: [String] = []
            let found = resolved.found.compactMap { library in root.realHost(library.path) }
            for path in [owner.path] + found {
                guard let file = try binaries.read(path), file.needed.contains(name) else { continue }
                neededBy.append(path == owner.path ? owner.name : Paths.name(path))
                for place in try resolver.placesSearched(for: path) where !places.contains(place) {
                    places.append(place)
                }
            }
            return MissingLibrary(name: name, neededBy: neededBy, lookedIn: places)
        }
    }

    private func checkMachine(_ file: ELFFile, _ path: String, _ closure: Closure) throws {
        guard let first = closure.roots.first, first.file.machine != file.machine else { return }
        throw PackError.mixedMachines(
            path: path,
            machine: file.machine.description,
            program: first.path,
            programMachine: first.file.machine.description
        )
    }

    /// The plain library instead of its variant for newer processors, which Lambda may not have.
    private func withoutHardwareVariant(_ path: String) -> String {
        guard let range = path.range(of: "/glibc-hwcaps/") else { return path }
        let plain = path[..<range.lowerBound] + "/" + Paths.name(path)
        return root.realHost(String(plain)) == nil ? path : String(plain)
    }
}
