import Platform

/// Rights that only the owner of a file has, in a package whose files belong to another user on Lambda.
///
/// Where the isolated function owns all files (a user namespace with one user), what others may not do is taken from the owner
/// too. The function cannot give it back: its file system is read-only.
enum PackageModes {
    /// Whether the owner may do something with some file that others may not.
    static func differs(_ folder: String) -> Bool {
        let names = (try? Files.list(folder)) ?? []
        return names.contains { name in
            let path = "\(folder)/\(name)"
            guard let entry = Files.entry(path), entry.kind != .link else { return false }
            if levelled(entry.mode) & 0o500 != entry.mode & 0o500 { return true }
            return entry.kind == .folder && differs(path)
        }
    }

    /// Takes the owner's and the group's rights away from all that a folder holds; the folder itself is open for all.
    ///
    /// Only for copies: the files are changed.
    static func level(_ folder: String) throws(SystemError) {
        try levelContents(folder)
        try Files.setMode(folder, 0o755)
    }

    private static func levelContents(_ folder: String) throws(SystemError) {
        // A folder that even its owner may not list cannot be walked.
        for name in (try? Files.list(folder)) ?? [] {
            let path = "\(folder)/\(name)"
            guard let entry = Files.entry(path), entry.kind != .link else { continue }
            let mode = levelled(entry.mode)
            if entry.kind == .folder { try levelContents(path) }
            if mode & 0o555 != entry.mode & 0o555 { try Files.setMode(path, mode) }
        }
    }

    /// The mode in which everybody has the rights of others.
    private static func levelled(_ mode: UInt32) -> UInt32 {
        let others = mode & 0o005
        return others << 6 | others << 3 | others
    }
}
