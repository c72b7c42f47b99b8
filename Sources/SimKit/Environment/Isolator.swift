import Platform

/// Puts a process into namespaces of its own with `bwrap`: Lambda's folders in Lambda's places, everything else read-only.
package enum Isolator {
    private static let user = "993"
    private static let group = "990"

    /// Says now, and not in the first call, that it cannot be done.
    package static func check(_ isolation: Isolation) throws(SimError) {
        guard case .namespaces(let root) = isolation else { return }
        if let root, Files.status(root)?.isDirectory != true { throw .noSuchTarget(root) }
        let arguments = ["--unshare-user", "--uid", user, "--gid", group, "--unshare-pid", "--ro-bind", "/", "/"]
        let result = try Tool.run("bwrap", arguments + ["true"], purpose: "isolate the function")
        guard result.end == .exited(status: 0) else {
            throw .toolFailed("bwrap", object: "a new namespace", detail: result.lastLine)
        }
    }

    /// Where things are for the isolated processes.
    static let places = Variables.Places()

    /// Where `shim` is for them.
    static let shim = "/var/runtime/shim"

    /// The same process, isolated.
    ///
    /// - Parameters:
    ///   - child: The process; its paths are those of the inside.
    ///   - root: The folder that is the root file system; `nil` for this machine's own.
    ///   - task: The real folder for `/var/task`.
    ///   - layers: The real folder for `/opt`.
    ///   - temporary: The real folder for `/tmp`.
    ///   - shim: The real file for ``shim``, if it is needed.
    /// - Returns: `bwrap` with the process behind it, or the process itself where `bwrap` has gone since ``check(_:)``.
    static func isolated(
        _ child: ChildSpec,
        root: String?,
        task: String,
        layers: String,
        temporary: String,
        shim: String?
    ) -> ChildSpec {
        guard let bwrap = Tool.path(of: "bwrap") else { return child }
        var words = ["bwrap", "--unshare-user", "--uid", user, "--gid", group, "--unshare-pid", "--unshare-ipc"]
        words += ["--die-with-parent"]
        words += tree(of: root ?? "", at: "", without: ["dev", "proc", "tmp", "var", "opt", "sys"])
        words += ["--dir", "/var"]
        words += tree(of: (root ?? "") + "/var", at: "/var", without: ["task", "runtime"])
        words += ["--dev", "/dev", "--proc", "/proc"]
        words += ["--ro-bind", task, "/var/task", "--ro-bind", layers, "/opt", "--bind", temporary, "/tmp"]
        words += ["--dir", "/var/runtime"]
        if let shim { words += ["--ro-bind", shim, Self.shim] }
        words += ["--remount-ro", "/", "--chdir", child.directory, "--", child.executable]
        words += child.arguments.dropFirst()
        return ChildSpec(executable: bwrap, arguments: words, environment: child.environment, directory: "/")
    }

    /// Binds what a folder holds, one by one: the folder itself must stay one in which others can be put.
    private static func tree(of folder: String, at place: String, without left: Set<String>) -> [String] {
        let names = (try? Files.list(folder.isEmpty ? "/" : folder)) ?? []
        return names.filter { !left.contains($0) }.flatMap { name -> [String] in
            if let target = Files.linkTarget("\(folder)/\(name)") { return ["--symlink", target, "\(place)/\(name)"] }
            return ["--ro-bind-try", "\(folder)/\(name)", "\(place)/\(name)"]
        }
    }
}
