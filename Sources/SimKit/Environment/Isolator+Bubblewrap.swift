import Platform

extension Isolator {
    private static let bwrapWords = [
        "--unshare-user", "--uid", user, "--gid", group, "--unshare-pid", "--unshare-ipc", "--die-with-parent",
    ]

    static let bwrapProbe = bwrapWords + ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "true"]

    static func bwrapArguments(_ child: ChildSpec, _ view: View) -> [String] {
        bwrapWords + view.steps.flatMap { options($0) } + ["--remount-ro", "/", "--chdir", child.directory, "--"]
            + [child.executable] + child.arguments.dropFirst()
    }

    private static func options(_ step: RootStep) -> [String] {
        switch step {
        case .folder(let place): ["--dir", place]
        case .link(let place, let target): ["--symlink", target, place]
        // One that has gone since it was listed, or may not be looked at, is not there.
        case .show(let source, let place): ["--ro-bind-try", source, place]
        case .sealAndAddDevices: ["--dev", "/dev", "--remount-ro", "/dev", "--proc", "/proc"]
        case .share(let source, let place): ["--bind", source, place]
        }
    }
}
