import ELF
import LambdaWire
import Platform
import ToolKit

/// Makes a root file system with what ``ProvidedSystem`` lists and nothing else, from this machine's own files.
///
/// Programs of the target that this machine cannot show as they are (they need libraries that the target does not have, or a
/// newer glibc) get a folder of their own for their libraries and a script that starts them there: what the function's own
/// programs find is still only what the target has. Versions of glibc's symbols that are newer than the target's are taken
/// out of the copies, so that the loader refuses here what it would refuse there, in the same words.
struct BareRoot {
    /// The folder.
    let path: String
    /// What it cannot show, for the user.
    private(set) var notes: [String] = []

    private var libraries = SystemLibraries()
    private var copied: Set<String> = []
    /// Whether ``ProvidedSystem/newestVersions`` holds here.
    private var limitsVersions = true

    private static let own = "/usr/libexec/shim-bare-root"
    private static let commandFolders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"]

    /// Makes it in a new folder.
    init(at path: String) throws(SimError) {
        self.path = path
        do throws(SystemError) {
            try fill()
        } catch {
            throw .file(operation: "make the bare root", path: path, error)
        }
    }

    private mutating func fill() throws(SystemError) {
        for folder in ProvidedSystem.folders + ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64"] { try make(folder) }
        for (place, target) in ProvidedSystem.links {
            try make(Paths.parent(place))
            try Files.makeLink(path + place, to: target)
        }
        for (place, content) in ProvidedSystem.files {
            try make(Paths.parent(place))
            try Files.write(content, to: path + place)
        }
        for (place, candidates) in ProvidedSystem.copies { try copyFirst(of: candidates, to: place) }
        try addLibraries()
        for (_, _, names) in ProvidedSystem.commands {
            for word in names.split(whereSeparator: \.isWhitespace) { try addCommand(String(word)) }
        }
    }

    private func make(_ folder: String) throws(SystemError) { try Files.makeFolders(path + folder) }

    private func copyFirst(of candidates: [String], to place: String) throws(SystemError) {
        guard let source = candidates.first(where: { Files.status($0) != nil }) else { return }
        try make(Paths.parent(place))
        guard Files.status(source)?.isDirectory == true else {
            return try Files.copy(source, to: path + place, mode: 0o644)
        }
        try make(place)
        for name in try Files.list(source) { try copyFirst(of: ["\(source)/\(name)"], to: "\(place)/\(name)") }
    }
}

// MARK: - Libraries

extension BareRoot {
    private mutating func addLibraries() throws(SystemError) {
        // The loader of this machine looks where its distribution builds it to look.
        if let home = libraries.home, home != "/lib64", home != "/usr/lib64" {
            let place = home.hasPrefix("/usr/") ? home : "/usr" + home
            if Files.entry(path + place) == nil, Paths.parent(place) == "/usr/lib" {
                try Files.makeLink(path + place, to: "../lib64")
            }
        }
        limitsVersions = shells.contains { isShown($0) }
        if !limitsVersions {
            notes.append(
                "the programs of this machine need a newer glibc than the target's 2.34: versions of its symbols are not limited"
            )
        }
        for (_, names) in ProvidedSystem.libraries {
            for name in names.split(separator: " ") {
                guard let library = libraries.find(String(name)), isShown(library) else { continue }
                try addLibrary(String(name), library)
            }
        }
    }

    private var shells: [SystemLibraries.Binary] {
        ["bash", "dash", "sh"].compactMap { Self.find($0) }.compactMap { SystemLibraries.binary($0) }
    }

    private mutating func addLibrary(_ name: String, _ library: SystemLibraries.Binary) throws(SystemError) {
        guard copied.insert(name).inserted else { return }
        let place = "\(path)/usr/lib64/\(name)"
        try Files.copy(library.path, to: place, mode: 0o755)
        // What glibc's libraries need of the loader is between them.
        guard limitsVersions, !name.hasPrefix("ld-") else { return }
        let found = try Files.withMapped(place) { bytes in
            (try? HiddenVersions.offsets(in: bytes) { Self.isTooNew($0) }) ?? []
        }
        try Files.overwrite(place, at: found, with: [0, 0, 0, 0])
    }

    /// The loader, where programs name it.
    private mutating func addLoader(_ interpreter: String) throws(SystemError) {
        let name = Paths.name(interpreter)
        guard copied.insert(name).inserted else { return }
        try Files.copy(interpreter, to: "\(path)/usr/lib64/\(name)", mode: 0o755)
        guard Files.status(path + interpreter) == nil else { return }
        try make(Paths.parent(interpreter))
        try Files.makeLink(path + interpreter, to: "/usr/lib64/\(name)")
    }

    /// Whether a program works as it is: the target has all its libraries, in versions that are new enough.
    private func isShown(_ program: SystemLibraries.Binary) -> Bool {
        var libraries = libraries
        guard let closure = libraries.closure(of: program) else { return false }
        let family = Set(ProvidedSystem.libraries.flatMap { $0.names.split(separator: " ").map(String.init) })
        for name in closure.keys where !family.contains(name) && !name.hasPrefix("ld-") {
            guard ProvidedSystem.commandLibraries.contains(name) else { return false }
        }
        guard limitsVersions else { return true }
        let files = [program.file] + closure.filter { !Self.isGlibc($0.key) }.map(\.value.file)
        return !files.contains { file in
            !Self.isGlibc(file.soname ?? "")
                && file.versionNeeds.contains { need in
                    !need.file.hasPrefix("ld-") && need.versions.contains { !$0.isWeak && Self.isTooNew($0.name) }
                }
        }
    }

    private static func isGlibc(_ name: String) -> Bool {
        ProvidedSystem.libraries.first?.names.split(separator: " ").contains(Substring(name)) == true
    }

    /// Whether the target's libraries lack a version.
    static func isTooNew(_ version: String) -> Bool {
        for (family, newest) in ProvidedSystem.newestVersions where version.hasPrefix(family) {
            let numbers = version.dropFirst(family.count).split(separator: ".").map { Int($0) }
            // GLIBC_PRIVATE, GLIBC_ABI_DT_RELR: versions that only glibc's own files use.
            guard numbers.allSatisfy({ $0 != nil }) else { return false }
            return newest.lexicographicallyPrecedes(numbers.compactMap { $0 })
        }
        return false
    }
}

// MARK: - Commands

extension BareRoot {
    private static func find(_ name: String) -> String? {
        commandFolders.map { "\($0)/\(name)" }.first { Files.status($0)?.isRegular == true && Files.isExecutable($0) }
    }

    /// Adds a command; one that this machine lacks is left out.
    private mutating func addCommand(_ word: String) throws(SystemError) {
        let parts = word.split(separator: "=", maxSplits: 1)
        let name = String(parts[0])
        let names = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : [name]
        let candidates = names.compactMap { Self.find($0) }
        let shown = candidates.first { path in
            SystemLibraries.binary(path).map { isShown($0) } ?? true
        }
        guard let source = shown ?? candidates.first else { return }
        let place = "\(path)/usr/bin/\(name)"
        guard let binary = SystemLibraries.binary(source) else {
            return try Files.copy(source, to: place, mode: 0o755)
        }
        guard shown != nil else { return try addHidden(name, binary) }
        try Files.copy(source, to: place, mode: 0o755)
        if let interpreter = binary.file.interpreter { try addLoader(interpreter) }
        for (name, library) in libraries.closure(of: binary) ?? [:] where !name.hasPrefix("ld-") {
            try addLibrary(name, library)
        }
    }

    /// Adds a command with libraries that only it finds, and a script in its place.
    private mutating func addHidden(_ name: String, _ binary: SystemLibraries.Binary) throws(SystemError) {
        guard let interpreter = binary.file.interpreter, let closure = libraries.closure(of: binary) else { return }
        try make(Self.own + "/lib")
        try make(Self.own + "/bin")
        let loader = Paths.name(interpreter)
        var files = closure.mapValues(\.path)
        files[loader] = interpreter
        for (name, source) in files {
            let place = "\(path)\(Self.own)/lib/\(name)"
            if Files.entry(place) == nil { try Files.copy(source, to: place, mode: 0o755) }
        }
        try Files.copy(binary.path, to: "\(path)\(Self.own)/bin/\(name)", mode: 0o755)
        let script = """
            #!/bin/sh
            exec \(Self.own)/lib/\(loader) --library-path \(Self.own)/lib --argv0 \(name) \(Self.own)/bin/\(name) "$@"

            """
        try Files.write(script, to: "\(path)/usr/bin/\(name)", mode: 0o755)
    }
}
