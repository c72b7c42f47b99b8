import Platform

/// One line on a terminal that shows that a long invocation is alive: how long it has run and how long it may.
package final class ProgressLine {
    private static let patience = Duration.seconds(2)

    private let loop: EventLoop
    private let write: (String) -> Void
    private var timer: EventLoop.Timer?
    private var began = ContinuousClock.Instant.now
    private var limit = Duration.zero
    private var isVisible = false

    /// - Parameters:
    ///   - loop: The loop whose timers draw it.
    ///   - write: Writes to the terminal.
    package init(loop: EventLoop, write: @escaping (String) -> Void) {
        self.loop = loop
        self.write = write
    }

    /// Something begins that may take so long.
    package func begin(limit: Duration) {
        timer?.cancel()
        began = .now
        self.limit = limit
        schedule(Self.patience)
    }

    /// It is over.
    package func end() {
        timer?.cancel()
        timer = nil
        hide()
    }

    /// Takes the line away, so that something else can be written; it comes back.
    package func hide() {
        guard isVisible else { return }
        isVisible = false
        write("\r\u{1B}[K")
    }

    private func schedule(_ delay: Duration) {
        timer = loop.after(delay) { [weak self] in
            self?.draw()
            self?.schedule(.milliseconds(500))
        }
    }

    private func draw() {
        let elapsed = began.duration(to: .now)
        isVisible = true
        write("\r\u{1B}[K" + Self.text(elapsed: elapsed, remaining: max(.zero, limit - elapsed)))
    }

    /// The line's text.
    package static func text(elapsed: Duration, remaining: Duration) -> String {
        "running for \(oneDecimal(elapsed)) s, times out in \(oneDecimal(remaining)) s"
    }

    private static func oneDecimal(_ duration: Duration) -> String {
        let tenths = Int((duration.milliseconds / 100).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
