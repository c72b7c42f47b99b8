import ELF
import Foundation
import Platform
import ToolKit

/// Runs a program once and sees what it opens: libraries that it loads by itself, and data files.
struct Observer {
    let request: PackRequest
    let context: PackContext
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
        let path = Paths.absolute(program)
        let opened = try run(path, event: Data(event))
        let file = try ProgramFile(path, context: context)
        let known = try closureFiles(of: file)
        var result: [String: Inclusion] = [:]
        for found in opened.sorted() {
            let isRelative = !found.hasPrefix("/")
            guard let real = context.root.realHost(Paths.absolute(found)), Disk.kind(real) == .file,
                real != file.path, !known.contains(real),
                isRelative || (!Self.isTargets(found) && !Self.isTargets(real))
            else { continue }
            let place: String
            if isRelative {
                // The working directory of a function is its package, so there it is found again.
                place = found
            } else if let library = try context.binaries.read(real), library.kind == .sharedObject {
                let name = library.soname.map(Paths.name) ?? Paths.name(found)
                guard !GlibcFamily.contains(name) else { continue }
                place =
                    isInDefaultFolder(found, library.machine) && request.form != .image
                    ? "lib/\(name)" : String(found.dropFirst())
            } else {
                place = String(found.dropFirst())
            }
            result[place] =
                result[place] ?? Inclusion(pattern: found, destination: place, isAtRoot: "/" + place == found)
        }
        return result.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What the loader lists anyway, and so is packed without observation.
    private func closureFiles(of program: ProgramFile) throws -> Set<String> {
        var closure = Closure()
        let builder = ClosureBuilder(context: context)
        var path = program.path
        if case .script(let line) = program.kind {
            guard let interpreter = line.path(in: context.root),
                let real = context.root.realHost(interpreter)
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
        let configuration = LoaderConfiguration(root: context.root, machine: machine)
        return (configuration.configured + configuration.builtIn).contains(Paths.parent(path))
    }

    /// Runs the program and says which files it opened.
    private func run(_ path: String, event: Data) throws -> Set<String> {
        let log = staging.path("observed")
        var environment = ProcessInfo.processInfo.environment
        let result: ToolResult
        let hasStrace = (try? context.toolbox.path(of: .strace)) != nil
        if hasStrace {
            let trace = ["-f", "-qq", "-s", "4096", "-e", "trace=open,openat,openat2", "-e", "signal=none", "-o", log]
            result = try context.toolbox.result(
                .strace,
                trace + [path] + request.arguments,
                input: event,
                environment: environment
            )
        } else {
            // The loader says itself what it loads, though not which other files are opened.
            environment["LD_DEBUG"] = "files"
            environment["LD_DEBUG_OUTPUT"] = log
            result = try context.toolbox.result(.at(path), request.arguments, input: event, environment: environment)
        }
        guard result.succeeded else {
            let last = result.errors.split(separator: "\n").last.map(String.init) ?? ""
            throw PackError.observedProgramFailed(program: path, status: result.status, detail: last)
        }
        if hasStrace { return TraceLog.opened(in: String(decoding: try Disk.read(log), as: UTF8.self)) }
        var seen: Set<String> = []
        for name in try Disk.list(staging.folder) where name.hasPrefix("observed.") {
            seen.formUnion(TraceLog.loaded(in: String(decoding: try Disk.read(staging.path(name)), as: UTF8.self)))
        }
        return seen
    }
}
