import ImageKit
import ToolKit

/// A root folder under which a program's paths are looked up: this machine's own, or another system's (`--sysroot`).
struct FileSystemRoot: Equatable, Sendable {
    /// The folder, absolute; empty for this machine's own root.
    let folder: String

    init(_ folder: String? = nil) {
        let absolute = folder.map(Paths.absolute) ?? "/"
        self.folder = absolute == "/" ? "" : absolute
    }

    var isHost: Bool { folder.isEmpty }

    /// Where a path of that system is on this machine, links left alone.
    func host(_ path: String) -> String { folder + path }

    /// The path of that system that a path of this machine is, if it lies under the root.
    func inside(_ path: String) -> String? {
        if isHost { return path }
        let path = path.replacing("//", with: "/")
        return path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count)) : nil
    }

    /// Follows the links of a path of this machine, those of the root's own files inside the root.
    func realHost(_ path: String) -> String? {
        guard let inside = inside(path) else { return FileSystemRoot().real(path) }
        return real(inside).map(host)
    }

    /// A path of this machine without `.`, `..` and doubled slashes, which a RUNPATH or a program may say; a folder that is
    /// reached by dots is the real one.
    func plain(_ path: String) -> String {
        let parts = path.split(separator: "/")
        let hasDots = { (part: Substring) in part == "." || part == ".." }
        let simple = "/" + parts.joined(separator: "/")
        guard parts.contains(where: hasDots) else { return simple }
        if parts.last.map(hasDots) == true { return realHost(simple) ?? Paths.normalized(simple) }
        guard let folder = realHost(Paths.parent(simple)) else { return Paths.normalized(simple) }
        return (folder == "/" ? "" : folder) + "/" + Paths.name(simple)
    }

    /// A path of this machine with the folder that a link at the top leads to, as /lib to /usr/lib: such links are the layout
    /// of a system, and a package that is not one has what is below them in that folder.
    func withoutTopLink(_ path: String) -> String {
        let rest = path.drop { $0 == "/" }
        guard isHost, let end = rest.firstIndex(of: "/") else { return path }
        let top = "/" + rest[..<end]
        guard let real = real(top), real != top else { return path }
        return real + rest[end...]
    }

    /// What is really at a path of that system, as a path of this machine.
    ///
    /// - Throws: ``ToolError/cannotRead(path:cause:)`` where nothing is.
    func requireReal(_ path: String) throws -> String {
        guard let real = realHost(host(path)) else {
            throw ToolError.cannotRead(path: host(path), cause: "No such file or directory")
        }
        return real
    }

    /// Follows the links of a path of that system; see the method with `link`.
    func real(_ path: String) -> String? { real(path) { _, _ in } }

    /// Follows the links of a path of that system, an absolute link starting again at the root.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - link: Called for each link on the way, with where it is, component by component, and its target.
    /// - Returns: The path of what is really there, of that system as well; `nil` where nothing is.
    func real(
        _ path: String,
        link: (_ place: [Substring], _ target: String) throws -> Void
    ) rethrows -> String? {
        guard let real = try ContainedPath.real(path, in: folder, link: link) else { return nil }
        return real == folder ? "/" : String(real.dropFirst(folder.count))
    }
}
