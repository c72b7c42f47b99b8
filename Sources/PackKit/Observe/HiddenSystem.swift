import Platform
import ToolKit

/// Runs a command where folders of the system are empty at their own places and whole below the package's folder, as they
/// will be in the package: what the program finds there it was led to by its variables.
///
/// The command has a mount namespace of its own, so that nobody else sees anything of it, and nothing is left.
struct HiddenSystem {
    let view: TaskView
    /// The folders that are empty at their own places.
    let hidden: [String]
    /// The system's folders that are mounted below the package's.
    private let mounted: [String]

    /// Prepares the view; `nil` where this machine does not allow mounts, or nothing is to be hidden.
    init?(_ hidden: Set<String>, view: TaskView, toolbox: Toolbox) throws {
        self.view = view
        self.hidden = hidden.sorted()
        mounted = try view.show(byMounts: !hidden.isEmpty)
        guard !hidden.isEmpty else { return nil }
        let trial = try? toolbox.result(.unshare, words(["/bin/sh", "-c", ":"]), directory: "/")
        guard trial?.succeeded == true else {
            try view.show(byMounts: false)
            return nil
        }
    }

    private static let script = """
        while [ "$1" != -- ]; do mount --rbind "/$1" "$0/$1" || exit; shift; done; shift
        while [ "$1" != -- ]; do mount -t tmpfs -o mode=755 shim-pack "$1" || exit; shift; done; shift
        exec "$@"
        """

    /// The arguments of `unshare` that run a command.
    func words(_ command: [String]) -> [String] {
        let user = Files.isSuperuser ? [] : ["--user", "--map-root-user"]
        return user + ["--mount", "--", "/bin/sh", "-c", Self.script, view.folder] + mounted + ["--"] + hidden + ["--"]
            + command
    }
}
