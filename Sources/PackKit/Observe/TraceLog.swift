import ToolKit

/// What tools that watch a program write down.
enum TraceLog {
    /// Reads a log of strace: the files that were opened for reading and were there.
    ///
    /// - Returns: Absolute paths, and those that were relative to the working directory and below it.
    static func opened(in log: String) -> Set<String> {
        var result: Set<String> = []
        var pending: [Substring: String] = [:]
        for line in log.split(separator: "\n") {
            let pid = line.prefix { $0 != " " }
            // A call that another thread's line cuts in two says its path first and its result later.
            if line.contains(" resumed>") {
                if let path = pending.removeValue(forKey: pid), let equals = line.range(of: " = ", options: .backwards),
                    !line[equals.upperBound...].hasPrefix("-")
                {
                    result.insert(path)
                }
                continue
            }
            guard let open = line.range(of: "open"), let start = line[open.upperBound...].firstIndex(of: "\"")
            else { continue }
            var path = ""
            var escaped = false
            var end = line.index(after: start)
            while end < line.endIndex, escaped || line[end] != "\"" {
                escaped = !escaped && line[end] == "\\"
                path.append(line[end])
                end = line.index(after: end)
            }
            path = unescaped(path)
            let rest = line[end...]
            // Relative to another folder than the working directory, `openat(5, "name"`, it cannot be followed.
            let call = line[open.upperBound..<start]
            let isPlain = call == "(" || call.hasPrefix("at(AT_FDCWD,") || call.hasPrefix("at2(AT_FDCWD,")
            guard let path = path.hasPrefix("/") ? Paths.normalized(path) : isPlain ? below(path) : nil,
                !["O_DIRECTORY", "O_WRONLY", "O_CREAT"].contains(where: { rest.contains($0) })
            else { continue }
            if rest.hasSuffix("<unfinished ...>") {
                pending[pid] = path
            } else if let equals = rest.range(of: " = ", options: .backwards),
                !rest[equals.upperBound...].hasPrefix("-")
            {
                result.insert(path)
            }
        }
        return result
    }

    /// A relative path without `.` and `..`; `nil` for one that leads out of the working directory.
    private static func below(_ path: String) -> String? {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            guard part != ".." || !parts.isEmpty else { return nil }
            if part == ".." { parts.removeLast() } else { parts.append(part) }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }

    /// Takes back strace's way of writing bytes that are not printable ASCII: `\"`, `\\`, `\n`, `\303`.
    private static func unescaped(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            switch next {
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "v"): bytes.append(11)
            case UInt8(ascii: "f"): bytes.append(12)
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                var value = Int(next - 48)
                var digits = 1
                while digits < 3, let digit = rest.first, (48...55).contains(digit) {
                    value = value * 8 + Int(digit - 48)
                    rest.removeFirst()
                    digits += 1
                }
                bytes.append(UInt8(truncatingIfNeeded: value))
            default: bytes.append(next)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads what `LD_DEBUG=files` prints: `calling init: /lib/libfoo.so.1`.
    static func loaded(in log: String) -> Set<String> {
        var result: Set<String> = []
        for line in log.split(separator: "\n") {
            guard let range = line.range(of: "calling init: ") else { continue }
            let path = line[range.upperBound...].trimmingCharacters(in: .whitespaces)
            if path.hasPrefix("/") { result.insert(Paths.normalized(path)) }
        }
        return result
    }
}
