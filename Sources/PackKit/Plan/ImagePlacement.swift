import ToolKit

/// Puts everything in its place in an image from scratch, whose paths count from the root: glibc is where its loader
/// looks for it, and nothing needs to be told.
struct ImagePlacement {
    let request: PackRequest
    let system: TargetSystem
    let context: PackContext
    let contents: Contents
    /// The checked path of the bootstrap program.
    let shim: String

    private var root: FileSystemRoot { context.root }

    func plan() throws -> PackagePlan {
        try checkGlibc()
        let closure = contents.closure
        let task = Planner.taskFolder
        var plan = PackagePlan(
            tree: try contents.tree.moved(to: task),
            machine: contents.machine,
            launch: contents.launch,
            name: contents.name,
            notes: contents.notes
        )
        plan.hasLocale = try LocaleFiles(context: context).place(for: closure, in: "usr/lib/locale", of: &plan.tree)
        for library in closure.libraries.values {
            let folder = Paths.parent(String((root.inside(library.foundAt) ?? library.foundAt).dropFirst()))
            try plan.tree.add(library, in: library.isGlibc ? folder : "\(task)/lib")
        }
        for interpreter in Set(closure.roots.compactMap(\.file.interpreter)) {
            let loader = try root.requireReal(interpreter)
            try plan.tree.add(.file(loader), at: String(interpreter.dropFirst()), isExecutable: true)
        }
        try plan.tree.add(.file(shim), at: "\(task)/shim", isExecutable: true)
        try plan.tree.add(.folder, at: "tmp")
        return plan
    }

    private func checkGlibc() throws {
        guard request.glibc == .target else { return }
        let check = GlibcCheck(available: system.glibc, machine: contents.machine)
        let roots = contents.closure.roots
        guard let reason = check.reason(program: contents.name, binaries: roots, target: system.name) else { return }
        throw PackError.glibcTooOld(reason: reason, target: system.name)
    }
}
