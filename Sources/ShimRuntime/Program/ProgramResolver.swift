import LambdaWire
import Platform

/// Finds the program that a command line or a handler string means.
struct ProgramResolver {
    /// LAMBDA_TASK_ROOT.
    let taskRoot: String
    /// The folders of PATH, then those of layers.
    let searchPath: [String]

    init(taskRoot: String, environment: [String: String], layers: String = "/opt") {
        self.taskRoot = taskRoot
        let path = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init)
        let layerFolders = ((try? Files.list(layers)) ?? []).map { "\(layers)/\($0)/bin" }
        // Lambda's own PATH ends in /opt/bin.
        searchPath = Self.unique(
            path + ["\(layers)/bin"] + layerFolders.filter { Files.status($0)?.isDirectory == true }
        )
    }

    /// The program of `shim COMMAND ARG...`.
    ///
    /// A command with a slash is a path, from the task root where it is relative; one without is looked for in the task
    /// root and then in PATH.
    func resolve(command: String, arguments: [String]) throws(ShimError) -> Program {
        let places =
            command.utf8.contains(UInt8(ascii: "/"))
            ? [absolute(command)] : ([taskRoot] + searchPath).map { "\($0)/\(command)" }
        guard let file = places.first(where: { Files.status($0)?.isRegular == true }) else {
            throw .programNotFound(name: command, tried: Self.unique(places))
        }
        return try program(file: file, arguments: arguments)
    }

    /// The program that a handler string names: the exact file, or for `name.anything` the one file `name` or `name.*`.
    func resolve(handler: String) throws(ShimError) -> Program {
        let exact = absolute(handler)
        if Files.status(exact)?.isRegular == true { return try program(file: exact, arguments: []) }
        var tried = [exact]
        let folderEnd = exact.lastIndex(of: "/") ?? exact.startIndex
        let folder = String(exact[..<folderEnd])
        let last = exact[exact.index(after: folderEnd)...]
        if let dot = last.lastIndex(of: "."), dot > last.startIndex {
            let stem = String(last[..<dot])
            tried += ["\(folder)/\(stem)", "\(folder)/\(stem).*"]
            let names = ((try? Files.list(folder)) ?? []).filter { $0 == stem || $0.hasPrefix(stem + ".") }
            let files = names.map { "\(folder)/\($0)" }.filter { Files.status($0)?.isRegular == true }
            // Data files beside the script (test.csv) are not candidates.
            let runnable = files.filter(isRunnable)
            if runnable.count > 1 { throw .programAmbiguous(name: handler, candidates: runnable) }
            if let file = runnable.first ?? (files.count == 1 ? files.first : nil) {
                return try program(file: file, arguments: [])
            }
        }
        throw .programNotFound(name: handler, tried: tried)
    }

    /// How a file is run, and whether it can be run here.
    private func program(file: String, arguments: [String]) throws(ShimError) -> Program {
        let name = Self.name(file, arguments)
        let inspection = ProgramInspection(file: file, resolver: self)
        if Files.isExecutable(file) {
            if case .unknown = inspection.kind, let interpreter = try interpreterByExtension(file) {
                // Executable, but nothing says what runs it: the kernel would answer ENOEXEC.
                return Program(executable: interpreter, arguments: [file] + arguments, name: name, file: file)
            }
            try inspection.requireRunnable()
            return Program(executable: file, arguments: arguments, name: name, file: file)
        }
        if case .script(let interpreter, let option) = inspection.kind {
            try inspection.requireRunnable()
            let words = [interpreter] + (option.map { [$0] } ?? []) + [file] + arguments
            return Program(executable: words[0], arguments: Array(words.dropFirst()), name: name, file: file)
        }
        if let interpreter = try interpreterByExtension(file) {
            return Program(executable: interpreter, arguments: [file] + arguments, name: name, file: file)
        }
        throw .programUnusable(
            path: file,
            why: "it is not executable",
            hint: "run 'chmod +x' on it before packing; Lambda keeps the modes that are in the zip"
        )
    }

    /// What messages call the program: its file's name, and not that of a packed glibc's loader which starts it.
    private static func name(_ file: String, _ arguments: [String]) -> String {
        let last = { (path: String) in path.split(separator: "/").last.map(String.init) ?? path }
        let name = last(file)
        guard name.hasPrefix("ld-") || name.hasPrefix("ld.so"), name.contains(".so") else { return name }
        // ld.so(8): options with a value, then the program.
        let withValue: Set = [
            "--library-path", "--argv0", "--inhibit-rpath", "--audit", "--preload", "--glibc-hwcaps-prepend",
            "--glibc-hwcaps-mask",
        ]
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--argv0", let given = rest.first { return last(given) }
            if withValue.contains(word) { _ = rest.popFirst() } else if !word.hasPrefix("--") { return last(word) }
        }
        return name
    }

    private func interpreterByExtension(_ file: String) throws(ShimError) -> String? {
        guard let interpreter = ScriptInterpreters.interpreter(of: file) else { return nil }
        if let found = find(interpreter) { return found }
        throw .programUnusable(
            path: file,
            why: "'\(interpreter)', which runs files of its kind, is in none of " + searchPath.joined(separator: ", "),
            hint: "pack the interpreter with the program, or add a layer that has it"
        )
    }

    /// The first executable of this name on the search path.
    func find(_ name: String) -> String? {
        searchPath.map { "\($0)/\(name)" }.first { Files.status($0)?.isRegular == true && Files.isExecutable($0) }
    }

    private func isRunnable(_ file: String) -> Bool {
        if Files.isExecutable(file) { return true }
        if case .script = ProgramInspection(file: file, resolver: self).kind { return true }
        return ScriptInterpreters.interpreter(of: file) != nil
    }

    private func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return taskRoot + "/" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
    }

    private static func unique(_ places: [String]) -> [String] {
        var seen = Set<String>()
        return places.filter { seen.insert($0).inserted }
    }
}
