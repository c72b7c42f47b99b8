import Platform

/// Tells whether files have changed, by their sizes and times: looked at when a call comes, so that no change is missed.
///
/// What is still being written is left alone until it is quiet, and until nobody has a target that is a file open for
/// writing, since the writer may only have paused: half a zip cannot be used.
final class TargetWatcher {
    /// The state of a target.
    enum State {
        /// As it was taken.
        case same
        /// Changed, and quiet since two looks.
        case changed
        /// Being written.
        case moving
    }

    /// How long nothing may have changed before a change is taken.
    static let quietTime = Duration.milliseconds(100)

    private let paths: [String]
    private var taken: Int
    private var seen: Int
    private var seenAt = ContinuousClock.Instant.now

    init(_ paths: [String]) {
        self.paths = paths
        taken = Self.signature(paths)
        seen = taken
    }

    /// Looks.
    func look() -> State {
        let now = Self.signature(paths)
        if now != seen {
            seen = now
            seenAt = .now
        }
        if seen == taken { return .same }
        let isMoving = seenAt.duration(to: .now) < Self.quietTime || paths.contains(where: Files.isOpenForWriting)
        return isMoving ? .moving : .changed
    }

    /// What was last seen is taken, or has been tried.
    func take() { taken = seen }

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
