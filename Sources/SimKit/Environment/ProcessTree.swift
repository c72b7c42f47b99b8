import Platform

/// What `/proc` says about processes and their descendants.
package enum ProcessTree {
    /// The children of a process.
    package static func children(of pid: ProcessID) -> [ProcessID] {
        guard let threads = try? Files.list("/proc/\(pid)/task") else { return [] }
        return threads.flatMap { thread in
            text("/proc/\(pid)/task/\(thread)/children").split(separator: " ").compactMap { ProcessID($0) }
        }
    }

    /// All processes of this machine that can be seen.
    package static var all: [ProcessID] { ((try? Files.list("/proc")) ?? []).compactMap { ProcessID($0) } }

    /// Processes and all their descendants.
    package static func withDescendants(of roots: [ProcessID]) -> [ProcessID] {
        var found: [ProcessID] = []
        var seen: Set<ProcessID> = []
        var waiting = roots
        while let pid = waiting.popLast() {
            guard seen.insert(pid).inserted else { continue }
            found.append(pid)
            waiting += children(of: pid)
        }
        return found
    }

    /// The variables a process was started with.
    package static func environment(of pid: ProcessID) -> [Substring] {
        text("/proc/\(pid)/environ").split(separator: "\0")
    }

    /// Whether a process has ended and waits to be reaped.
    package static func isZombie(_ pid: ProcessID) -> Bool {
        let stat = text("/proc/\(pid)/stat")
        // The name in parentheses may hold anything; the state follows the last of them.
        guard let close = stat.lastIndex(of: ")") else { return true }
        return stat[close...].dropFirst(2).first == "Z"
    }

    /// What processes use, in bytes: now, and at most over their lives as far as can be told.
    package static func memory(of pids: [ProcessID]) -> (now: Int, peak: Int) {
        var now = 0
        var peak = 0
        for pid in pids {
            let rollup = text("/proc/\(pid)/smaps_rollup")
            let status = text("/proc/\(pid)/status")
            guard let resident = kilobytes("VmRSS:", in: status) else { continue }
            // Pages that several processes share count once: each has its part. Where that is not told, all count.
            let used = kilobytes("Pss:", in: rollup) ?? resident
            let highest = kilobytes("VmHWM:", in: status) ?? resident
            now += used << 10
            peak += (used + max(0, highest - resident)) << 10
        }
        return (now, peak)
    }

    private static func kilobytes(_ name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            return line.dropFirst(name.count).split { $0 == " " || $0 == "\t" }.first.flatMap { Int($0) }
        }
        return nil
    }

    /// Empty where the process is gone, or not ours to look at.
    private static func text(_ path: String) -> String {
        guard let bytes = try? Files.read(path, atMost: 1 << 20) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
