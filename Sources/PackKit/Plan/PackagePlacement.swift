import ELF

/// Puts everything in its place in a package that stands on a system with a loader: a zip, a layer, the folder of a
/// Dockerfile, what an image adds to its base.
struct PackagePlacement {
    let request: PackRequest
    let system: TargetSystem
    let context: PackContext
    let contents: Contents
    /// The checked path of the bootstrap program.
    let shim: String

    private var closure: Closure { contents.closure }

    func plan() throws -> PackagePlan {
        var plan = PackagePlan(
            tree: contents.tree,
            machine: contents.machine,
            launch: contents.launch,
            name: contents.name,
            notes: contents.notes
        )
        let glibc = try GlibcDecision(request.glibc, contents: contents, system: system)
        plan.notes += glibc.notes
        try placeLibraries(&plan.tree, glibc.bundled)
        if !glibc.bundled.isEmpty { try startThroughLoader(&plan, glibc.bundled) }
        try placeBootstrap(&plan)
        return plan
    }

    /// Puts each library where the right loader finds it and no other.
    ///
    /// `lib/` is on LD_LIBRARY_PATH, which every program inherits that the program starts: so it holds only what the
    /// target's own loader can load, all needed libraries included. What needs the bundled glibc goes into `glibc/lib/`.
    private func placeLibraries(_ tree: inout PackageTree, _ bundled: Set<String>) throws {
        let check = GlibcCheck(available: system.glibc, machine: contents.machine)
        let main = contents.programs.first(where: \.isMain)?.path
        let users = bundled.union(main.map(bundled.contains) == true ? closure.plugins.map(\.path) : [])
        let inBundle = Set(users.flatMap { closure.librariesOfRoot[$0] ?? [] })
        let outside = Set(
            closure.roots.filter { !users.contains($0.path) }.flatMap { closure.librariesOfRoot[$0.path] ?? [] }
        )
        for (name, library) in closure.libraries {
            if library.isGlibc {
                if inBundle.contains(name) { try tree.add(library, in: "glibc") }
                continue
            }
            let fits = closure.tree(of: name).compactMap { closure.libraries[$0] }.allSatisfy { library in
                library.isGlibc || check.fits(library.binary)
            }
            if fits || outside.contains(name) { try tree.add(library, in: "lib") }
            if !fits, inBundle.contains(name) { try tree.add(library, in: "glibc/lib") }
        }
    }

    /// Brings the loader and its locale along, and starts the programs that need it through it.
    private func startThroughLoader(_ plan: inout PackagePlan, _ bundled: Set<String>) throws {
        guard let loader = try PackedLoader(for: closure, root: context.root, addingTo: &plan.tree) else { return }
        plan.hasLocale = try LocaleFiles(context: context).place(
            for: closure,
            in: "glibc/locale",
            of: &plan.tree
        )
        plan.notes.append(
            "with a bundled glibc /proc/self/exe is the loader, NSS plugins, locales and iconv tables are not there"
                + (plan.hasLocale ? " (C.UTF-8 is)" : "") + "; see docs/packing.md"
        )
        for program in contents.programs where bundled.contains(program.path) {
            if program.isMain {
                plan.launch?.words.insert(contentsOf: loader.words(for: program.place), at: 0)
            } else {
                try loader.wrap(program.place, in: &plan.tree)
            }
        }
    }

    private func placeBootstrap(_ plan: inout PackagePlan) throws {
        // Amazon Linux 2 has en_US.UTF-8, in files that only its own glibc is sure to read.
        let template = try BootstrapScript(path: request.template, setsLocale: !system.hasLocale || plan.hasLocale)
        let script: String
        if request.form == .layer {
            script = try template.renderForLayer()
        } else if let launch = plan.launch {
            script = try template.render(launch)
        } else {
            throw PackError.contradiction("no program to pack", hint: "only --layer does without one")
        }
        try plan.tree.add(.text(script), at: "bootstrap", isExecutable: true)
        try plan.tree.add(.file(shim), at: "shim", isExecutable: true)
    }
}
