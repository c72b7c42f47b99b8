import ELF
import Platform

/// Where this machine's own programs find their libraries, as far as its standard folders have them.
struct SystemLibraries {
    /// A file and what it says of itself.
    struct Binary {
        let path: String
        let file: ELFFile
    }

    private let folders: [String]
    private var known: [String: Binary] = [:]

    init() {
        let triple = Machine.current == .arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu"
        folders = ["/lib64", "/usr/lib64", "/lib/\(triple)", "/usr/lib/\(triple)", "/lib", "/usr/lib"]
    }

    /// The folder that glibc lies in, with links followed; `nil` where this machine has none.
    var home: String? {
        folders.first { Files.status("\($0)/libc.so.6")?.isRegular == true }
    }

    /// A program or library as it is; `nil` for what is not an ELF file of this machine.
    static func binary(_ path: String) -> Binary? {
        let read = try? Files.withMapped(path) { try? ELFFile($0) }
        guard let file = read ?? nil, file.machine == .current else { return nil }
        return Binary(path: path, file: file)
    }

    /// The library of a name.
    mutating func find(_ name: String) -> Binary? {
        if let found = known[name] { return found }
        for folder in folders {
            guard let binary = Self.binary("\(folder)/\(name)") else { continue }
            known[name] = binary
            return binary
        }
        return nil
    }

    /// All libraries that a program needs, by name; `nil` where one of them is not here.
    mutating func closure(of program: Binary) -> [String: Binary]? {
        var result: [String: Binary] = [:]
        var waiting = program.file.needed
        while let name = waiting.popLast() {
            guard result[name] == nil else { continue }
            guard let library = find(name) else { return nil }
            result[name] = library
            waiting += library.file.needed
        }
        return result
    }
}
