import ELF
import Foundation
import Platform

/// What was decided about a package, and why.
struct BuiltPlan: Sendable {
    var plan = PackagePlan()
    var machine: Machine
    var launch: LaunchLine?
    /// The program's name in messages.
    var name: String
    /// Lines for the user: why glibc comes along, what that changes.
    var notes: [String] = []
    /// Whether the files of C.UTF-8 come along with a glibc.
    var hasLocale = false
}

/// Decides what goes into a package and where.
struct PackageBuilder {
    let request: PackRequest
    let toolbox: Toolbox
    let root: FileSystemRoot
    let binaries = BinaryCache()
    /// The glibc of the target; `nil` where it has none.
    let available: GlibcVersion?
    let progress: (String) -> Void

    init(request: PackRequest, toolbox: Toolbox, available: GlibcVersion?, progress: @escaping (String) -> Void) {
        self.request = request
        self.toolbox = toolbox
        self.available = available
        self.progress = progress
        root = FileSystemRoot(request.sysroot)
    }

    /// Names that the packer's own files and folders have.
    private static let reserved: Set<String> = ["bootstrap", "shim", "lib", "glibc", "bin"]

    /// A program of the package: the main one, the interpreter, or one that is included.
    private struct Starter {
        let place: String
        let path: String
        let isMain: Bool
    }

    /// Makes the plan of a zip package, or of the folder of a Dockerfile.
    func build() throws -> BuiltPlan {
        var (built, closure, starters) = try contents()
        let bundled = try chooseGlibc(&built, closure, starters)
        try placeLibraries(&built, closure, starters, bundled)
        let loader = try bundled.isEmpty ? nil : placeLoader(&built, closure)
        if !bundled.isEmpty {
            try placeLocale(&built, closure, in: "glibc/locale")
            built.notes.append(
                "with a bundled glibc /proc/self/exe is the loader, NSS plugins, locales and iconv tables are not there"
                    + (built.hasLocale ? " (C.UTF-8 is)" : "") + "; see docs/packing.md"
            )
        }
        for starter in starters where !starter.isMain && bundled.contains(starter.path) {
            try wrap(starter, loader ?? "", closure, &built)
        }
        if let main = starters.first(where: \.isMain), bundled.contains(main.path), let launch = built.launch {
            built.launch = LaunchLine(
                words: prefix(loader: loader ?? "", for: main.place, closure) + launch.words
            )
        }
        try placeBootstrap(&built)
        try built.plan.checkFolders()
        return built
    }

    /// Makes the plan of an image from scratch, whose paths are from the root: glibc is where its loader looks for it.
    func buildImage(task: String) throws -> BuiltPlan {
        var (built, closure, _) = try contents()
        let check = GlibcCheck(available: available, machine: built.machine)
        let target = request.target.rawValue
        if request.glibc == .target,
            let reason = check.reason(program: built.name, binaries: closure.roots, target: target)
        {
            throw PackError.glibcTooOld(reason: reason, target: target)
        }
        var image = PackagePlan()
        for (place, entry) in built.plan.entries {
            let isAbsolute = absolutePlaces.contains(place)
            try image.add(entry.source, at: isAbsolute ? place : "\(task)/\(place)", isExecutable: entry.isExecutable)
        }
        built.plan = image
        try placeLocale(&built, closure, in: "usr/lib/locale")
        for library in closure.libraries.values {
            let folder = Disk.folder(String((root.inside(library.foundAt) ?? library.foundAt).dropFirst()))
            try place(library, in: library.isGlibc ? folder : "\(task)/lib", &built.plan)
        }
        for interpreter in Set(closure.roots.compactMap(\.file.interpreter)) {
            guard let real = root.realHost(root.host(interpreter)) else {
                throw PackError.cannotRead(path: root.host(interpreter), cause: "No such file or directory")
            }
            try built.plan.add(.file(real), at: String(interpreter.dropFirst()), isExecutable: true)
        }
        try built.plan.add(.file(request.shim), at: "\(task)/shim", isExecutable: true)
        try built.plan.add(.folder, at: "tmp")
        try built.plan.checkFolders()
        return built
    }

    /// Places that observation found outside the package's own folders; in an image they keep their absolute place.
    private var absolutePlaces: Set<String> {
        Set(
            request.inclusions.compactMap { inclusion in
                guard let destination = inclusion.destination, "/" + destination == inclusion.pattern else {
                    return nil
                }
                return destination
            }
        )
    }

    // MARK: - What is in it

    private func contents() throws -> (BuiltPlan, Closure, [Starter]) {
        var built = BuiltPlan(machine: .current, name: "")
        var closure = Closure()
        var starters: [Starter] = []
        let walk = InclusionWalk(
            root: root,
            leftOut: [Disk.absolute(request.output), toolbox.scratch],
            check: toolbox.checkInterrupt
        )
        let items = try request.inclusions.flatMap { try $0.items(walk) }
        let builder = ClosureBuilder(
            root: root,
            binaries: binaries,
            toolbox: toolbox,
            included: Set(items.map { Disk.name($0.place) }),
            progress: progress
        )
        var loader: String?
        if let path = request.program {
            let program = try ProgramFile(path, root: root, binaries: binaries)
            built.name = program.name
            let isReserved = Self.reserved.contains(program.name) || request.form == .layer
            let place = isReserved ? "bin/\(program.name)" : program.name
            try built.plan.add(.file(program.path), at: place, isExecutable: true)
            var words: [LaunchLine.Word] = [.file(place)]
            switch program.kind {
            case .binary:
                guard !request.packsInterpreter else { throw PackError.interpreterWithoutScript(path: path) }
                starters.append(Starter(place: place, path: program.path, isMain: request.form != .layer))
            case .script(let line):
                if let starter = try interpreter(line, of: program, &built) {
                    starters.append(starter)
                    words = [.file(starter.place)] + line.arguments.map { .text($0) } + words
                }
            }
            built.launch = LaunchLine(words: words + request.arguments.map { .text($0) })
        }
        for starter in starters {
            try builder.add(starter.path, named: Disk.name(starter.place), loader: nil, to: &closure)
            loader = try loader ?? binaries.read(starter.path)?.interpreter
        }
        for item in items {
            guard case .file(let path) = item.source, let real = root.realHost(path) else {
                try built.plan.add(item.source, at: item.place)
                continue
            }
            let isExecutable = (Files.status(real)?.mode ?? 0) & 0o111 != 0
            try built.plan.add(.file(real), at: item.place, isExecutable: isExecutable)
            guard let file = try binaries.read(real), file.kind != .other else { continue }
            if file.kind == .dynamicExecutable {
                starters.append(Starter(place: item.place, path: real, isMain: false))
            }
            try builder.add(real, named: Disk.name(item.place), loader: loader.map(root.host), to: &closure)
        }
        // A base image may have what the front end starts.
        if request.base == nil, let warning = FrontEnd.warning(built.plan.entries.keys) {
            built.notes.append("warning: " + warning)
        }
        try closure.checkVersions()
        dropIncludedLibraries(&closure, built.plan)
        if let machine = closure.roots.first?.file.machine { built.machine = machine }
        guard built.machine.isOnLambda else {
            throw PackError.unknownMachine(path: request.program ?? "", machine: built.machine.description)
        }
        return (built, closure, starters)
    }

    /// A library that was itself put into `lib/` is there already.
    private func dropIncludedLibraries(_ closure: inout Closure, _ plan: PackagePlan) {
        for (name, library) in closure.libraries where plan.entries["lib/\(name)"]?.source == .file(library.binary.path)
        {
            closure.libraries[name]?.aliases = []
        }
    }

    private func interpreter(
        _ line: ScriptLine,
        of program: ProgramFile,
        _ built: inout BuiltPlan
    ) throws -> Starter? {
        guard request.packsInterpreter else {
            guard !line.hasWindowsEnd else {
                throw PackError.notAProgram(
                    path: program.path,
                    cause: "it has Windows line ends, so its interpreter would not be found",
                    hint: "'sed -i \"s/\\r$//\" FILE' removes them"
                )
            }
            // In a layer a script is a tool like any other; what runs it is the function's business.
            let isThere = request.target.interpreters.contains(line.interpreter) || request.base != nil
            guard isThere || request.form == .dockerfile else {
                throw PackError.missingInterpreter(
                    script: program.path,
                    interpreter: line.interpreter,
                    target: request.target.rawValue
                )
            }
            return nil
        }
        guard let path = line.path(in: root), let real = root.realHost(path) else {
            throw PackError.noInterpreterHere(script: program.path, interpreter: line.interpreter)
        }
        guard let file = try binaries.read(real), file.kind != .sharedObject, file.kind != .other else {
            throw PackError.interpreterIsNoProgram(script: program.path, interpreter: path)
        }
        let place = "bin/" + Disk.name(line.interpreter)
        try built.plan.add(.file(real), at: place, isExecutable: true)
        return Starter(place: place, path: real, isMain: request.form != .layer)
    }

    // MARK: - glibc

    /// The programs, by path, that start through a loader of the package.
    private func chooseGlibc(
        _ built: inout BuiltPlan,
        _ closure: Closure,
        _ starters: [Starter]
    ) throws -> Set<String> {
        let check = GlibcCheck(available: available, machine: built.machine)
        let dynamic = starters.filter { starter in
            closure.roots.contains { $0.path == starter.path && $0.file.kind == .dynamicExecutable }
        }
        var bundled: Set<String> = []
        for starter in dynamic {
            let own = closure.roots.filter { $0.path == starter.path }
            // Included libraries are loaded by the main program, by dlopen.
            let plugins = starter.isMain ? closure.roots.filter { $0.file.kind == .sharedObject } : []
            let libraries = (own + plugins).flatMap { closure.librariesOfRoot[$0.path] ?? [] }
            let files = own + plugins + Set(libraries).sorted().compactMap { closure.libraries[$0]?.binary }
            let name = Disk.name(starter.place)
            let reason = check.reason(program: name, binaries: files, target: request.target.rawValue)
            switch request.glibc {
            case .target:
                if let reason { throw PackError.glibcTooOld(reason: reason, target: request.target.rawValue) }
            case .bundle:
                bundled.insert(starter.path)
                built.notes.append(
                    (reason ?? "\(name) would start without, but it was asked for") + ": glibc is bundled"
                )
            case .auto:
                if let reason {
                    bundled.insert(starter.path)
                    built.notes.append("\(reason): glibc is bundled")
                } else if starter.isMain {
                    let version = available.map { " (glibc \($0))" } ?? ""
                    built.notes.append("\(name) starts with the loader of \(request.target.rawValue)\(version)")
                }
            }
        }
        return bundled
    }

    /// Puts each library where the right loader finds it and no other.
    ///
    /// `lib/` is on LD_LIBRARY_PATH, which every program inherits that the program starts: so it holds only what the
    /// target's own loader can load, all needed libraries included. What needs the bundled glibc goes into `glibc/lib/`.
    private func placeLibraries(
        _ built: inout BuiltPlan,
        _ closure: Closure,
        _ starters: [Starter],
        _ bundled: Set<String>
    ) throws {
        let check = GlibcCheck(available: available, machine: built.machine)
        let plugins = closure.roots.filter { $0.file.kind == .sharedObject }.map(\.path)
        let main = starters.first(where: \.isMain)?.path
        let users = bundled.union(main.map(bundled.contains) == true ? plugins : [])
        let inBundle = Set(users.flatMap { closure.librariesOfRoot[$0] ?? [] })
        let outside = Set(
            closure.roots.filter { !users.contains($0.path) }.flatMap { closure.librariesOfRoot[$0.path] ?? [] }
        )
        for (name, library) in closure.libraries {
            if library.isGlibc {
                if inBundle.contains(name) { try place(library, in: "glibc", &built.plan) }
                continue
            }
            let tree = closure.tree(of: name).compactMap { closure.libraries[$0] }.filter { !$0.isGlibc }
            let fits = tree.allSatisfy { check.fits($0.binary) }
            if fits || outside.contains(name) { try place(library, in: "lib", &built.plan) }
            if !fits, inBundle.contains(name) { try place(library, in: "glibc/lib", &built.plan) }
        }
    }

    private func place(_ library: PackedLibrary, in folder: String, _ plan: inout PackagePlan) throws {
        let place = "\(folder)/\(library.fileName)"
        try plan.add(.file(library.binary.path), at: place, isExecutable: GlibcFamily.isLoader(library.fileName))
        for alias in library.aliases.sorted() { try plan.add(.link(library.fileName), at: "\(folder)/\(alias)") }
    }

    private func placeLoader(_ built: inout BuiltPlan, _ closure: Closure) throws -> String {
        let programs = closure.roots.filter { $0.file.kind == .dynamicExecutable }
        guard let interpreter = programs.compactMap(\.file.interpreter).min() else { return "" }
        guard let real = root.realHost(root.host(interpreter)) else {
            throw PackError.cannotRead(path: root.host(interpreter), cause: "No such file or directory")
        }
        let place = "glibc/" + Disk.name(interpreter)
        try built.plan.add(.file(real), at: place, isExecutable: true)
        return place
    }

    /// The words that start a program through the packed loader.
    private func prefix(loader: String, for place: String, _ closure: Closure) -> [LaunchLine.Word] {
        let folders = ["glibc", "glibc/lib", "lib", ""]
        return [.file(loader), .text("--library-path"), .searchPath(folders)]
            + (knowsArgv0(closure) ? [.text("--argv0"), .file(place)] : [])
    }

    /// `--argv0` came with glibc 2.33.
    private func knowsArgv0(_ closure: Closure) -> Bool {
        guard let libc = closure.libraries["libc.so.6"] else { return true }
        let versions = libc.binary.file.versionDefinitions.compactMap(GlibcVersion.init(symbolVersion:))
        return versions.contains { $0 >= GlibcVersion(2, 33) }
    }

    /// Replaces a program that others start by a script that starts it through the packed loader.
    private func wrap(_ starter: Starter, _ loader: String, _ closure: Closure, _ built: inout BuiltPlan) throws {
        guard let entry = built.plan.entries[starter.place] else { return }
        let folder = Disk.folder(starter.place)
        let name = Disk.name(starter.place)
        let hidden = (folder == "." ? "" : folder + "/") + "." + name
        let up = String(repeating: "/..", count: starter.place.split(separator: "/").count - 1)
        let argv0 = knowsArgv0(closure) ? " --argv0 \"$0\"" : ""
        let script = """
            #!/bin/sh
            case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
            root=$here\(up)
            exec "$root/\(loader)" --library-path "$root/glibc:$root/glibc/lib:$root/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\(argv0) \
            "$here/.\(LaunchLine.escaped(name))" "$@"

            """
        built.plan.remove(starter.place)
        try built.plan.add(entry.source, at: hidden, isExecutable: true)
        try built.plan.add(.text(script), at: starter.place, isExecutable: true)
    }

    // MARK: - The start

    private func placeBootstrap(_ built: inout BuiltPlan) throws {
        // Amazon Linux 2 has en_US.UTF-8, in files that only its own glibc is sure to read.
        let template = try BootstrapScript(
            path: request.template,
            setsLocale: request.target != .al2 || built.hasLocale
        )
        let script: String
        if request.form == .layer {
            script = try template.renderForLayer()
        } else if let launch = built.launch {
            script = try template.render(launch)
        } else {
            throw PackError.contradiction("no program to pack", hint: "only --layer does without one")
        }
        try built.plan.add(.text(script), at: "bootstrap", isExecutable: true)
        try built.plan.add(.file(request.shim), at: "shim", isExecutable: true)
    }
}
