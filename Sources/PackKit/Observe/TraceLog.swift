import Foundation

/// One use of a path by a program that was watched.
struct TracedAccess: Hashable, Sendable {
    /// What was done with it.
    enum Kind: Sendable {
        /// It was opened to be read.
        case read
        /// It was opened as a folder.
        case list
        /// It was started.
        case run
        /// It was only asked about: `stat`, `access`, `readlink`.
        case look
    }

    /// Where it is, as the program said it; absolute, but neither links nor `..` followed.
    let path: String
    let kind: Kind
    /// Whether it was there.
    let succeeded: Bool
}

/// What tools that watch a program write down.
enum TraceLog {
    /// The calls that are read, by their names in strace's log.
    private static let calls: [String: TracedAccess.Kind] = [
        "open": .read, "openat": .read, "openat2": .read, "execve": .run, "execveat": .run, "stat": .look,
        "lstat": .look,
        "newfstatat": .look, "fstatat64": .look, "statx": .look, "access": .look, "faccessat": .look,
        "faccessat2": .look, "readlink": .look, "readlinkat": .look, "chdir": .look,
    ]

    /// The names of these calls, each with a mark for those that this kernel or processor does not have.
    static var filter: String { "trace=" + calls.keys.sorted().map { "?" + $0 }.joined(separator: ",") }

    /// Reads the log of one process (`strace -ff -y`).
    ///
    /// - Parameters:
    ///   - log: The bytes of the log.
    ///   - directory: The working directory that the process began in.
    /// - Returns: What it did with which path, in order. What was opened to be written is left out.
    static func accesses(in log: [UInt8], directory: String) -> [TracedAccess] {
        var directory = directory
        var result: [TracedAccess] = []
        for line in log.split(separator: UInt8(ascii: "\n")) {
            guard let access = access(line, directory) else { continue }
            if access.succeeded, line.starts(with: Array("chdir(".utf8)) { directory = access.path }
            result.append(access)
        }
        return result
    }

    private static func access(_ line: ArraySlice<UInt8>, _ directory: String) -> TracedAccess? {
        guard let open = line.firstIndex(of: UInt8(ascii: "(")),
            var kind = calls[String(decoding: line[..<open], as: UTF8.self)],
            let start = line[open...].firstIndex(of: UInt8(ascii: "\"")),
            let (name, end) = quoted(line[start...]), !name.isEmpty
        else { return nil }
        var folder = directory
        if start > open + 1, let base = base(line[(open + 1)..<start]) { folder = base }
        let rest = String(decoding: line[end...], as: UTF8.self)
        // A name too long for the log ends in dots.
        guard !rest.hasPrefix("...") else { return nil }
        let flags = rest.prefix { $0 != ")" }
        if kind == .read {
            if flags.contains("O_WRONLY") || flags.contains("O_CREAT") { return nil }
            if flags.contains("O_DIRECTORY") { kind = .list }
            if flags.contains("O_PATH") { kind = .look }
        }
        // The arguments of what is started may hold anything, the names of what is opened too; only one end of each is sure.
        let equals = rest.range(of: ") ") == nil ? nil : result(of: rest, isRun: kind == .run)
        guard let equals else { return nil }
        let path = name.hasPrefix("/") ? name : (folder == "/" ? "" : folder) + "/" + name
        return TracedAccess(path: path, kind: kind, succeeded: !equals.hasPrefix("-") && !equals.hasPrefix("?"))
    }

    /// What follows the call's `=`.
    private static func result(of rest: String, isRun: Bool) -> Substring? {
        if isRun { return rest.range(of: " = ", options: .backwards).map { rest[$0.upperBound...] } }
        guard let close = rest.firstIndex(of: ")") else { return nil }
        return rest[close...].range(of: "= ").map { rest[$0.upperBound...] }
    }

    /// The folder that a descriptor means: `5</usr/lib>`, `AT_FDCWD</home>`.
    private static func base(_ text: ArraySlice<UInt8>) -> String? {
        guard let start = text.firstIndex(of: UInt8(ascii: "<")), let end = text.lastIndex(of: UInt8(ascii: ">")),
            start < end
        else { return nil }
        let path = unescaped(text[(start + 1)..<end])
        return path.hasPrefix("/") ? path : nil
    }

    /// A name between quotes, and where the quotes end.
    private static func quoted(_ text: ArraySlice<UInt8>) -> (String, Int)? {
        var index = text.startIndex + 1
        while index < text.endIndex, text[index] != UInt8(ascii: "\"") {
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < text.endIndex else { return nil }
        return (unescaped(text[(text.startIndex + 1)..<index]), index + 1)
    }

    /// Takes back strace's way of writing bytes that are not printable ASCII: `\"`, `\\`, `\n`, `\303`.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> String {
        guard text.contains(UInt8(ascii: "\\")) else { return String(decoding: text, as: UTF8.self) }
        var bytes: [UInt8] = []
        var rest = text
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
    static func loaded(in log: String) -> [TracedAccess] {
        log.split(separator: "\n").compactMap { line in
            guard let range = line.range(of: "calling init: ") else { return nil }
            let path = line[range.upperBound...].trimmingCharacters(in: .whitespaces)
            return path.hasPrefix("/") ? TracedAccess(path: path, kind: .read, succeeded: true) : nil
        }
    }
}
