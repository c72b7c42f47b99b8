import ELF

/// A library that a file needs, and where the loader finds it.
struct FoundLibrary: Hashable, Sendable {
    /// The name it is asked for by, `libm.so.6`.
    let name: String
    /// Where it is found, links not followed.
    let path: String
}

/// Everything that is loaded with one file.
struct ResolvedLibraries: Equatable, Sendable {
    /// The libraries, those of libraries included, without the loader.
    var found: [FoundLibrary] = []
    /// The names of those that were not found.
    var missing: [String] = []
}

/// Says which libraries are loaded with a file.
///
/// There are two: the system's own loader, which is right by definition but only for this machine's files, and our copy
/// of its rules, for other architectures and other roots.
protocol LibraryResolver {
    /// The libraries of a file and of its libraries.
    ///
    /// - Parameter path: The real path of the file.
    /// - Returns: The libraries, and the names of those that are not there.
    /// - Throws: ``PackError`` for a file that cannot be read.
    func libraries(of path: String) throws -> ResolvedLibraries

    /// The places that were searched for a file's libraries, for the message about a missing one.
    func placesSearched(for path: String) throws -> [String]
}
