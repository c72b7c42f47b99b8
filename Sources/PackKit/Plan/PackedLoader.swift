import ToolKit

/// The loader of a glibc that comes along, and how programs are started through it.
struct PackedLoader: Sendable {
    /// Its place in the package.
    let place: String
    /// Folders of layers that it looks into as well, as absolute paths.
    let layerFolders: [String]
    /// Whether it can be told the program's name; `--argv0` came with glibc 2.33.
    let knowsArgv0: Bool

    /// The loader that the programs of a package name, which is added to the tree; `nil` where none of them names one.
    init?(for closure: Closure, root: FileSystemRoot, layerFolders: [String], addingTo tree: inout PackageTree) throws {
        let programs = closure.roots.filter { $0.file.kind == .dynamicExecutable }
        guard let interpreter = programs.compactMap(\.file.interpreter).min() else { return nil }
        place = "glibc/" + Paths.name(interpreter)
        self.layerFolders = layerFolders
        knowsArgv0 = closure.glibcVersions.map { $0.contains { $0 >= GlibcVersion(2, 33) } } ?? true
        try tree.add(.file(try root.requireReal(interpreter)), at: place, isExecutable: true)
    }

    /// The words that go before a program's own.
    func words(for program: String) -> [LaunchLine.Word] {
        let folders = ["glibc", "glibc/lib", "lib", ""] + layerFolders
        return [.file(place), .text("--library-path"), .searchPath(folders)]
            + (knowsArgv0 ? [.text("--argv0"), .file(program)] : [])
    }

    /// Replaces a program that others start by a script that starts it through this loader.
    func wrap(_ program: String, in tree: inout PackageTree) throws {
        guard let entry = tree.entries[program] else { return }
        let folder = Paths.parent(program)
        let name = Paths.name(program)
        let hidden = (folder == "." ? "" : folder + "/") + "." + name
        let up = String(repeating: "/..", count: program.split(separator: "/").count - 1)
        let argv0 = knowsArgv0 ? " --argv0 \"$0\"" : ""
        let more = layerFolders.map { ":" + $0 }.joined()
        let script = """
            #!/bin/sh
            case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
            root=$here\(up)
            exec "$root/\(place)" --library-path "$root/glibc:$root/glibc/lib:$root/lib\(more)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\(argv0) \
            "$here/.\(LaunchLine.escaped(name))" "$@"

            """
        tree.remove(program)
        try tree.add(entry.source, at: hidden, isExecutable: true, isAtRoot: entry.isAtRoot)
        try tree.add(.text(script), at: program, isExecutable: true, isAtRoot: entry.isAtRoot)
    }
}
