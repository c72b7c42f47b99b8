import Foundation
import Platform

/// What can be said of a path without asking what is there, but for links below a `..`.
package enum Paths {
    /// A name with its folder made absolute and `.`, `..` and doubled slashes taken out, other links left alone.
    ///
    /// An empty one leads nowhere and stays as it is.
    package static func absolute(_ path: String) -> String {
        if path.isEmpty { return path }
        let full = path.hasPrefix("/") ? path : Files.workingDirectory + "/" + path
        var parts = full.split(separator: "/")
        // Above a folder that is reached by a link is what is above the folder, not what is above the link.
        if let last = parts.lastIndex(of: ".."), let real = realpath("/" + parts[...last].joined(separator: "/"), nil) {
            defer { free(real) }
            parts = String(cString: real).split(separator: "/") + parts[(last + 1)...]
        }
        return normalized("/" + parts.joined(separator: "/"))
    }

    /// An absolute name without `.`, `..` and doubled slashes.
    package static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The last part; `/` for a path that has none.
    package static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "/" }

    /// All but the last part.
    package static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The folders of the programs that come with this one: its own, as SwiftPM puts them, then `../libexec/shim`, where an
    /// installation has what is not to be on PATH.
    package static func companionFolders() throws(SystemError) -> [String] {
        let own = parent(try Files.ownExecutable())
        return [own, normalized(own + "/../libexec/shim")]
    }

    /// A program that comes with this one.
    ///
    /// - Returns: Its path; where it is in none of ``companionFolders()``, the one it should have beside this program.
    package static func companion(_ name: String) throws(SystemError) -> String {
        let paths = try companionFolders().map { $0 + "/" + name }
        return paths.first { Files.isExecutable($0) } ?? paths[0]
    }
}
