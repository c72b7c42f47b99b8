import ToolKit

/// Walks through the folders that are included.
struct InclusionWalk {
    let root: FileSystemRoot
    /// What is never taken along: the output of an earlier run, and the folder this one works in.
    let leftOut: Set<String>
    /// Called for each file, to be stopped by what it throws.
    let check: () throws -> Void
    /// What the user leaves out.
    var exclusions = Exclusions([])
    /// Called with what the user should know.
    var warn: (String) -> Void = { _ in }

    /// More than any package has: links that lead to each other's folders can mean more files than there are atoms.
    private static let limit = 1_000_000

    /// Everything below a path, by the place it gets.
    func items(of path: String, at place: String) throws -> [Inclusion.Item] {
        var result: [Inclusion.Item] = []
        try walk(path, place: place, trail: [path], &result)
        return result
    }

    /// Walks down; `trail` has the folder that is walked through, and those that links led from.
    private func walk(_ path: String, place: String, trail: [String], _ result: inout [Inclusion.Item]) throws {
        try check()
        let top = trail.last ?? path
        guard !exclusions.contains(place: place, path: path) else { return }
        guard result.count < Self.limit else { throw PackError.tooManyFiles(path: trail[0], limit: Self.limit) }
        switch Disk.kind(path) {
        case .file: result.append(Inclusion.Item(source: .file(path), place: place))
        case .folder:
            let names = try Disk.list(path)
            if names.isEmpty, !place.isEmpty { result.append(Inclusion.Item(source: .folder, place: place)) }
            for name in names where !leftOut.contains(path + "/" + name) {
                try walk(path + "/" + name, place: place.isEmpty ? name : place + "/" + name, trail: trail, &result)
            }
        case .link(let target):
            let aim = Paths.normalized(target.hasPrefix("/") ? root.host(target) : Paths.parent(path) + "/" + target)
            if path != top, !target.hasPrefix("/"), aim == top || aim.hasPrefix(top + "/") {
                let kept = inner(target, aim: aim, from: Paths.parent(path), top: top)
                if root.realHost(path) == nil { warnOfDangling(path, target) }
                result.append(Inclusion.Item(source: .link(kept), place: place))
                return
            }
            guard let real = root.realHost(path) else {
                guard path == trail[0] else {
                    warnOfDangling(path, target)
                    result.append(Inclusion.Item(source: .link(target), place: place))
                    return
                }
                throw ToolError.cannotRead(path: path, cause: "it is a link to '\(target)', where nothing is")
            }
            // A link up the tree would never end, nor would two that lead to each other's folders.
            guard !path.hasPrefix(real + "/"), !trail.contains(real) else {
                throw ToolError.cannotRead(path: path, cause: "it is a link to a folder that holds it")
            }
            try walk(real, place: place, trail: trail + [real], &result)
        case .other: throw ToolError.cannotRead(path: path, cause: "it is neither a file nor a folder nor a link")
        case nil: throw PackError.nothingToInclude(pattern: path)
        }
    }

    private func warnOfDangling(_ path: String, _ target: String) {
        warn("'\(path)' is a link to '\(target)', where nothing is; it stays a link")
    }

    /// The target of a link that stays in the tree; one that leaves it and comes back by the tree's name, which may be
    /// another one in the package, is written anew.
    private func inner(_ target: String, aim: String, from folder: String, top: String) -> String {
        var depth = folder.dropFirst(top.count).split(separator: "/").count
        let up = depth
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            guard depth < 0 else { continue }
            let down = aim.dropFirst(top.count).split(separator: "/").map(String.init)
            let parts = Array(repeating: "..", count: up) + down
            return parts.isEmpty ? "." : parts.joined(separator: "/")
        }
        return target
    }
}
