import Foundation
import Platform
import ToolKit

/// Runs a command where folders of the system are empty at their own places and whole below the package's folder, as they
/// will be in the package, and where scripts are as the package will have them: what the program finds there it was led to.
///
/// The command has a mount namespace of its own, so that nobody else sees anything of it, and nothing is left.
struct HiddenSystem {
    let view: TaskView
    /// The folders that are empty at their own places.
    let hidden: [String]
    /// The system's folders that are mounted below the package's.
    private let mounted: [String]
    /// Files that stand for scripts, each before the script's path.
    private let scripts: [String]

    /// Prepares the view; `nil` where this machine does not allow mounts, or nothing is to look different from what it is.
    ///
    /// - Parameters:
    ///   - hidden: Folders that are to be empty.
    ///   - scripts: The text that a script is to have, by its real path.
    ///   - view: The folder that stands for the package.
    ///   - staging: Where the scripts are written.
    ///   - toolbox: Tries whether this machine allows mounts.
    /// - Throws: What keeps the folders or the scripts from being written.
    init?(
        _ hidden: Set<String>,
        scripts: [String: String],
        view: TaskView,
        staging: Staging,
        toolbox: Toolbox
    ) throws {
        self.view = view
        self.hidden = hidden.sorted()
        let isNeeded = !hidden.isEmpty || !scripts.isEmpty
        mounted = try view.show(byMounts: isNeeded)
        guard isNeeded else { return nil }
        let folder = staging.path("scripts")
        try Files.removeTree(folder)
        try Disk.makeFolder(folder)
        self.scripts = try scripts.sorted { $0.key < $1.key }.enumerated().flatMap { number, script in
            let file = "\(folder)/\(number)"
            try Disk.write(Data(script.value.utf8), to: file)
            try Disk.setMode(file, Files.isExecutable(script.key) ? 0o755 : 0o644)
            return [file, script.key]
        }
        let trial = try? toolbox.result(.unshare, words(["/bin/sh", "-c", ":"]), directory: "/")
        guard trial?.succeeded == true else {
            try view.show(byMounts: false)
            return nil
        }
    }

    // Scripts first: the folders that they are in are shown with them.
    private static let script = """
        while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit; shift 2; done; shift
        while [ "$1" != -- ]; do mount --rbind "/$1" "$0/$1" || exit; shift; done; shift
        while [ "$1" != -- ]; do mount -t tmpfs -o mode=755 shim-pack "$1" || exit; shift; done; shift
        exec "$@"
        """

    /// The arguments of `unshare` that run a command.
    func words(_ command: [String]) -> [String] {
        var words = Files.isSuperuser ? [] : ["--user", "--map-root-user"]
        words += ["--mount", "--", "/bin/sh", "-c", Self.script, view.folder]
        for part in [scripts, mounted, hidden] { words += part + ["--"] }
        return words + command
    }
}
