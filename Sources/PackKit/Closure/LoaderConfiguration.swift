import ELF
import Foundation
import ToolKit

/// The folders that a system's loader searches for every program: those of ld.so.conf, then its built-in ones.
struct LoaderConfiguration: Equatable, Sendable {
    /// The values of `$LIB`: distributions differ, so both are tried.
    let libraryFolders: [String]
    /// The values of `$PLATFORM`.
    let platform: String
    /// The folders of ld.so.conf, in its order.
    let configured: [String]
    /// The folders that are built into the loader of any distribution.
    let builtIn: [String]

    init(root: FileSystemRoot, machine: Machine) {
        let triplet = machine == .arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu"
        platform = machine == .arm64 ? "aarch64" : "x86_64"
        libraryFolders = ["lib/\(triplet)", "lib64", "lib"]
        builtIn = ["/lib/\(triplet)", "/usr/lib/\(triplet)", "/lib64", "/usr/lib64", "/lib", "/usr/lib"]
        var seen: Set<String> = []
        configured = Self.read("/etc/ld.so.conf", root: root, seen: &seen)
    }

    /// Reads one configuration file and what it includes; a file is read once, so that a circle ends.
    private static func read(_ path: String, root: FileSystemRoot, seen: inout Set<String>) -> [String] {
        guard let real = root.real(path), seen.insert(real).inserted, seen.count < 1000,
            let data = try? Disk.read(root.host(real))
        else { return [] }
        var result: [String] = []
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "," || $0 == ":" }
            guard let first = words.first else { continue }
            if first == "include" {
                for pattern in words.dropFirst() {
                    let absolute = pattern.hasPrefix("/") ? String(pattern) : Paths.parent(path) + "/" + pattern
                    for match in Glob.expand(root.host(absolute)) {
                        if let inside = root.inside(match) { result += read(inside, root: root, seen: &seen) }
                    }
                }
            } else if first != "hwcap" {
                result += words.filter { $0.hasPrefix("/") }.map(String.init)
            }
        }
        return result
    }
}

/// Names with `*`, `?` and `[...]`, as the shell expands them.
enum Glob {
    static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    /// The files that match, sorted; none where nothing does.
    static func expand(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }
}
