import Platform

/// What isolated processes see, as steps that make it: for `bwrap` as its options, else for ``IsolatedStart``.
enum RootStep: Equatable {
    /// A folder to put others into.
    case folder(String)
    /// A symbolic link.
    case link(String, to: String)
    /// A file or folder of this machine, read-only.
    case show(String, at: String)
    /// Everything up to here can no longer be changed; the few devices there are on Lambda, and the processes.
    case sealAndAddDevices
    /// A folder of this machine that can be written.
    case share(String, at: String)
}

extension Isolator.View {
    /// The steps, in order.
    var steps: [RootStep] {
        var own: Set = ["dev", "proc", "tmp", "sys"]
        if task != nil { own.insert("var") }
        if layers != nil { own.insert("opt") }
        var steps = Self.tree(root, at: "", without: own)
        if let task {
            steps += [.folder("/var")]
            steps += Self.tree(root + "/var", at: "/var", without: ["task", "runtime"])
            steps += [.folder("/var/runtime")]
            // The mode of the folder that a package lies in is not part of the package.
            let isOpen = Files.status(task).map { $0.mode & 0o005 == 0o005 } ?? true
            steps +=
                isOpen
                ? [.show(task, at: "/var/task")]
                : [.folder("/var/task")] + Self.tree(task, at: "/var/task", without: [])
        }
        if let layers { steps += [.show(layers, at: "/opt")] }
        steps += files.sorted { $0.key < $1.key }.map { .show($0.value, at: $0.key) }
        return steps + [.sealAndAddDevices, .share(temporary, at: "/tmp")]
    }

    /// Shows what a folder holds, one by one: the folder itself must stay one in which others can be put.
    private static func tree(_ folder: String, at place: String, without left: Set<String>) -> [RootStep] {
        let names = (try? Files.list(folder.isEmpty ? "/" : folder)) ?? []
        return names.filter { !left.contains($0) }.map { name in
            let path = "\(folder)/\(name)"
            if let target = Files.linkTarget(path) { return .link("\(place)/\(name)", to: target) }
            return .show(path, at: "\(place)/\(name)")
        }
    }
}
