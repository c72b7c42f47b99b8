import Platform

/// Lambda's rule for streamed answers: a bucket of 6 MiB that fills up by 2 MiB a second, in steps of 125 ms.
final class Bandwidth {
    private static let burst = 6 << 20
    private static let step = Duration.milliseconds(125)
    private static let refill = (2 << 20) / 8

    private let loop: EventLoop
    private var tokens = burst
    private var waiting: [UInt8] = []
    private var timer: EventLoop.Timer?
    private var onEmpty: [() -> Void] = []
    private var lastRefill = ContinuousClock.Instant.now

    init(loop: EventLoop) { self.loop = loop }

    /// Sends what the bucket allows now, and the rest later; the source pauses meanwhile.
    func send(_ bytes: [UInt8], pause: @escaping (Bool) -> Void, to write: @escaping ([UInt8]) -> Void) {
        refillByTime()
        waiting += bytes
        pour(write)
        guard !waiting.isEmpty, timer == nil else { return }
        pause(true)
        wait(pause, write)
    }

    /// Calls the action when nothing waits.
    func whenEmpty(_ action: @escaping () -> Void) {
        if waiting.isEmpty { action() } else { onEmpty.append(action) }
    }

    private func refillByTime() {
        let steps = Int(lastRefill.duration(to: .now) / Self.step)
        guard steps > 0 else { return }
        lastRefill = lastRefill.advanced(by: Self.step * steps)
        tokens = min(Self.burst, tokens + min(steps, 100) * Self.refill)
    }

    private func pour(_ write: ([UInt8]) -> Void) {
        let count = min(tokens, waiting.count)
        guard count > 0 else { return }
        tokens -= count
        let piece = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        write(piece)
    }

    private func wait(_ pause: @escaping (Bool) -> Void, _ write: @escaping ([UInt8]) -> Void) {
        timer = loop.after(Self.step) { [self] in
            timer = nil
            refillByTime()
            pour(write)
            guard waiting.isEmpty else { return wait(pause, write) }
            pause(false)
            let actions = onEmpty
            onEmpty = []
            for action in actions { action() }
        }
    }
}
