import Glibc

/// What is left out by `--exclude PATTERN`.
///
/// A pattern without a slash is that of a name, one with a slash that of a place in the package, one that begins with a slash
/// that of a path on this machine. What lies in a folder that is left out is left out with it. Used by one thread.
final class Exclusions {
    private let patterns: [String]
    private var unmatched: Set<String>

    init(_ patterns: [String]) {
        self.patterns = patterns.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        unmatched = Set(self.patterns)
    }

    /// Whether something is left out, by its place in the package (without a leading slash) or its path on this machine.
    func contains(place: String, path: String?) -> Bool {
        guard !patterns.isEmpty else { return false }
        var isLeftOut = false
        for pattern in patterns where Self.matches(pattern, place: place, path: path) {
            unmatched.remove(pattern)
            isLeftOut = true
        }
        return isLeftOut
    }

    /// The patterns that nothing was left out for, in order.
    var unused: [String] { patterns.filter(unmatched.contains) }

    private static func matches(_ pattern: String, place: String, path: String?) -> Bool {
        if pattern.hasPrefix("/") {
            return path.map { path in ancestors(path).contains { fnmatch(pattern, $0, 0) == 0 } } ?? false
        }
        guard pattern.contains("/") else {
            return place.split(separator: "/").contains { fnmatch(pattern, String($0), 0) == 0 }
        }
        return ancestors(place).contains { fnmatch(pattern, $0, 0) == 0 }
    }

    /// A path and the folders it is in.
    private static func ancestors(_ path: String) -> [String] {
        var result = [path]
        while let slash = result[result.count - 1].lastIndex(of: "/"), slash > path.startIndex {
            result.append(String(result[result.count - 1][..<slash]))
        }
        return result
    }
}
