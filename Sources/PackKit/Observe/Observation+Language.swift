import Glibc
import ToolKit

extension Observation {
    /// Whether the program would not start, or not find all that it needs, in a package with what was seen and nothing else.
    package var isNotEnough: Bool { !notFound.isEmpty || failure != nil || interpreterIsScript }

    /// What is left of it where a language comes along whole: files that are not the language's, and the variables that lead to
    /// them.
    ///
    /// - Parameters:
    ///   - patterns: What is taken of the language: files, folders and patterns.
    ///   - set: Names of variables that are set already.
    ///   - root: The system that it was seen in.
    /// - Returns: The rest.
    func without(_ patterns: [String], set: Set<String>, root: FileSystemRoot) -> Observation {
        let patterns = Set(patterns + patterns.compactMap { root.realHost($0) })
        func isTaken(_ path: String) -> Bool {
            var path = path
            while path != "/", path != "." {
                if patterns.contains(where: { fnmatch($0, path, 0) == 0 }) { return true }
                path = Paths.parent(path)
            }
            return false
        }
        var result = self
        let files = items.filter { item in
            item.kind != .folder && !isTaken(item.path) && !(root.realHost(item.path).map(isTaken) ?? false)
        }
        // A folder is of use for what is in it.
        result.items = items.filter { item in
            item.kind == .folder ? files.contains { $0.path.hasPrefix(item.path + "/") } : files.contains(item)
        }
        let asked = files.filter { $0.isAtRoot && $0.kind != .library }.map(\.path)
        result.variables = Relocations.variables(for: asked, set: set)
        if files.contains(where: { $0.kind == .program }), let path = variables.first(where: { $0.name == "PATH" }) {
            result.variables.append(path)
        }
        result.scripts = scripts.filter { !isTaken($0.key) }
        (result.words, result.programPlace, result.notFound, result.failure) = ([], nil, [], nil)
        (result.language, result.interpreterIsScript) = (nil, false)
        return result
    }
}
