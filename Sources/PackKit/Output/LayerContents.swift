import Foundation

/// What a layer already has, so that a function can do without.
struct LayerContents {
    let path: String
    private let entries: [String: ZipReader.Entry]

    init(path: String) throws {
        self.path = path
        let list = try ZipReader(path: path).entries
        entries = Dictionary(list.map { ($0.name, $0) }) { $1 }
    }

    /// Takes the layer's libraries out of a function; and its start, where the layer's does the same.
    ///
    /// The loader searches the function's `lib/` and then /opt/lib, by name: a library of the same name is the one that
    /// the layer was made for. A glibc stays whole in its package.
    func leaveOut(of built: inout BuiltPlan) throws {
        var left: [String] = []
        for (place, entry) in built.plan.entries.sorted(by: { $0.key < $1.key }) where place.hasPrefix("lib/") {
            guard let there = entries[place] else { continue }
            if case .file(let source) = entry.source, !there.isLink, try SizeTable.size(source) != there.size {
                throw PackError.nameClash(name: place, first: source, second: "\(path): \(place)")
            }
            built.plan.remove(place)
            left.append(place)
        }
        let starts = entries["bootstrap"] != nil && entries["shim"] != nil
        if starts, let launch = built.launch, launch.words.count == 1 {
            built.plan.remove("bootstrap")
            built.plan.remove("shim")
            left += ["bootstrap", "shim"]
            built.notes.append("the layer starts the function: set its handler to '\(launch.program)'")
        }
        let names = left.isEmpty ? "nothing" : left.joined(separator: ", ")
        built.notes.append("left out, as '\(Disk.name(path))' has it: \(names)")
    }
}
