import ELF
import ToolKit

/// Which programs of a package start through a loader of the package, because the system's glibc is not enough for
/// them.
struct GlibcDecision: Sendable {
    /// Their real paths.
    private(set) var bundled: Set<String> = []
    /// Why, as lines for the user.
    private(set) var notes: [String] = []

    /// Decides for each dynamic program.
    ///
    /// - Throws: ``PackError/glibcTooOld(reason:target:)`` where the target's glibc was asked for and is too old.
    init(_ choice: GlibcChoice, contents: Contents, system: TargetSystem) throws {
        let closure = contents.closure
        let check = GlibcCheck(available: system.glibc, machine: contents.machine)
        let hasMain = contents.programs.contains(where: \.isMain)
        for program in contents.programs {
            let own = closure.roots.filter { $0.path == program.path && $0.file.kind == .dynamicExecutable }
            guard !own.isEmpty else { continue }
            // Included libraries are loaded by the main program, by dlopen; where that is a script or there is none, by any.
            let plugins = program.isMain || !hasMain ? closure.plugins : []
            let libraries = (own + plugins).flatMap { closure.librariesOfRoot[$0.path] ?? [] }
            let files = own + plugins + Set(libraries).sorted().compactMap { closure.libraries[$0]?.binary }
            let name = Paths.name(program.place)
            let reason = check.reason(program: name, binaries: files, target: system.name)
            switch choice {
            case .target:
                if let reason { throw PackError.glibcTooOld(reason: reason, target: system.name) }
            case .bundle:
                bundled.insert(program.path)
                notes.append((reason ?? "\(name) would start without, but it was asked for") + ": glibc is bundled")
            case .auto:
                if let reason {
                    bundled.insert(program.path)
                    notes.append("\(reason): glibc is bundled")
                } else if program.isMain {
                    let version = system.glibc.map { " (glibc \($0))" } ?? ""
                    notes.append("\(name) starts with the loader of \(system.name)\(version)")
                }
            }
        }
        if bundled.isEmpty { try checkLibraries(choice, closure, check, system) }
    }

    /// Reports libraries that the target's loader cannot load and that no program of the package loads either.
    private mutating func checkLibraries(
        _ choice: GlibcChoice,
        _ closure: Closure,
        _ check: GlibcCheck,
        _ system: TargetSystem
    ) throws {
        for library in closure.plugins {
            let names = (closure.librariesOfRoot[library.path] ?? []).sorted()
            let files = [library] + names.compactMap { closure.libraries[$0]?.binary }
            guard let reason = check.reason(program: library.name, binaries: files, target: system.name) else {
                continue
            }
            guard choice != .target else { throw PackError.glibcTooOld(reason: reason, target: system.name) }
            notes.append(
                "warning: \(reason): the target's own programs cannot load it, only one with a glibc of its own that "
                    + "shim-pack packed"
            )
        }
    }
}
