import ELF

/// A file of the package that the loader has to do with.
struct Binary: Equatable, Sendable {
    /// Its real path on this machine.
    let path: String
    /// The name it goes by in messages.
    let name: String
    let file: ELFFile
}

/// A library of the package.
struct PackedLibrary: Equatable, Sendable {
    /// The name of its file in the package: its SONAME, or else what it is asked for by.
    let fileName: String
    /// Other names that it is asked for by, which become links.
    var aliases: Set<String>
    /// Where the loader found it, links not followed.
    let foundAt: String
    let binary: Binary
    /// The file names of the libraries it needs.
    var needs: Set<String> = []

    var isGlibc: Bool { GlibcFamily.contains(fileName) }
}

/// Programs and libraries with everything that is loaded with them.
struct Closure: Sendable {
    /// The files that were asked about, in that order.
    var roots: [Binary] = []
    /// The libraries by file name.
    var libraries: [String: PackedLibrary] = [:]
    /// The file names of the libraries that each root loads, by the root's path.
    var librariesOfRoot: [String: Set<String>] = [:]

    /// Every file, roots first, libraries sorted.
    var binaries: [Binary] {
        roots + libraries.sorted { $0.key < $1.key }.map(\.value.binary)
    }

    /// The libraries that were asked about: a program loads them by itself, with `dlopen`.
    var plugins: [Binary] { roots.filter { $0.file.kind == .sharedObject } }

    /// The versions that its glibc has; `nil` where it has no glibc.
    var glibcVersions: [GlibcVersion]? {
        libraries["libc.so.6"]?.binary.file.versionDefinitions.compactMap(GlibcVersion.init(symbolVersion:))
    }

    /// Checks that every library has the versions that others want from it.
    ///
    /// glibc's own libraries are compared with the target's instead.
    func checkVersions() throws {
        for binary in binaries {
            for need in binary.file.versionNeeds where !GlibcFamily.contains(need.file) {
                guard let library = library(named: need.file) else { continue }
                let defined = library.binary.file.versionDefinitions
                // A library without any version is taken by the loader, with a warning at most.
                guard !defined.isEmpty else { continue }
                for version in need.versions where !version.isWeak && !defined.contains(version.name) {
                    throw PackError.missingVersion(
                        file: binary.path,
                        version: version.symbol.map { $0 + "@" + version.name } ?? version.name,
                        library: library.binary.path
                    )
                }
            }
        }
    }

    /// The library that a needed name leads to.
    func library(named name: String) -> PackedLibrary? {
        libraries[name] ?? libraries.values.first { $0.aliases.contains(name) }
    }

    /// A library with all that it needs, by file name.
    func tree(of fileName: String) -> Set<String> {
        var result: Set<String> = []
        var todo = [fileName]
        while let name = todo.popLast() {
            guard let library = library(named: name), result.insert(library.fileName).inserted else { continue }
            todo += library.needs
        }
        return result
    }
}
