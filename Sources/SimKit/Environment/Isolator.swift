import ELF
import Platform
import ToolKit

/// Puts a process into namespaces of its own: a root file system that is read-only, with Lambda's folders in Lambda's places,
/// seen as Lambda's user.
///
/// The superuser makes mount namespaces as they are, and the files keep their owners. Everybody else needs a user namespace,
/// which has room for one user: `bwrap` makes it where it is installed and allowed, else `unshare` with `mount`,
/// which every Linux has. There, all files of the caller are the function's own, so rights that only an owner has are taken
/// away before (``PackageModes``).
package enum Isolator {
    /// The user and group of functions on Lambda.
    static let user = "993"
    static let group = "990"

    /// What one environment's processes get to see.
    struct View {
        /// The folder that is the root file system; empty for this machine's own.
        var root = ""
        /// The real folder for `/var/task`; `nil` for that of the root.
        var task: String?
        /// The real folder for `/opt`; `nil` for that of the root.
        var layers: String?
        /// The real folder for `/tmp`.
        var temporary: String
        /// An empty folder to put the new root together in.
        var scratch: String
        /// Single files that take the place of the root's, by their places.
        var files: [String: String] = [:]
    }

    enum Way {
        /// Mount namespaces by `unshare`, without one for users.
        case superuser
        case bwrap
        case unshare
    }

    /// The first way that works here, or why none does.
    ///
    /// A probe makes what the real thing makes, and runs nothing in it.
    static let way: Result<Way, SimError> = {
        var reasons: [String] = []
        for (way, tool, arguments) in [
            (Way.superuser, Tool.unshare, unshareProbe(.superuser)), (.bwrap, .bwrap, bwrapProbe),
            (.unshare, .unshare, unshareProbe(.unshare)),
        ] where way != .superuser || Files.isSuperuser {
            let reason: String
            do {
                let result = try Toolbox(interrupts: nil).result(tool, arguments, directory: "/")
                if result.succeeded { return .success(way) }
                reason = result.lastLine ?? "no message"
            } catch {
                reason = "not installed"
            }
            // What the superuser may not do by itself, the other ways may yet.
            if way != .superuser { reasons.append("\(tool.name): \(reason)") }
        }
        return .failure(.cannotIsolate(reasons))
    }()

    /// Says now, and not in the first call, that it cannot be done.
    package static func check(_ isolation: Isolation) throws(SimError) {
        guard case .namespaces(let root) = isolation else { return }
        if case .folder(let path) = root, Files.status(path)?.isDirectory != true { throw .noSuchRoot(path) }
        _ = try way.get()
    }

    /// Whether files keep their owners, so that the function is nobody's owner.
    static var keepsOwners: Bool {
        if case .success(.superuser) = way { return true }
        return false
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
    /// - Returns: The program that isolates, with the process as its arguments.
    static func isolated(_ child: ChildSpec, _ view: View) -> ChildSpec {
        var (tool, environment) = (Tool.unshare, IsolatedStart.concealed(child.environment))
        let words: [String]
        switch way {
        case .success(.bwrap): (tool, environment, words) = (.bwrap, child.environment, bwrapArguments(child, view))
        case .success(.superuser): words = unshareArguments(.superuser, child, view)
        case .success(.unshare), .failure: words = unshareArguments(.unshare, child, view)
        }
        return ChildSpec(
            // A tool that has gone since the probe is an error of the exec, which names it.
            executable: (try? Toolbox.path(of: tool)) ?? "/usr/bin/" + tool.name,
            arguments: [tool.name] + words,
            environment: environment,
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
    /// then, ``IsolatedStart`` writes `shim-sim: failed to execute PATH: WORDS`.
    ///
    /// - Returns: The system's words; `nil` where it was started.
    static func startFailure(_ path: String, _ end: ProcessEnd, lastLine: String?) -> String? {
        guard case .exited(let status) = end, status != 0, let line = lastLine, line.contains(path) else { return nil }
        guard line.hasPrefix("bwrap: ") || line.hasPrefix("shim-sim: failed to execute ") else { return nil }
        return line.split(separator: ": ").last.map(String.init)
    }

    /// How the isolated process ended: both tools say a signal as a shell does, with 128 added.
    static func end(_ end: ProcessEnd) -> ProcessEnd {
        if case .exited(let status) = end, (129...159).contains(status) { return .signalled(status - 128) }
        return end
    }
}
