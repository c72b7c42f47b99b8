import Platform

/// Measures what an environment's processes use together.
///
/// It measures often at first and less often later, and at the end of an invocation if it has not measured just before:
/// this costs about 0.1 ms, as much as everything else that the simulator does for an invocation.
final class MemoryMeter {
    private static let first = Duration.milliseconds(20)
    private static let longest = Duration.milliseconds(100)

    private let limit: Int
    private let loop: EventLoop
    private var roots: (() -> [ProcessID])?
    private var exceeded: () -> Void = {}
    private var timer: EventLoop.Timer?
    private var peak = 0
    private var lastLook: ContinuousClock.Instant?

    init(limit: Int, loop: EventLoop) {
        self.limit = limit
        self.loop = loop
    }

    /// The most that was seen in the life of the environment, in MB, rounded up; never more than the limit, as on Lambda.
    var peakMegabytes: Int { min((peak + (1 << 20) - 1) >> 20, limit >> 20) }

    /// Begins to look at processes and their descendants.
    ///
    /// - Parameters:
    ///   - roots: The processes, asked at each look.
    ///   - exceeded: Called when they use more than they may.
    func start(_ roots: @escaping () -> [ProcessID], exceeded: @escaping () -> Void) {
        timer?.cancel()
        self.roots = roots
        self.exceeded = exceeded
        schedule(Self.first)
    }

    /// Looks once more if the last time is not recent, and stops.
    func stop() {
        timer?.cancel()
        timer = nil
        if lastLook.map({ $0.duration(to: .now) > Self.first }) ?? true { look() }
        roots = nil
        exceeded = {}
    }

    private func schedule(_ delay: Duration) {
        timer = loop.after(delay) { [weak self] in
            guard let self, roots != nil else { return }
            schedule(min(delay * 2, Self.longest))
            if look() > limit { exceeded() }
        }
    }

    /// Looks now.
    ///
    /// - Returns: What is used now, in bytes.
    @discardableResult
    func look() -> Int {
        guard let roots = roots?(), !roots.isEmpty else { return 0 }
        lastLook = .now
        let used = ProcessTree.memory(of: ProcessTree.withDescendants(of: roots))
        peak = max(peak, used.now, used.peak)
        return used.now
    }
}
