import Foundation
import Platform
import ToolKit

/// What a layer already has, so that a function can do without.
struct LayerContents {
    let path: String
    let toolbox: Toolbox
    /// What is in it, by place.
    let names: Set<String>

    /// The folders of libraries; those of a glibc of the package are on its search path by that of the layer.
    private static let folders = ["lib/", "glibc/lib/"]
    /// So many files are named; of more, only their number is.
    private static let listed = 20
    /// The files that start a function.
    static let start = ["bootstrap", "shim"]

    /// Whether a packed loader has to look into it.
    var hasLoaderLibraries: Bool { names.contains { $0.hasPrefix("glibc/lib/") } }

    init(path: String, toolbox: Toolbox) throws {
        self.path = path
        self.toolbox = toolbox
        names = Set(try ZipReader(path: path).entries.map(\.name))
    }

    /// Takes the layer's libraries out of a function; and its start, where the layer's does the same.
    ///
    /// A library is left out only where the layer's has the same bytes; another one of that name stays, as the loader
    /// searches the function's `lib/` before /opt/lib. A function's glibc stays whole in its package.
    ///
    /// - Parameters:
    ///   - plan: The plan of a function, or of another layer.
    ///   - isMerged: Whether the plan is that of a layer. Both are in /opt then, so that all the layer has at the same
    ///     place is left out.
    ///   - mayLeaveOutStart: Whether the layer's `bootstrap` would do what the plan's does.
    /// - Throws: What keeps a file of either from being read.
    func leaveOut(of plan: inout PackagePlan, isMerged: Bool, mayLeaveOutStart: Bool) throws {
        var left: [String] = isMerged ? try leaveOutSame(of: &plan) : []
        for (place, entry) in plan.tree.entries.sorted(by: { $0.key < $1.key })
        where Self.folders.contains(where: place.hasPrefix) && names.contains(place) {
            guard case .file(let source) = entry.source else { continue }
            let links = plan.tree.entries.filter {
                Paths.parent($0.key) == Paths.parent(place) && $0.value.source == .link(Paths.name(place))
            }
            guard names.isSuperset(of: links.keys) else {
                plan.notes.append("\(place) stays, as '\(Paths.name(path))' does not have all names of it")
                continue
            }
            guard try ZipUnpacker(toolbox: toolbox).content(of: place, in: path) == Disk.map(source) else {
                plan.notes.append("\(place) stays, as '\(Paths.name(path))' has another one of that name")
                continue
            }
            for gone in [place] + links.keys.sorted() {
                plan.tree.remove(gone)
                left.append(gone)
            }
        }
        if names.isSuperset(of: Self.start), mayLeaveOutStart, plan.tree.entries["shim"] != nil {
            for place in Self.start { plan.tree.remove(place) }
            left += Self.start
            if let launch = plan.launch {
                plan.notes.append("the layer starts the function: set its handler to '\(launch.program)'")
            }
        }
        let list = left.isEmpty ? "nothing" : left.joined(separator: ", ")
        let words = left.count <= Self.listed ? list : "\(left.count) files"
        plan.notes.append("left out, as '\(Paths.name(path))' has it: \(words)")
    }

    /// Takes out of another layer what this one has at the same place, with the same bytes and the same right to be started.
    private func leaveOutSame(of plan: inout PackagePlan) throws -> [String] {
        let places = plan.tree.entries.keys.filter { names.contains($0) && !Self.start.contains($0) }.sorted()
        guard !places.isEmpty else { return [] }
        let folder = "\(toolbox.scratch)/layer"
        try Disk.makeFolder(folder)
        defer { try? Files.removeTree(folder) }
        try ZipUnpacker(toolbox: toolbox).unpack(path, to: folder)
        let same = try places.filter { place in
            guard let entry = plan.tree.entries[place] else { return false }
            return try Self.same(entry, "\(folder)/\(place)")
        }
        for place in same { plan.tree.remove(place) }
        return same
    }

    /// Whether an unpacked file or link is what an entry says.
    private static func same(_ entry: PackageEntry, _ path: String) throws -> Bool {
        let kind = Disk.kind(path)
        if case .link(let target) = entry.source { return kind == .link(target) }
        guard kind == .file, let mode = Files.status(path)?.mode, (mode & 0o100 != 0) == entry.isExecutable else {
            return false
        }
        return switch entry.source {
        case .file(let source): try Disk.same(source, path)
        case .text(let text): try Disk.map(path) == Data(text.utf8)
        case .link, .folder: false
        }
    }
}
