import Platform

extension Isolator {
    /// The outer process is the superuser, of this machine or of its own user namespace, and may mount.
    private static func outerWords(_ way: Way) -> [String] {
        (way == .superuser ? [] : ["--user", "--map-root-user"])
            + ["--mount", "--pid", "--ipc", "--fork", "--kill-child=SIGKILL", "--", "/bin/sh", "-c"]
    }

    static func unshareProbe(_ way: Way) -> [String] {
        let inner = way == .superuser ? "--setgid=\(group) --setuid=\(user)" : "--user --map-user=\(user)"
        let script = """
            mount -t tmpfs none /mnt && mkdir /mnt/proc && mount -t proc proc /mnt/proc && unshare \(inner) --root=/ -- true
            """
        return outerWords(way) + [script]
    }

    /// The shell stays as process 1, so that the function is not.
    ///
    /// The system keeps signals from process 1, and what loses its parent is given to it. What the shell itself says
    /// about a signal does not belong in the function's log.
    ///
    /// Mounting is done by this program, started once more (``IsolatedStart``): `mount` would have to be started some
    /// eighty times, which takes longer than everything else.
    static func unshareArguments(_ way: Way, _ child: ChildSpec, _ view: View) -> [String] {
        let own = (try? Files.ownExecutable()) ?? "shim-sim"
        let start = IsolatedStart(
            keepsOwners: way == .superuser,
            scratch: view.scratch,
            directory: child.directory,
            steps: view.steps,
            executable: child.executable,
            arguments: child.arguments
        )
        return outerWords(way) + ["exec 3>&2 2>/dev/null; (exec \"$@\" 2>&3 3>&-); exit $?", "isolate", own]
            + start.words
    }
}
