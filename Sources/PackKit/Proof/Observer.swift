import ELF
import Foundation
import Platform

/// Runs a program once and sees what it opens: libraries that it loads by itself, and data files.
struct Observer {
    let request: PackRequest
    let toolbox: Toolbox
    let staging: Staging

    /// Folders whose content is the machine's or the moment's business.
    private static let ignored = [
        "/proc/", "/sys/", "/dev/", "/tmp/", "/var/tmp/", "/run/", "/etc/ld.so", "/var/cache/", "/var/run/",
    ]
    /// Files that every target has, or that must be the target's own.
    private static let targets: Set<String> = [
        "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf",
        "/etc/localtime", "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/hostname",
    ]

    /// What is to be taken along.
    ///
    /// - Throws: ``PackError/observedProgramFailed(program:status:detail:)`` where the program fails on the event.
    func observe(event: [UInt8]) throws -> [Inclusion] {
        guard let program = request.program else {
            throw PackError.contradiction("--observe without a program", hint: "name the program to run")
        }
        let path = Disk.absolute(program)
        let opened = try run(path, event: Data(event))
        let binaries = BinaryCache()
        let file = try ProgramFile(path, root: FileSystemRoot(), binaries: binaries)
        let known = try closureFiles(of: file, binaries)
        var result: [String: Inclusion] = [:]
        for found in opened.sorted() {
            let isRelative = !found.hasPrefix("/")
            guard let real = FileSystemRoot().realHost(Disk.absolute(found)), Disk.kind(real) == .file,
                real != file.path, !known.contains(real),
                isRelative || (!Self.isTargets(found) && !Self.isTargets(real))
            else { continue }
            let place: String
            if isRelative {
                // The working directory of a function is its package, so there it is found again.
                place = found
            } else if let library = try binaries.read(real), library.kind == .sharedObject {
                let name = library.soname.map(Disk.name) ?? Disk.name(found)
                guard !GlibcFamily.contains(name) else { continue }
                place =
                    isInDefaultFolder(found, library.machine) && request.form != .image
                    ? "lib/\(name)" : String(found.dropFirst())
            } else {
                place = String(found.dropFirst())
            }
            result[place] = result[place] ?? Inclusion(pattern: found, destination: place)
        }
        return result.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What the loader lists anyway, and so is packed without observation.
    private func closureFiles(of program: ProgramFile, _ binaries: BinaryCache) throws -> Set<String> {
        var closure = Closure()
        let builder = ClosureBuilder(root: FileSystemRoot(), binaries: binaries, toolbox: toolbox)
        var path = program.path
        if case .script(let line) = program.kind {
            guard let interpreter = line.path(in: FileSystemRoot()),
                let real = FileSystemRoot().realHost(interpreter)
            else { return [] }
            path = real
        }
        try builder.add(path, named: program.name, loader: nil, to: &closure)
        return Set(closure.binaries.map(\.path)).union(closure.libraries.values.map(\.binary.path))
    }

    private static func isTargets(_ path: String) -> Bool {
        ignored.contains { path.hasPrefix($0) } || targets.contains(path)
    }

    private func isInDefaultFolder(_ path: String, _ machine: Machine) -> Bool {
        let configuration = LoaderConfiguration(root: FileSystemRoot(), machine: machine)
        return (configuration.configured + configuration.builtIn).contains(Disk.folder(path))
    }

    /// Runs the program and says which files it opened.
    private func run(_ path: String, event: Data) throws -> Set<String> {
        let log = staging.path("observed")
        var environment = ProcessInfo.processInfo.environment
        let result: ToolResult
        let hasStrace = (try? toolbox.path(of: .strace)) != nil
        if hasStrace {
            let trace = ["-f", "-qq", "-s", "4096", "-e", "trace=open,openat,openat2", "-e", "signal=none", "-o", log]
            result = try toolbox.result(
                .strace,
                trace + [path] + request.arguments,
                input: event,
                environment: environment
            )
        } else {
            // The loader says itself what it loads, though not which other files are opened.
            environment["LD_DEBUG"] = "files"
            environment["LD_DEBUG_OUTPUT"] = log
            result = try toolbox.result(.at(path), request.arguments, input: event, environment: environment)
        }
        guard result.succeeded else {
            let last = result.errors.split(separator: "\n").last.map(String.init) ?? ""
            throw PackError.observedProgramFailed(program: path, status: result.status, detail: last)
        }
        if hasStrace { return Self.opened(in: String(decoding: try Disk.read(log), as: UTF8.self)) }
        var seen: Set<String> = []
        for name in try Disk.list(staging.folder) where name.hasPrefix("observed.") {
            seen.formUnion(Self.loaded(in: String(decoding: try Disk.read(staging.path(name)), as: UTF8.self)))
        }
        return seen
    }

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
            guard let path = path.hasPrefix("/") ? Disk.normalized(path) : isPlain ? below(path) : nil,
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
            if path.hasPrefix("/") { result.insert(Disk.normalized(path)) }
        }
        return result
    }
}

extension Packer {
    /// Runs the program on the request's event, and adds what it opened to what is included.
    ///
    /// - Returns: What was found.
    package mutating func observe() throws -> [Inclusion] {
        guard let event = request.observedEvent else { return [] }
        guard request.sysroot == nil else {
            throw PackError.contradiction(
                "--observe runs the program here, which one of --sysroot cannot",
                hint: "name the files with --include"
            )
        }
        progress("observe")
        let found = try Observer(request: request, toolbox: toolbox, staging: staging).observe(event: event)
        request.inclusions += found
        return found
    }
}
