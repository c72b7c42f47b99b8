import CLinux
import Glibc

/// Mounts of this process's own namespace.
package enum Mounts {
    /// Options by which a mount is restricted, by the names that /proc/self/mountinfo has for them (mount(2)).
    private static let flags: [Substring: UInt] = [
        "ro": 1, "nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "nodiratime": 2048, "relatime": 1 << 21,
    ]

    /// Makes a file system in memory.
    package static func memory(at place: String) throws(SystemError) {
        try check("mount") { clinux_mount("none", place, "tmpfs", 0, "mode=0755") }
    }

    /// Makes a view of this pid namespace's processes.
    package static func processes(at place: String) throws(SystemError) {
        try check("mount") { clinux_mount("proc", place, "proc", 2 | 4 | 8, nil) }
    }

    /// Shows a file or folder in another place too, with what is mounted in it.
    package static func show(_ source: String, at place: String) throws(SystemError) {
        try check("mount") { clinux_mount(source, place, nil, 4096 | 16384, nil) }
    }

    /// Makes everything that is mounted at or below a place read-only, and setuid bits void.
    ///
    /// Each mount has to be asked by itself, with the restrictions that it has already: these may be locked.
    ///
    /// - Parameters:
    ///   - place: A path without links.
    ///   - onlyItself: Whether only what is mounted at the place is meant; else only what is mounted below it.
    /// - Throws: ``SystemError`` of the first mount that refuses.
    package static func seal(_ place: String, onlyItself: Bool) throws(SystemError) {
        let bytes = try Files.read("/proc/self/mountinfo", atMost: 16 << 20)
        for line in bytes.split(separator: 0x0A) {
            let words = line.split(separator: 0x20, maxSplits: 6).map { String(decoding: $0, as: UTF8.self) }
            guard words.count > 5 else { continue }
            let path = unescaped(words[4])
            guard onlyItself ? path == place : path.hasPrefix(place + "/") else { continue }
            // MS_REMOUNT | MS_BIND, read-only, without setuid bits.
            let options = words[5].split(separator: ",").reduce(UInt(32 | 4096 | 1 | 2)) { $0 | (flags[$1] ?? 0) }
            try check("mount") { clinux_mount(nil, path, nil, options, nil) }
        }
    }

    /// Takes back the kernel's way of writing white space and backslashes: `\040`.
    private static func unescaped(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x5C, rest.count >= 3 else {
                bytes.append(byte)
                continue
            }
            bytes.append(rest.prefix(3).reduce(0) { $0 &* 8 &+ ($1 &- 48) })
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a process makes of itself before it becomes another program.
package enum OwnProcess {
    /// Takes a folder for the root file system, and a folder in it for the working directory.
    package static func enter(root: String, directory: String) throws(SystemError) {
        try check("chroot") { clinux_chroot(root) }
        try check("chdir") { chdir(directory) }
    }

    /// Becomes another user, for good and with no other groups; needs the superuser's rights.
    package static func become(user: UInt32, group: UInt32) throws(SystemError) {
        try check("setgroups") { clinux_drop_groups() }
        try check("setgid") { setgid(group) }
        try check("setuid") { setuid(user) }
    }

    /// Makes a user namespace in which this user has other numbers.
    package static func appear(as user: UInt32, group: UInt32) throws(SystemError) {
        let (own, ownGroup) = (geteuid(), getegid())
        try check("unshare") { clinux_enter_user_namespace() }
        for (name, text) in [
            ("setgroups", "deny"), ("uid_map", "\(user) \(own) 1"), ("gid_map", "\(group) \(ownGroup) 1"),
        ] {
            let file = try Descriptor.open("/proc/self/\(name)", O_WRONLY)
            try writeAll(text, to: file.raw)
        }
    }

    /// Makes setuid bits void for this process and all that it starts.
    package static func forbidNewPrivileges() throws(SystemError) {
        try check("prctl") { clinux_forbid_new_privileges() }
    }

    /// Becomes another program.
    ///
    /// - Returns: Only if that fails, why.
    package static func execute(_ path: String, _ arguments: [String], environment: [String]) -> SystemError {
        let words = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        execve(path, words, variables)
        // No clean-up: this process ends now.
        return SystemError(call: "execve", errno: errno)
    }
}
