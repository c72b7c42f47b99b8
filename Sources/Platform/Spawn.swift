import CLinux
import Glibc

/// A child that leads its own process group, started by `posix_spawn`.
///
/// For programs that wait for their children in a poll loop: Foundation's Process would add a run loop source, a socket
/// that every descendant holds open, and a close of every descriptor for each child.
package struct ChildSpec: Sendable {
    /// The file to execute; never looked up in PATH.
    package var executable: String
    /// The arguments, the program's name first.
    package var arguments: [String]
    /// The whole environment.
    package var environment: [String: String]
    /// Where it starts.
    package var directory: String
    /// What it reads as its standard input.
    package var input = "/dev/null"

    /// Describes a child.
    package init(executable: String, arguments: [String], environment: [String: String], directory: String) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }
}

extension ProcessControl {
    /// Starts a child with the given descriptors as standard output and error.
    ///
    /// Every signal has its default action in the child and none is blocked. The caller reaps it.
    ///
    /// - Parameters:
    ///   - child: What to start.
    ///   - output: Its standard output.
    ///   - error: Its standard error.
    ///   - isAwaited: Whether the caller must learn how it ended, see ``isAwaited(_:)``.
    /// - Returns: The process id, which is also the id of its group.
    /// - Throws: ``SystemError`` with the `errno` of the `exec`, where it was that which failed.
    package static func spawn(
        _ child: ChildSpec,
        output: Int32,
        error: Int32,
        isAwaited: Bool = false
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, child.input, O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, error, 2)
        clinux_spawn_chdir(&actions, child.directory)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var pid: pid_t = 0
        let variables = child.environment.map { "\($0.key)=\($0.value)" }.sorted()
        func start() -> Int32 {
            withCStrings(child.arguments) { arguments in
                withCStrings(variables) { environment in
                    posix_spawn(&pid, child.executable, &actions, &attributes, arguments, environment)
                }
            }
        }
        // Who sees such a child in the system's list must find it in ours.
        let code =
            isAwaited
            ? awaited.withLock { all in
                let code = start()
                if code == 0 { all.insert(pid) }
                return code
            } : start()
        // posix_spawn returns the number instead of setting errno.
        guard code == 0 else { throw SystemError(call: "posix_spawn", errno: code) }
        return pid
    }
}

/// Calls the body with a C array of C strings, closed by a null pointer; both live only during the call.
private func withCStrings<R>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(bytes.count)
        bytes.append(contentsOf: string.utf8CString)
    }
    return bytes.withUnsafeMutableBufferPointer { storage in
        var pointers = offsets.map { offset in storage.baseAddress.map { $0 + offset } }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { list in
            guard let base = list.baseAddress else { preconditionFailure("the array holds a null pointer at least") }
            return body(base)
        }
    }
}
