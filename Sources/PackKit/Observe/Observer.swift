import ELF
import Foundation
import LambdaWire
import Platform
import ToolKit

/// Runs a program on events and sees what it uses: libraries that it loads by itself, data files, folders, programs.
struct Observer {
    let request: PackRequest
    let context: PackContext
    let staging: Staging

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

    /// Whether the package stands on a system with commands and locales of its own.
    private var hasSystem: Bool { request.form != .image }

    /// Runs the program once for each event.
    ///
    /// - Returns: What it used, and what follows.
    /// - Throws: ``PackError/observedProgramFailed(program:status:output:)`` where it fails on an event.
    func observe(_ events: [[UInt8]]) throws -> Observation {
        guard let name = request.program else {
            throw PackError.contradiction("--observe without a program", hint: "name the program to run")
        }
        let program = try ProgramFile(name, context: context)
        let own: Set<String> = [Paths.absolute(request.output), context.toolbox.scratch]
        let walk = InclusionWalk(root: context.root, leftOut: own, check: context.toolbox.checkInterrupt)
        let items = try request.inclusions.flatMap { try $0.items(walk) }
        let view = try TaskView(staging.path("view"), items: items, program: Paths.absolute(name), leftOut: own)
        let run = ObservedRun(request: request, program: program, context: context, staging: staging, view: view)
        var accesses: [TracedAccess] = []
        for (index, event) in events.enumerated() {
            context.progress("observe event \(index + 1) of \(events.count)")
            accesses += try run.accesses(event: Data(event), number: index)
        }
        try Files.removeTree(view.folder)
        var observation = try evaluate(accesses, program, view)
        observation.sawOnlyLibraries = !run.hasTracer
        observation.isEmpty = false
        return observation
    }

    /// Makes a package's items of what was done with paths.
    private func evaluate(_ accesses: [TracedAccess], _ program: ProgramFile, _ view: TaskView) throws -> Observation {
        var uses: [String: Set<TracedAccess.Kind>] = [:]
        for access in accesses where access.succeeded { uses[access.path, default: []].insert(access.kind) }
        // The kernel starts the interpreter of a script that is started, and no call of the program says so.
        for (path, kinds) in uses where kinds.contains(.run) {
            guard let start = try? Files.read(path, atMost: 512), let line = ScriptLine(Data(start)) else { continue }
            for name in [line.starter, line.isFoundInPath ? nil : line.interpreter].compactMap({ $0 }) {
                uses[name, default: []].insert(.run)
            }
        }
        var result = Observation()
        var found: [String: Observation.Item] = [:]
        var asked: [String] = []
        let known = try packedAnyway(uses, program)
        for (said, kinds) in uses {
            try context.toolbox.checkInterrupt()
            guard let use = try use(of: context.root.plain(said), kinds, known, program, view) else { continue }
            if use.isPrivate {
                result.leftOut.append(use.item.path)
                continue
            }
            found[use.item.place] = found[use.item.place].map { $0.kind == .program ? $0 : use.item } ?? use.item
            if use.item.isAtRoot, use.isNeeded, use.item.kind != .library { asked.append(use.item.path) }
        }
        result.items = found.values.sorted { $0.place < $1.place }
        result.leftOut = Set(result.leftOut).sorted()
        // In an image everything is where it was.
        guard request.form != .image else { return result }
        let paths = searchPath(of: asked.filter { found[String($0.dropFirst())]?.kind == .program }, accesses)
        let set = Set(request.variables.map(\.name))
        var (variables, rest) = Relocations.variables(for: asked.sorted(), set: set)
        if !paths.folders.isEmpty {
            rest.removeAll { paths.programs.contains($0) }
            if !set.contains("PATH") { variables.append(paths.variable) }
        }
        result.variables = variables
        result.notFound = rest
        return result
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
        _ known: Set<String>,
        _ program: ProgramFile,
        _ view: TaskView
    ) throws -> Use? {
        let inside = view.place(of: path)
        if let inside, inside.isEmpty || view.isIncluded(inside) || path == view.folder { return nil }
        let here = inside.map {
            Disk.kind(view.workingFolder + "/" + $0) != nil ? view.workingFolder + "/" + $0 : "/" + $0
        }
        let source = here ?? path
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
        switch kind {
        case .folder: return real == "/" ? nil : use(.folder)
        case .file: break
        default: return nil
        }
        // What the target has need not come along; an image has nothing.
        if hasSystem, kinds.contains(.run) ? TargetCommands.contains(source) : Self.isSystems(source) { return nil }
        if kinds.contains(.run) { return use(.program) }
        guard inside == nil, kinds.contains(.read), let file = try? context.binaries.read(real),
            file.kind == .sharedObject
        else { return use(.file) }
        let name = file.soname.map(Paths.name) ?? Paths.name(real)
        guard !GlibcFamily.contains(name) else { return nil }
        return isInDefaultFolder(source, file.machine) ? use(.library, place: "lib/\(name)") : use(.file)
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
    private func packedAnyway(_ uses: [String: Set<TracedAccess.Kind>], _ program: ProgramFile) throws -> Set<String> {
        var closure = Closure()
        let builder = ClosureBuilder(context: context)
        let started = uses.filter { $0.value.contains(.run) }.keys.sorted().compactMap { context.root.realHost($0) }
        for path in [program.interpreter(context) ?? program.path] + started {
            guard let file = try? context.binaries.read(path), file.machine == .current else { continue }
            do {
                try builder.add(path, named: Paths.name(path), loader: nil, to: &closure)
            } catch PackError.missingLibraries {
                // Told when it is packed.
            }
        }
        let interpreter = program.interpreter(context).map { [$0] } ?? []
        return Set(closure.libraries.values.map(\.binary.path) + interpreter)
    }

    /// Programs that were looked for in PATH, by the tries that came before.
    private func searchPath(of programs: [String], _ accesses: [TracedAccess])
        -> (programs: Set<String>, folders: [String], variable: PackVariable)
    {
        let tried = Set(accesses.filter { !$0.succeeded }.map(\.path))
        let first = ObservedRun.searchPath[0]
        let searched = programs.filter { path in
            Paths.parent(path) == first || tried.contains(first + "/" + Paths.name(path))
        }
        let folders = ObservedRun.searchPath.filter { folder in searched.contains { Paths.parent($0) == folder } }
        let value = folders.map { "$LAMBDA_TASK_ROOT" + $0 } + ObservedRun.searchPath
        return (Set(searched), folders, PackVariable(name: "PATH", value: value.joined(separator: ":")))
    }
}
