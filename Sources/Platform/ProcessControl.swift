import CLinux
import Glibc
import Synchronization

/// How a process ended.
package enum ProcessEnd: Equatable, Sendable {
    /// It called `exit`, or returned from `main`.
    case exited(status: Int32)
    /// A signal killed it.
    case signalled(Int32)
}

/// Calls on processes that Foundation's Process does not have.
package enum ProcessControl {
    /// A descriptor that becomes readable when the process ends (`pidfd_open`, Linux 5.3).
    package static func endDescriptor(of pid: pid_t) throws(SystemError) -> Descriptor {
        Descriptor(owning: try check("pidfd_open") { clinux_pidfd_open(pid) })
    }

    /// How a child ended, without reaping it: Foundation's Process does that.
    ///
    /// - Returns: `nil` while the child runs.
    /// - Throws: ``SystemError`` with `ECHILD` where the child has been reaped already, which is not a failure.
    package static func peekEnd(of pid: pid_t) throws(SystemError) -> ProcessEnd? {
        var info = siginfo_t()
        try check("waitid") { waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG) }
        // si_pid and si_status follow the three ints and the padding of siginfo_t; Swift does not import the union.
        let (child, status) = withUnsafeBytes(of: &info) { bytes in
            (bytes.load(fromByteOffset: 16, as: Int32.self), bytes.load(fromByteOffset: 24, as: Int32.self))
        }
        if child == 0 { return nil }
        return Int(info.si_code) == Int(CLD_EXITED) ? .exited(status: status) : .signalled(status)
    }

    /// Children that somebody waits for, who is to learn how they ended.
    static let awaited = Mutex<Set<pid_t>>([])

    /// Whether somebody waits for a child, in whatever thread, and nobody else may reap it.
    package static func isAwaited(_ pid: pid_t) -> Bool { awaited.withLock { $0.contains(pid) } }

    /// Nobody waits for a child any longer.
    package static func abandon(_ pid: pid_t) { _ = awaited.withLock { $0.remove(pid) } }

    /// Reaps a child that was not started by Foundation's Process.
    ///
    /// - Returns: `nil` while it runs.
    package static func reap(_ pid: pid_t) throws(SystemError) -> ProcessEnd? {
        var status: Int32 = 0
        let found = try check("waitpid") { waitpid(pid, &status, WNOHANG) }
        if found == 0 { return nil }
        abandon(pid)
        return clinux_exited(status) != 0
            ? .exited(status: clinux_exit_status(status)) : .signalled(clinux_term_signal(status))
    }

    /// Sends a signal to a process group.
    ///
    /// A group that is gone is fine.
    ///
    /// - Returns: Whether a process was there to get it.
    @discardableResult
    package static func signalGroup(_ group: pid_t, _ signal: Int32) -> Bool {
        precondition(group > 1, "a signal to group 0, 1 or -1 would hit ourselves or everything")
        return kill(-group, signal) == 0
    }

    /// Sends a signal to one process.
    ///
    /// A process that is gone is fine.
    ///
    /// - Returns: Whether the process was there to get it.
    @discardableResult
    package static func signal(_ pid: pid_t, _ signal: Int32) -> Bool {
        precondition(pid > 1, "a signal to 0, 1 or -1 would hit ourselves or everything")
        return kill(pid, signal) == 0
    }

    /// Makes this process the parent of every descendant whose own parent ends, so that none escapes to init.
    package static func becomeSubreaper() throws(SystemError) {
        try check("prctl") { clinux_become_subreaper() }
    }

    /// Bounds how many descriptors a process and what it starts from now on may have, and how many bytes of memory they
    /// may lock.
    ///
    /// A process that is gone, or a machine whose own bound is lower, is fine.
    package static func limit(_ pid: pid_t, files: UInt, lockedMemory: UInt) {
        _ = clinux_limit(pid, files, lockedMemory)
    }

    /// Keeps every thread but the main one from interrupting whatever runs when such a thread wakes (`SCHED_BATCH`).
    ///
    /// They get as much time as before, only not at once. A thread that may not be changed, or that has just ended,
    /// stays as it is.
    package static func makeOtherThreadsYield() {
        let names = (try? Files.list("/proc/self/task")) ?? []
        for thread in names.compactMap({ pid_t($0) }) where thread != getpid() { _ = clinux_schedule_as_batch(thread) }
    }

    /// Sets the size of new threads' stacks, whatever `ulimit -s` says, and tries whether a thread can be made at all.
    package static func prepareForThreads(stack bytes: Int) throws(SystemError) {
        _ = clinux_set_default_stack(bytes)
        // They return the number instead of setting errno.
        let code = clinux_try_thread()
        guard code == 0 else { throw SystemError(call: "pthread_create", errno: code) }
        _ = clinux_register_barrier()
    }

    /// What another thread wrote before something that was seen here, is seen after this.
    ///
    /// It makes every thread of this process pass a barrier, so that a writer who used none is covered. On a kernel without
    /// the call, the writer gets the processor first.
    package static func synchronizeWithThreads() {
        if clinux_barrier() != 0 { sched_yield() }
        atomicMemoryFence(ordering: .acquiringAndReleasing)
    }

    /// Lets another thread or process that is ready run first.
    package static func yield() { sched_yield() }

    /// The name of a signal, `SIGSEGV`; `signal 42` for one without a name.
    package static func name(ofSignal number: Int32) -> String {
        let names: [Int32: String] = [
            SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
            SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
            SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
            16: "SIGSTKFLT", SIGCHLD: "SIGCHLD", SIGCONT: "SIGCONT", SIGSTOP: "SIGSTOP", SIGTSTP: "SIGTSTP",
            SIGTTIN: "SIGTTIN", SIGTTOU: "SIGTTOU", SIGURG: "SIGURG", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
            SIGVTALRM: "SIGVTALRM", SIGPROF: "SIGPROF", SIGWINCH: "SIGWINCH", SIGIO: "SIGIO", SIGPWR: "SIGPWR",
            SIGSYS: "SIGSYS",
        ]
        return names[number] ?? "signal \(number)"
    }
}

extension ProcessControl {
    /// Whether a child sleeps reading its standard input, as far as /proc tells: not where it waits by `poll` and the like.
    package static func waitsForInput(_ pid: pid_t) -> Bool {
        guard let bytes = try? Files.read("/proc/\(pid)/syscall", atMost: 256) else { return false }
        // proc(5): the number of the call, then its arguments in hexadecimal.
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return words.count > 2 && words[0] == readCall && words[1] == "0x0"
    }

    /// Whether every thread of a child sleeps, as far as /proc tells; one that is gone does.
    package static func sleeps(_ pid: pid_t) -> Bool {
        let threads = "/proc/\(pid)/task"
        return ((try? Files.list(threads)) ?? []).allSatisfy { thread in
            guard let bytes = try? Files.read("\(threads)/\(thread)/stat", atMost: 1024) else { return true }
            // proc(5): number, (name), state; the name may hold anything, a bracket too.
            guard let name = bytes.lastIndex(of: UInt8(ascii: ")")), name + 2 < bytes.count else { return true }
            return bytes[name + 2] == UInt8(ascii: "S")
        }
    }

    #if arch(x86_64)
    private static let readCall = "0"
    #else
    private static let readCall = "63"
    #endif

    /// The variables of this process; of a name that is there twice, the first, as getenv(3) has it.
    package static var variables: [String: String] {
        var result: [String: String] = [:]
        guard var entry = clinux_variables() else { return result }
        while let text = entry.pointee {
            if let equals = strchr(text, 0x3D), equals > text {
                let name = UnsafeRawBufferPointer(start: text, count: equals - text)
                let key = String(decoding: name, as: UTF8.self)
                if result[key] == nil { result[key] = String(cString: equals + 1) }
            }
            entry += 1
        }
        return result
    }

    /// This process.
    package static var ownID: pid_t { getpid() }

    /// Waits until a child has ended, without reaping it.
    ///
    /// - Returns: Whether it has.
    @discardableResult
    package static func waitForEnd(of pid: pid_t, atMost timeout: Duration) -> Bool {
        guard let end = try? endDescriptor(of: pid) else { return true }
        let deadline = ContinuousClock.Instant.now.advanced(by: timeout)
        while true {
            let rest = ContinuousClock.Instant.now.duration(to: deadline)
            guard let seen = try? poll([PollRequest(end.raw, .readable)], timeout: rest) else { return false }
            if seen.first?.contains(.readable) == true { return true }
            if rest <= .zero { return false }
        }
    }
}
