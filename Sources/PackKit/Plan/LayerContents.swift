import Foundation
import ToolKit

/// What a layer already has, so that a function can do without.
struct LayerContents {
    let path: String
    let toolbox: Toolbox
    /// What is in it, by place.
    let names: Set<String>

    /// The folders of libraries; those of a glibc of the package are on its search path by that of the layer.
    private static let folders = ["lib/", "glibc/lib/"]
    /// The files that start a function.
    private static let start = ["bootstrap", "shim"]

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
    /// searches the function's `lib/` before /opt/lib. A glibc stays whole in its package.
    /// The plan is that of a function or of another layer; `mayLeaveOutStart` says whether the layer's `bootstrap` would do
    /// what the plan's does.
    func leaveOut(of plan: inout PackagePlan, mayLeaveOutStart: Bool) throws {
        var left: [String] = []
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
        plan.notes.append("left out, as '\(Paths.name(path))' has it: \(list)")
    }
}
