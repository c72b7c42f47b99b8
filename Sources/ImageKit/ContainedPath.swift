import Platform

/// Paths in a folder that is a root file system for somebody else: links lead to where they lead in there, never out of it.
package enum ContainedPath {
    /// As many links as Linux follows.
    private static let limit = 40

    /// Where a path leads; see the method with `link`.
    package static func real(_ path: String, in root: String) -> String? { real(path, in: root) { _, _ in } }

    /// Where a path leads.
    ///
    /// - Parameters:
    ///   - path: The path as the inside sees it, `/usr/bin/python3`.
    ///   - root: The folder; its own path may have links. The empty text is the root of this system.
    ///   - link: Called for each link on the way, with where it is, a component each, and its target.
    /// - Returns: The real path, with `root` in front and without a link in the rest; `nil` where nothing is there.
    package static func real(
        _ path: String,
        in root: String,
        link: (_ place: [Substring], _ target: String) throws -> Void
    ) rethrows -> String? {
        var found: [Substring] = []
        var waiting: [Substring] = path.split(separator: "/").reversed()
        var links = 0
        while let part = waiting.popLast() {
            if part == "." { continue }
            if part == ".." {
                found = found.dropLast()
                continue
            }
            let here = ([Substring(root)] + found + [part]).joined(separator: "/")
            guard let entry = Files.entry(here) else { return nil }
            guard entry.kind == .link, let target = Files.linkTarget(here) else {
                found.append(part)
                continue
            }
            links += 1
            guard links <= limit else { return nil }
            try link(found + [part], target)
            if target.hasPrefix("/") { found = [] }
            waiting += target.split(separator: "/").reversed()
        }
        return ([Substring(root)] + found).joined(separator: "/")
    }
}
