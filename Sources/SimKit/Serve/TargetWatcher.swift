import Platform

/// Tells whether files have changed, by their sizes and times: looked at when a call comes, so that no change is missed.
final class TargetWatcher {
    private let paths: [String]
    private var last: Int

    init(_ paths: [String]) {
        self.paths = paths
        last = Self.signature(paths)
    }

    /// Whether anything has changed since the last time this was asked.
    func hasChanged() -> Bool {
        let now = Self.signature(paths)
        defer { last = now }
        return now != last
    }

    private static func signature(_ paths: [String]) -> Int {
        var hasher = Hasher()
        for path in paths { add(path, to: &hasher) }
        return hasher.finalize()
    }

    private static func add(_ path: String, to hasher: inout Hasher) {
        guard let stamp = Files.stamp(path) else { return }
        hasher.combine(path)
        hasher.combine(stamp)
        guard stamp.isDirectory, let names = try? Files.list(path) else { return }
        for name in names { add("\(path)/\(name)", to: &hasher) }
    }
}
