import Platform
import ToolKit

/// Puts files of a system into a package as they are there: a link stays a link, and what it leads to comes along.
///
/// So a program finds in an image from scratch what it found on the machine that packed it, also by `/proc/self/exe` and by
/// `$ORIGIN`. In a zip, whose root is a folder of the target, links are written relative to where they are.
struct Mirror {
    let root: FileSystemRoot
    /// Whether the package is an image with no other system below it.
    let isFromScratch: Bool
    /// Whether links may say absolute paths: in an image.
    let keepsAbsoluteLinks: Bool
    /// What files become that are not packed as they are, by their real path.
    var texts: [String: String] = [:]

    /// Puts what a path of the system means into a tree, where what is there already stays, as the user put it there.
    ///
    /// The result is its real path in that system, `nil` where nothing is. It may be made executable whatever its mode.
    @discardableResult
    func add(_ path: String, to tree: inout PackageTree, isExecutable: Bool = false) throws -> String? {
        let real = try root.real(path) { link, target in
            let place = link.joined(separator: "/")
            // Links at the top, as /lib to /usr/lib, are the layout of a system; only a root of our own has one to give.
            guard link.count > 1 || isFromScratch, !tree.isTaken(place) else { return }
            try tree.add(.link(written(target, at: link)), at: place, isAtRoot: true)
        }
        guard let real else { return nil }
        let file = root.host(real)
        let place = String(real.dropFirst())
        switch Disk.kind(file) {
        case .file where !tree.isTaken(place):
            let runs = isExecutable || (Files.status(file)?.mode ?? 0) & 0o111 != 0
            try tree.add(texts[file].map { .text($0) } ?? .file(file), at: place, isExecutable: runs, isAtRoot: true)
        case .folder where !place.isEmpty && !tree.isTaken(place):
            try tree.add(.folder, at: place, isAtRoot: true)
        case .file, .folder: break
        default: return nil
        }
        return real
    }

    private func written(_ target: String, at link: [Substring]) -> String {
        guard target.hasPrefix("/"), !keepsAbsoluteLinks else { return target }
        let up = Array(repeating: "..", count: link.count - 1)
        return (up + target.split(separator: "/").map(String.init)).joined(separator: "/")
    }
}
