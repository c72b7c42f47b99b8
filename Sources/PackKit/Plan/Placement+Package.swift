import ELF

/// The package that runs on a system with a loader: a zip, a layer, the folder of a Dockerfile, what an image adds to
/// its base.
extension Placement {
    func package() throws -> PackagePlan {
        var plan = start()
        let glibc = try GlibcDecision(request.glibc, contents: contents, system: system)
        plan.notes += glibc.notes
        try placeLibraries(&plan, glibc.bundled)
        if !glibc.bundled.isEmpty { try startThroughLoader(&plan, glibc.bundled) }
        try placeBootstrap(&plan)
        return plan
    }

    /// Puts each library where the right loader finds it and no other.
    ///
    /// `lib/` is on LD_LIBRARY_PATH, in a layer too, which every program inherits that the program starts: so it holds only
    /// what the target's own loader can load, all needed libraries included. What needs a newer glibc goes into `glibc/lib/`,
    /// where only a packed loader looks.
    private func placeLibraries(_ plan: inout PackagePlan, _ bundled: Set<String>) throws {
        let check = GlibcCheck(available: system.glibc, machine: contents.machine)
        // What is included is loaded by any of the programs, by dlopen.
        let users = bundled.isEmpty ? [] : bundled.union(closure.plugins.map(\.path))
        let inBundle = Set(users.flatMap { closure.librariesOfRoot[$0] ?? [] })
        for (name, library) in closure.libraries.sorted(by: { $0.key < $1.key }) where !isExcluded(library) {
            if library.isGlibc {
                if inBundle.contains(name) { try plan.tree.add(library, in: "glibc") }
                continue
            }
            let fits = closure.tree(of: name).compactMap { closure.libraries[$0] }.allSatisfy { library in
                library.isGlibc || check.fits(library.binary)
            }
            try plan.tree.add(library, in: fits ? "lib" : "glibc/lib")
        }
    }

    /// Brings the loader and its locale along, and starts the programs that need it through it.
    private func startThroughLoader(_ plan: inout PackagePlan, _ bundled: Set<String>) throws {
        let folders = layers.contains(where: \.hasLoaderLibraries) ? ["/opt/glibc/lib"] : []
        let loader = try PackedLoader(
            for: closure,
            root: context.root,
            layerFolders: folders,
            addingTo: &plan.tree
        )
        guard let loader else { return }
        plan.hasLocale = try LocaleFiles(context: context).place(for: closure, in: "glibc/locale", of: &plan.tree)
        plan.notes.append(
            "with a bundled glibc /proc/self/exe is the loader, NSS plugins, locales and iconv tables are not there"
                + (plan.hasLocale ? " (C.UTF-8 is)" : "") + "; see docs/packing.md"
        )
        for program in contents.programs where bundled.contains(program.path) {
            if program.isMain {
                if try asksForItself(program) {
                    plan.unproved = """
                        \(plan.name) was seen to ask for /proc/self/exe, which is the loader with a bundled glibc
                        hint: an image has no such loader: --image FILE; or pack on a system whose glibc the target has
                        """
                }
                plan.launch?.words.insert(contentsOf: loader.words(for: program.place), at: 0)
            } else {
                try loader.wrap(program.place, in: &plan.tree)
            }
        }
    }

    /// Whether a program was seen to ask where it is; the loader asks as well, for a program with `$ORIGIN`.
    private func asksForItself(_ program: PackedProgram) throws -> Bool {
        guard request.observation.asksForItself, let file = try context.binaries.read(program.path) else {
            return false
        }
        return !(file.rpath ?? "").contains("ORIGIN") && !(file.runpath ?? "").contains("ORIGIN")
    }

    private func placeBootstrap(_ plan: inout PackagePlan) throws {
        guard let shim else { return }
        // Amazon Linux 2 has en_US.UTF-8, in files that only its own glibc is sure to read.
        let template = try BootstrapScript(path: request.template, setsLocale: !system.hasLocale || plan.hasLocale)
        let variables = request.variables + request.observation.variables
        let script: String
        if request.form == .layer {
            // The package is where the script is, and not the function's folder.
            script = try template.setting(variables, root: "${0%/*}").renderForLayer()
        } else if let launch = plan.launch {
            script = try template.setting(variables, root: "$LAMBDA_TASK_ROOT").render(launch)
        } else {
            throw PackError.contradiction("no program to pack", hint: "only --layer does without one")
        }
        try plan.tree.add(.text(script), at: "bootstrap", isExecutable: true)
        try plan.tree.add(.file(shim), at: "shim", isExecutable: true)
    }
}
