import Foundation
import LambdaWire
import ToolKit

/// An image from scratch, whose paths count from the root: files of the system are where they were, glibc is where its
/// loader looks for it, and nothing needs to be told.
extension Placement {
    private var root: FileSystemRoot { context.root }
    private var mirror: Mirror { Mirror(root: root, isFromScratch: true, keepsAbsoluteLinks: true) }
    private var libraryFolder: String { Planner.taskFolder + "/lib" }

    func image() throws -> PackagePlan {
        try checkGlibc()
        var plan = start()
        plan.tree = try plan.tree.moved(to: Planner.taskFolder)
        plan.hasLocale = try LocaleFiles(context: context).place(for: closure, in: "usr/lib/locale", of: &plan.tree)
        let searched = searchedFolders()
        for library in closure.libraries.values.sorted(by: { $0.fileName < $1.fileName }) where !isExcluded(library) {
            try place(library, searched, &plan.tree)
        }
        for interpreter in Set(closure.roots.compactMap(\.file.interpreter)).sorted() {
            guard try mirror.add(interpreter, to: &plan.tree, isExecutable: true) != nil else {
                throw ToolError.cannotRead(path: root.host(interpreter), cause: "No such file or directory")
            }
        }
        if let shim { try plan.tree.add(.file(shim), at: Planner.taskFolder + "/shim", isExecutable: true) }
        try plan.tree.add(.folder, at: "tmp")
        try placeUsers(&plan.tree)
        try plan.tree.settleLinks()
        return plan
    }

    /// Puts a system's library in its own place, so that RPATHs and `$ORIGIN` lead to it, any other into the package.
    private func place(_ library: PackedLibrary, _ searched: Set<String>, _ tree: inout PackageTree) throws {
        guard let inside = root.inside(library.foundAt),
            !root.isHost || ContentsGatherer.systemFolders.contains(where: inside.hasPrefix)
        else {
            try tree.add(library, in: libraryFolder)
            return
        }
        let folder = Paths.parent(inside)
        // Others may ask for it by its SONAME, or by another name than the first.
        for name in Set([Paths.name(inside), library.fileName]).union(library.aliases).sorted() {
            let isThere = Disk.kind(root.host(folder + "/" + name)) != nil
            if isThere {
                try mirror.add(folder + "/" + name, to: &tree)
            } else if let real = root.inside(library.binary.path) {
                try tree.add(.link(real), at: String(folder.dropFirst()) + "/" + name, isAtRoot: true)
            }
            // Folders of ld.so.conf and of LD_LIBRARY_PATH mean nothing in the image.
            if searched.contains(folder) { try tree.add(.link(folder + "/" + name), at: "\(libraryFolder)/\(name)") }
        }
    }

    /// The folders that are searched here and not by the loader alone: it knows the one that its glibc is in.
    private func searchedFolders() -> Set<String> {
        let configuration = LoaderConfiguration(root: root, machine: contents.machine)
        let path = root.isHost ? ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "" : ""
        let own = closure.libraries["libc.so.6"].flatMap { root.inside($0.foundAt) }.map(Paths.parent)
        func real(_ folder: String) -> String { root.real(folder) ?? folder }
        let known = Set((own.map { [$0] } ?? []).map(real))
        let all = configuration.configured + path.split(separator: ":").map { Paths.absolute(String($0)) }
        return Set(all.filter { !known.contains(real($0)) })
    }

    /// A program that asks who it is gets the answer that Lambda's own images give: nobody's password file is packed.
    private func placeUsers(_ tree: inout PackageTree) throws {
        let files = [
            ("etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\n\(ProvidedSystem.user)\n"),
            ("etc/group", "root:x:0:\n\(ProvidedSystem.group)\n"),
        ]
        for (place, text) in files where !tree.isTaken(place) { try tree.add(.text(text), at: place, isAtRoot: true) }
    }

    private func checkGlibc() throws {
        guard request.glibc == .target else { return }
        let check = GlibcCheck(available: system.glibc, machine: contents.machine)
        guard let reason = check.reason(program: contents.name, binaries: closure.roots, target: system.name) else {
            return
        }
        throw PackError.glibcTooOld(reason: reason, target: system.name)
    }
}
