import ToolKit

/// One file, link or folder of a package.
struct PackageEntry: Equatable, Sendable {
    /// Where the content comes from.
    enum Source: Equatable, Sendable {
        /// A file of this machine.
        case file(String)
        /// Text that the packer writes.
        case text(String)
        /// A symbolic link.
        case link(String)
        /// An empty folder.
        case folder
    }

    let source: Source
    let isExecutable: Bool
    /// Whether its place in an image counts from the root and not from the package's folder; elsewhere the two are one.
    let isAtRoot: Bool
}

/// What goes where in a package, before anything is written.
struct PackageTree: Sendable {
    /// The entries by their place, without a leading slash.
    private(set) var entries: [String: PackageEntry] = [:]

    /// Puts something in the package.
    ///
    /// The same content may be put at the same place again.
    ///
    /// - Throws: ``PackError/nameClash(name:first:second:)`` where something else is there,
    ///   ``PackError/badDestination(_:cause:)`` for a place that no archive can have.
    mutating func add(
        _ source: PackageEntry.Source,
        at place: String,
        isExecutable: Bool = false,
        isAtRoot: Bool = false
    )
        throws
    {
        let parts = place.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw PackError.badDestination(place, cause: "it is not a place inside the package")
        }
        guard !place.contains(where: \.isNewline) else {
            throw PackError.badDestination(place, cause: "zip takes no name with a line break")
        }
        if let known = entries[place], try !Self.same(known.source, source) {
            throw PackError.nameClash(name: place, first: Self.words(known.source), second: Self.words(source))
        }
        let wasExecutable = entries[place]?.isExecutable == true
        entries[place] = PackageEntry(
            source: source,
            isExecutable: isExecutable || wasExecutable,
            isAtRoot: isAtRoot
        )
    }

    /// Puts a library into a folder, with links for the other names that it is asked for by.
    mutating func add(_ library: PackedLibrary, in folder: String) throws {
        let isLoader = GlibcFamily.isLoader(library.fileName)
        try add(.file(library.binary.path), at: "\(folder)/\(library.fileName)", isExecutable: isLoader)
        for alias in library.aliases.sorted() { try add(.link(library.fileName), at: "\(folder)/\(alias)") }
    }

    /// The same for an image, whose places all count from the root: the package is in a folder of it.
    func moved(to folder: String) throws -> PackageTree {
        var result = PackageTree()
        for (place, entry) in entries {
            let place = entry.isAtRoot ? place : "\(folder)/\(place)"
            try result.add(entry.source, at: place, isExecutable: entry.isExecutable, isAtRoot: true)
        }
        return result
    }

    /// Whether something other than a folder is at a place.
    func isTaken(_ place: String) -> Bool { entries[place].map { $0.source != .folder } ?? false }

    /// Takes something out again.
    mutating func remove(_ place: String) { entries[place] = nil }

    /// Moves what lies below a link to where the link leads: `lib/x` where `lib` is a link to `usr/lib`.
    mutating func settleLinks() throws {
        for place in entries.keys.sorted() {
            var settled = place
            // More than any sound tree has: links may lead to each other.
            for _ in 0..<40 {
                guard let (link, target) = linkAbove(settled) else { break }
                let aim = target.hasPrefix("/") ? target : "/" + Paths.parent(link) + "/" + target
                settled = String(Paths.normalized(aim + settled.dropFirst(link.count)).dropFirst())
            }
            guard settled != place, let entry = entries.removeValue(forKey: place), !isTaken(settled) else { continue }
            entries[settled] = entry
        }
    }

    private func linkAbove(_ place: String) -> (link: String, target: String)? {
        var parent = Paths.parent(place)
        var found: (String, String)?
        while parent != "." {
            if case .link(let target) = entries[parent]?.source { found = (parent, target) }
            parent = Paths.parent(parent)
        }
        return found
    }

    /// Checks that no file is where another entry needs a folder.
    func checkFolders() throws {
        for place in entries.keys {
            var parent = Paths.parent(place)
            while parent != "." {
                if let entry = entries[parent], entry.source != .folder {
                    throw PackError.badDestination(place, cause: "'\(parent)' is a file of the package")
                }
                parent = Paths.parent(parent)
            }
        }
    }

    private static func same(_ first: PackageEntry.Source, _ second: PackageEntry.Source) throws -> Bool {
        if first == second { return true }
        if case .file(let left) = first, case .file(let right) = second { return try Disk.same(left, right) }
        return false
    }

    private static func words(_ source: PackageEntry.Source) -> String {
        switch source {
        case .file(let path): path
        case .text: "a file of the packer's own"
        case .link(let target): "a link to \(target)"
        case .folder: "a folder"
        }
    }
}
