/// The files of the locale C.UTF-8, which a glibc of the package needs.
///
/// No glibc has that locale built in. The target's own files need not do: those of a glibc before 2.27, as provided.al2
/// has it, are too short for a newer one, and an image from scratch has none. musl knows UTF-8 by itself.
struct LocaleFiles {
    let context: PackContext

    /// Its places in a system: glibc's own name, and the one that Debian and Ubuntu gave it before glibc 2.35.
    private static let places = ["/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8"]

    /// Takes the files along, where there are any and a glibc needs them.
    ///
    /// - Returns: Whether they come along.
    func place(for closure: Closure, in folder: String, of tree: inout PackageTree) throws -> Bool {
        let root = context.root
        guard closure.libraries["libc.so.6"] != nil,
            let source = Self.places.lazy.compactMap({ root.realHost(root.host($0)) }).first
        else { return false }
        let walk = InclusionWalk(root: root, leftOut: [], check: context.toolbox.checkInterrupt)
        for item in try walk.items(of: source, at: folder + "/C.utf8") { try tree.add(item.source, at: item.place) }
        return true
    }
}
