import ELF
import Foundation
import LambdaWire
import Platform
import ToolKit

/// Judges what was done with paths while a program ran: which of them are a part of the package, and where.
struct ObservedUses {
    let request: PackRequest
    let program: ProgramFile
    let context: PackContext
    let view: TaskView

    /// What one round of runs has shown.
    struct Round {
        /// What goes into the package, by its place.
        var items: [String: Observation.Item] = [:]
        /// Private files that stay where they are.
        var leftOut: Set<String> = []
        /// Files and programs that were used by absolute names.
        var asked: Set<String> = []
        /// Programs among them that were looked for in PATH.
        var searched: Set<String> = []
        /// The places below the package's folder that were asked about.
        var places: Set<String> = []
        /// Names that led to nothing.
        var failed: Set<String> = []
        /// Whether a program asked where it is itself.
        var asksForItself = false
        /// Real paths of libraries and interpreters, which come along by themselves.
        var libraries: Set<String> = []

        /// Whether a variable has led the program to a file.
        ///
        /// A program that follows the links of the package's folder, which lead to the system here, uses the system's
        /// names from then on; in the package there are no such links.
        func isLed(to path: String) -> Bool {
            let places = [path] + Relocations.matched(path)
            return places.contains { place in
                let place = place.dropFirst()
                return self.places.contains { $0 == place || $0.hasPrefix(place + "/") }
            }
        }
    }

    /// Folders whose content is the machine's or the moment's business.
    private static let ignored = [
        "/proc", "/sys", "/dev", "/tmp", "/var/tmp", "/run", "/var/cache", "/var/run", "/var/log",
    ]
    /// Files that every target has, or that must be the target's own.
    private static let targets: Set<String> = [
        "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf",
        "/etc/localtime", "/etc/gai.conf", "/etc/hostname", "/etc/shadow",
        "/etc/gshadow", "/etc/mtab", "/etc/machine-id", "/etc/fstab",
    ]

    /// Whether the package runs on a system with commands and locales of its own.
    private var hasSystem: Bool { request.form != .image }

    /// Makes a round of what was done with paths.
    func round(_ accesses: [TracedAccess]) throws -> Round {
        var uses: [String: Set<TracedAccess.Kind>] = [:]
        for access in accesses where access.succeeded {
            uses[access.path, default: []].insert(access.kind)
            // The way of a name with dots leads through folders that no call names.
            for folder in Self.crossed(access.path) { uses[folder, default: []].insert(.look) }
        }
        // The kernel starts the interpreter of a script that is started, and no call of the program says so.
        for (path, kinds) in uses where kinds.contains(.run) {
            guard let start = try? Files.read(view.source(of: path), atMost: 512), let line = ScriptLine(Data(start))
            else { continue }
            for name in [line.starter, line.isFoundInPath ? nil : line.interpreter].compactMap({ $0 }) {
                uses[name, default: []].insert(.run)
            }
        }
        var result = Round()
        let known = try packedAnyway(uses)
        result.libraries = known
        result.asksForItself = uses.keys.contains { $0.hasPrefix("/proc/") && $0.hasSuffix("/exe") }
        result.failed = Set(accesses.filter { !$0.succeeded }.map { plain($0.path) })
        for (said, kinds) in uses.sorted(by: { $0.key < $1.key }) {
            try context.toolbox.checkInterrupt()
            let path = plain(said)
            if let place = view.place(of: path) { result.places.insert(place) }
            guard let use = try use(of: path, kinds, known) else { continue }
            let item = use.item
            if use.isPrivate {
                result.leftOut.insert(item.path)
                continue
            }
            result.items[item.place] = Self.better(result.items[item.place], item)
            guard item.isAtRoot, use.isNeeded, item.kind != .library else { continue }
            result.asked.insert(item.path)
            let first = ObservedRun.searchPath[0] + "/"
            if item.kind == .program,
                item.path.hasPrefix(first) || result.failed.contains(first + Paths.name(item.path))
            {
                result.searched.insert(item.path)
            }
        }
        return result
    }

    /// Which of two items of one place is packed: a program as such, else what keeps the links that were there.
    static func better(_ first: Observation.Item?, _ second: Observation.Item) -> Observation.Item {
        guard let first else { return second }
        if (first.kind == .program) != (second.kind == .program) { return first.kind == .program ? first : second }
        return first.isAtRoot ? first : second
    }

    /// The folders that a path leaves by `..`.
    private static func crossed(_ path: String) -> [String] {
        guard path.contains("/../") else { return [] }
        let parts = path.split(separator: "/")
        return parts.indices.dropFirst().filter { parts[$0] == ".." && parts[$0 - 1] != ".." }.map { index in
            "/" + parts[..<index].joined(separator: "/")
        }
    }

    /// A path without dots; those below the package's folder as they will mean it there, where its folders are not links.
    private func plain(_ path: String) -> String {
        if path.hasPrefix(view.folder + "/") { return Paths.normalized(path) }
        let path = context.root.plain(path)
        return hasSystem ? context.root.withoutTopLink(path) : path
    }

    /// One path as a part of the package.
    private struct Use {
        let item: Observation.Item
        let isPrivate: Bool
        /// Whether its content was used, and not only that it is there.
        let isNeeded: Bool
    }

    private func use(
        of path: String,
        _ kinds: Set<TracedAccess.Kind>,
        _ known: Set<String>
    ) throws -> Use? {
        let inside = view.place(of: path)
        if let inside, inside.isEmpty || view.isIncluded(inside) || path == view.folder { return nil }
        let source = inside == nil ? path : view.source(of: view.folder + "/" + (inside ?? ""))
        guard let real = context.root.realHost(source), let kind = Disk.kind(real), real != program.path,
            inside != nil || (!Self.isTargets(source) && !Self.isTargets(real)), !known.contains(real),
            !context.toolbox.scratch.hasPrefix(real + "/"), !real.hasPrefix(context.toolbox.scratch)
        else { return nil }
        if inside != nil, Self.isMoments(real) && !real.hasPrefix(view.workingFolder + "/") { return nil }
        let isPrivate = PrivateFiles().contains(source) || PrivateFiles().contains(real)
        func use(_ kind: Observation.Item.Kind, place: String? = nil) -> Use {
            let place = place ?? inside ?? String(path.dropFirst())
            let item = Observation.Item(path: source, place: place, kind: kind, isAtRoot: inside == nil)
            return Use(item: item, isPrivate: isPrivate, isNeeded: kinds.contains(.read) || kinds.contains(.run))
        }
        // What the target has need not come along; an image has nothing.
        if hasSystem, kinds.contains(.run) ? ProvidedSystem.hasCommand(source) : Self.isSystems(source) { return nil }
        switch kind {
        case .folder: return real == "/" ? nil : use(.folder)
        // What lists the folder that it works in looks at the packages that were made there before.
        case .file: if kinds == [.look], FinishedPackage.isOne(real) { return nil }
        default: return nil
        }
        if kinds.contains(.run) { return use(.program) }
        guard inside == nil, kinds.contains(.read), let file = try? context.binaries.read(real),
            file.kind == .sharedObject
        else { return use(.file) }
        let name = file.soname.map(Paths.name) ?? Paths.name(real)
        guard !GlibcFamily.contains(name) else { return nil }
        return isInDefaultFolder(source, file.machine) ? use(.library, place: "lib/\(name)") : use(.file)
    }

    /// Folders that programs of all kinds share: nobody looks for his own files from there.
    private static let sharedFolders: Set<String> = ["/", "/usr", "/usr/local", "/usr/games", "/opt"]

    /// The place of a program of the system's that used files of its own folder, or of the one that its `bin` is in.
    ///
    /// - Parameter items: What goes into the package.
    /// - Returns: Its own place, where it finds them from; `nil` where any place will do.
    func programPlace(_ items: some Collection<Observation.Item>) -> String? {
        guard ContentsGatherer.systemFolders.contains(where: program.path.hasPrefix) else { return nil }
        var folder = Paths.parent(program.path)
        if ["bin", "sbin"].contains(Paths.name(folder)) { folder = Paths.parent(folder) }
        guard !Self.sharedFolders.contains(folder) else { return nil }
        let isUsed = items.contains { item in
            [.file, .program].contains(item.kind) && context.root.realHost(item.path)?.hasPrefix(folder + "/") == true
        }
        return isUsed ? String(program.path.dropFirst()) : nil
    }

    /// Scripts of the system's that say where what was used is: their text with it led to the package, by their real path.
    ///
    /// - Parameter items: What goes into the package.
    /// - Returns: The changed ones only.
    /// - Throws: What keeps a script from being read.
    func scripts(_ items: some Collection<Observation.Item>) throws -> [String: String] {
        var names: Set<String> = []
        func add(_ path: String) {
            var path = path
            while path != "/", path != ".", names.insert(path).inserted { path = Paths.parent(path) }
        }
        for item in items where item.kind != .library {
            add(item.path)
            if let real = context.root.realHost(item.path) { add(real) }
        }
        let paths = ShellPaths { names.contains($0) }
        var result: [String: String] = [:]
        let files = items.filter { $0.kind == .file || $0.kind == .program }.compactMap { item in
            context.root.realHost(item.path)
        }
        // What a user wrote is changed by the user, who is told.
        for file in Set(files + [program.path]) where ContentsGatherer.systemFolders.contains(where: file.hasPrefix) {
            guard let start = try? Files.read(file, atMost: 512), ShellPaths.isScript(file, start: Array(start)) else {
                continue
            }
            let text = paths.changed([UInt8](try Disk.map(file)))
            result[file] = text.flatMap { String(bytes: $0, encoding: .utf8) }
        }
        return result
    }

    private static func isMoments(_ path: String) -> Bool {
        ignored.contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    private static func isTargets(_ path: String) -> Bool {
        isMoments(path) || targets.contains(path) || path.hasPrefix("/etc/ld.so")
    }

    /// Whether a system of its own makes a file needless: its glibc has these, or can do without.
    private static func isSystems(_ path: String) -> Bool {
        ["/etc/services", "/etc/protocols", "/usr/share/zoneinfo/UTC", "/usr/share/locale/locale.alias"].contains(path)
            || path.hasPrefix("/usr/lib/locale/") || path.hasSuffix("/gconv-modules.cache")
    }

    private func isInDefaultFolder(_ path: String, _ machine: Machine) -> Bool {
        let configuration = LoaderConfiguration(root: context.root, machine: machine)
        return (configuration.configured + configuration.builtIn).contains(Paths.parent(path))
    }

    /// The real paths of what comes along as the libraries of the program and of those that it started.
    private func packedAnyway(_ uses: [String: Set<TracedAccess.Kind>]) throws -> Set<String> {
        var closure = Closure()
        let builder = ClosureBuilder(context: context)
        let started = uses.filter { $0.value.contains(.run) }.keys.sorted().compactMap { path in
            context.root.realHost(view.source(of: path))
        }
        for path in [program.interpreter(context) ?? program.path] + started {
            guard let file = try? context.binaries.read(path), file.machine == .current else { continue }
            do {
                try builder.add(path, named: Paths.name(path), loader: nil, to: &closure)
            } catch PackError.missingLibraries {
                // Reported when it is packed.
            }
        }
        let interpreter = program.interpreter(context).flatMap { context.root.realHost($0) }.map { [$0] } ?? []
        return Set(closure.libraries.values.map(\.binary.path) + interpreter)
    }
}
