extension PackageBuilder {
    /// The places of C.UTF-8 in a system: glibc's own name, and the one that Debian and Ubuntu gave it before glibc 2.35.
    private static let locales = ["/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8"]

    /// Takes the files of the locale C.UTF-8 along for the glibc of the package.
    ///
    /// No glibc has that locale built in. The target's own files need not do: those of a glibc before 2.27, as provided.al2
    /// has it, are too short for a newer one, and an image from scratch has none. musl knows UTF-8 by itself.
    func placeLocale(_ built: inout BuiltPlan, _ closure: Closure, in folder: String) throws {
        guard closure.libraries["libc.so.6"] != nil else { return }
        let walk = InclusionWalk(root: root, leftOut: [], check: toolbox.checkInterrupt)
        guard let source = Self.locales.lazy.compactMap({ root.realHost(root.host($0)) }).first else { return }
        for item in try walk.items(of: source, at: folder + "/C.utf8") {
            try built.plan.add(item.source, at: item.place)
        }
        built.hasLocale = true
    }
}
