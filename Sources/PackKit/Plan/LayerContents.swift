import Foundation
import ToolKit

/// What a layer already has, so that a function can do without.
struct LayerContents {
    let path: String
    let toolbox: Toolbox
    private let names: Set<String>

    init(path: String, toolbox: Toolbox) throws {
        self.path = path
        self.toolbox = toolbox
        names = Set(try ZipReader(path: path).entries.map(\.name))
    }

    /// Takes the layer's libraries out of a function; and its start, where the layer's does the same.
    ///
    /// A library is left out only where the layer's has the same bytes; another one of that name stays, as the loader
    /// searches the function's `lib/` before /opt/lib. A glibc stays whole in its package.
    func leaveOut(of plan: inout PackagePlan) throws {
        var left: [String] = []
        for (place, entry) in plan.tree.entries.sorted(by: { $0.key < $1.key })
        where place.hasPrefix("lib/") && names.contains(place) {
            guard case .file(let source) = entry.source else { continue }
            let links = plan.tree.entries.filter {
                $0.key.hasPrefix("lib/") && $0.value.source == .link(Paths.name(place))
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
        if names.isSuperset(of: ["bootstrap", "shim"]), let launch = plan.launch, launch.words.count == 1 {
            plan.tree.remove("bootstrap")
            plan.tree.remove("shim")
            left += ["bootstrap", "shim"]
            plan.notes.append("the layer starts the function: set its handler to '\(launch.program)'")
        }
        let list = left.isEmpty ? "nothing" : left.joined(separator: ", ")
        plan.notes.append("left out, as '\(Paths.name(path))' has it: \(list)")
    }
}
