import ELF
import Platform
import ToolKit

/// Puts a process into namespaces of its own: Lambda's folders in Lambda's places, everything else read-only.
///
/// `bwrap` does it where it is installed and the machine lets it; else `unshare` with `mount`, which every Linux has.
package enum Isolator {
    /// The user and group of functions on Lambda.
    static let user = "993"
    static let group = "990"

    /// What one environment's processes get to see.
    struct View {
        /// The folder that is the root file system; `nil` for this machine's own.
        let root: String?
        /// The real folder for `/var/task`.
        let task: String
        /// The real folder for `/opt`.
        let layers: String
        /// The real folder for `/tmp`.
        let temporary: String
        /// An empty folder to put the new root together in.
        let scratch: String
        /// The real file for ``Isolator/shim``, if it is needed.
        let shim: String?
    }

    private enum Way {
        case bwrap
        case unshare
    }

    /// The first way that works here, or why none does.
    ///
    /// A probe makes what the real thing makes, and runs nothing in it.
    private static let way: Result<Way, SimError> = {
        var reasons: [String] = []
        for (way, tool, arguments) in [(Way.bwrap, Tool.bwrap, bwrapProbe), (Way.unshare, .unshare, unshareProbe)] {
            do {
                let result = try Toolbox(interrupts: nil).result(tool, arguments, directory: "/")
                if result.succeeded { return .success(way) }
                reasons.append("\(tool.name): \(result.lastLine ?? "no message")")
            } catch {
                reasons.append("\(tool.name): not installed")
            }
        }
        return .failure(.cannotIsolate(reasons))
    }()

    /// Says now, and not in the first call, that it cannot be done.
    package static func check(_ isolation: Isolation) throws(SimError) {
        guard case .namespaces(let root) = isolation else { return }
        if let root, Files.status(root)?.isDirectory != true { throw .noSuchRoot(root) }
        _ = try way.get()
    }

    /// Where things are for the isolated processes.
    static let places = Variables.Places()

    /// Where `shim` is for them.
    static let shim = "/var/runtime/shim"

    /// The same process, isolated; ``check(_:)`` must have passed.
    ///
    /// - Parameters:
    ///   - child: The process; its paths are those of the inside.
    ///   - view: What it sees.
    /// - Returns: The program that isolates, with the process behind it.
    static func isolated(_ child: ChildSpec, _ view: View) -> ChildSpec {
        let (tool, words) =
            switch way {
            case .success(.bwrap): (Tool.bwrap, bwrapArguments(child, view))
            case .success(.unshare), .failure: (Tool.unshare, unshareArguments(child, view))
            }
        return ChildSpec(
            // A tool that has gone since the probe is an error of the exec, which names it.
            executable: (try? Toolbox.path(of: tool)) ?? "/usr/bin/" + tool.name,
            arguments: [tool.name] + words,
            environment: child.environment,
            directory: "/"
        )
    }

    /// Refuses what the kernel would not execute, whatever the view: both tools hand such a file to a shell.
    ///
    /// - Throws: ``SystemError/noProgram``. What else is wrong with the file, the tool finds.
    static func checkFormat(_ executable: String) throws(SystemError) {
        guard Files.isExecutable(executable), let bytes = try? Files.read(executable, atMost: ELFHeader.size) else {
            return
        }
        if bytes.starts(with: Array("#!".utf8)) { return }
        if let header = try? ELFHeader(bytes) {
            // An emulator may be registered with the kernel (binfmt_misc); then it would run.
            if header.machine == .current || Files.status("/proc/sys/fs/binfmt_misc/status") != nil { return }
        }
        throw SystemError.noProgram
    }

    /// Why a process could not be started, if that was it: `bwrap: execvp PATH: WORDS` is the last that the tool writes
    /// then, `unshare: failed to execute PATH: WORDS` in the language of the function.
    ///
    /// - Returns: The system's words; `nil` where it was started.
    static func startFailure(_ path: String, _ end: ProcessEnd, lastLine: String?) -> String? {
        guard case .exited(let status) = end, status != 0, let line = lastLine, line.contains(path) else { return nil }
        guard line.hasPrefix("bwrap: ") || line.hasPrefix("unshare: ") else { return nil }
        return line.split(separator: ": ").last.map(String.init)
    }

    /// How the isolated process ended: both tools say a signal as a shell does, with 128 added.
    static func end(_ end: ProcessEnd) -> ProcessEnd {
        if case .exited(let status) = end, (129...159).contains(status) { return .signalled(status - 128) }
        return end
    }
}

// MARK: - bwrap

extension Isolator {
    private static let bwrapProbe =
        ["--unshare-user", "--uid", user, "--gid", group, "--unshare-pid", "--unshare-ipc"]
        + ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "true"]

    private static func bwrapArguments(_ child: ChildSpec, _ view: View) -> [String] {
        let root = view.root ?? ""
        var words = ["--unshare-user", "--uid", user, "--gid", group, "--unshare-pid", "--unshare-ipc"]
        words += ["--die-with-parent"]
        words += tree(of: root, at: "", without: ["dev", "proc", "tmp", "var", "opt", "sys"])
        words += ["--dir", "/var"]
        words += tree(of: root + "/var", at: "/var", without: ["task", "runtime"])
        words += ["--dev", "/dev", "--remount-ro", "/dev", "--proc", "/proc"]
        words += [
            "--ro-bind", view.task, "/var/task", "--ro-bind", view.layers, "/opt", "--bind", view.temporary, "/tmp",
        ]
        words += ["--dir", "/var/runtime"]
        if let shim = view.shim { words += ["--ro-bind", shim, Self.shim] }
        words += ["--remount-ro", "/", "--chdir", child.directory, "--", child.executable]
        return words + child.arguments.dropFirst()
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

// MARK: - unshare

extension Isolator {
    /// The outer user is root inside and may mount; the inner one, made last, is Lambda's and may not.
    private static let unshareWords =
        ["--user", "--map-root-user", "--mount", "--pid", "--ipc", "--fork", "--kill-child=SIGKILL"]
        + ["--", "/bin/sh", "-c"]

    private static let unshareProbe =
        unshareWords + [
            """
            mount -t tmpfs none /mnt && mkdir /mnt/proc && mount -t proc proc /mnt/proc &&
            unshare --user --map-user=\(user) --map-group=\(group) --root=/ --wd=/ -- true
            """
        ]

    private static func unshareArguments(_ child: ChildSpec, _ view: View) -> [String] {
        let places = [view.root ?? "", view.scratch, view.task, view.layers, view.temporary, view.shim ?? ""]
        return unshareWords + [unshareScript, "isolate"] + places + [child.directory, child.executable]
            + child.arguments.dropFirst()
    }

    /// The same view as with `bwrap`.
    ///
    /// The shell stays as process 1, so that the function is none: the
    /// system keeps signals from process 1, and what loses its parent is given to it.
    private static let unshareScript = """
        set -e
        root=$1 new=$2 task=$3 layers=$4 temporary=$5 shim=$6 directory=$7
        shift 7
        # The function's own values are not for the tools here.
        path=$PATH libraries=$LD_LIBRARY_PATH
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        unset LD_LIBRARY_PATH
        tree() {
            for file in "$1"/* "$1"/.[!.]*; do
                name=${file##*/}
                case " $3 " in *" $name "*) continue ;; esac
                if [ -L "$file" ]; then
                    ln -s "$(readlink "$file")" "$2/$name"
                elif [ -d "$file" ]; then
                    mkdir "$2/$name"
                    mount --rbind "$file" "$2/$name"
                elif [ -e "$file" ]; then
                    : > "$2/$name"
                    mount --bind "$file" "$2/$name"
                fi
            done
        }
        # As /proc/self/mountinfo will name it.
        new=$(cd "$new" && pwd -P)
        mount -t tmpfs -o mode=0755 none "$new"
        mkdir "$new/var"
        tree "$root" "$new" "dev proc tmp var opt sys"
        tree "$root/var" "$new/var" "task runtime"
        mkdir -p "$new/var/task" "$new/var/runtime" "$new/opt" "$new/tmp" "$new/proc" "$new/dev"
        mount --rbind "$task" "$new/var/task"
        mount --rbind "$layers" "$new/opt"
        if [ -n "$shim" ]; then
            : > "$new/var/runtime/shim"
            mount --bind "$shim" "$new/var/runtime/shim"
        fi
        # A mount that was bound with others under it is read-only only if each is; what is locked must be said again.
        while read -r _ _ _ _ place options _; do
            place=$(printf '%b' "$place")
            case $place in "$new"/*) mount -o "remount,bind,$options,ro" "$place" ;; esac
        done < /proc/self/mountinfo
        for device in null zero full random urandom tty; do
            : > "$new/dev/$device"
            mount --bind "/dev/$device" "$new/dev/$device"
        done
        ln -s /proc/self/fd "$new/dev/fd"
        ln -s /proc/self/fd/0 "$new/dev/stdin"
        ln -s /proc/self/fd/1 "$new/dev/stdout"
        ln -s /proc/self/fd/2 "$new/dev/stderr"
        mount -t proc proc "$new/proc"
        mount --bind "$temporary" "$new/tmp"
        mount -o remount,bind,ro "$new"
        export PATH="$path" LD_LIBRARY_PATH="$libraries"
        # What the shell itself has to say of a signal is no log of the function.
        set +e
        exec 3>&2 2>/dev/null
        (
            exec \((try? Toolbox.path(of: .unshare)) ?? "unshare") --user --map-user=\(user) --map-group=\(group) \
                --root="$new" --wd="$directory" -- "$@" 2>&3 3>&-
        )
        exit $?
        """
}
