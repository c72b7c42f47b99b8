import Platform

/// The log of one environment: its own lines and the output of its processes, in the order in which they come.
package final class FunctionLog {
    /// How much of an invocation's log is kept to look at.
    package static let keptBytes = 64 << 10
    /// A longer line is passed on in pieces: nothing is lost, and nothing grows without bound.
    static let longestLine = 256 << 10

    private let format: LogFormat
    private let write: ([UInt8]) -> Void
    private let minimumLevel: LogLevel
    private let systemLevel: LogLevel
    private var pending: [UInt8] = []
    private var kept: [UInt8] = []

    /// A log.
    ///
    /// - Parameters:
    ///   - format: Text, or JSON lines.
    ///   - minimumLevel: Which lines of the function are shown in JSON; text knows no levels.
    ///   - systemLevel: Which of the platform's records are, too.
    ///   - write: Gets whole lines.
    package init(
        format: LogFormat,
        minimumLevel: LogLevel = .info,
        systemLevel: LogLevel = .info,
        write: @escaping ([UInt8]) -> Void
    ) {
        self.format = format
        self.minimumLevel = minimumLevel
        self.systemLevel = systemLevel
        self.write = write
    }

    /// Forgets what was kept: another invocation has come, and with it perhaps an init.
    func forget() {
        kept = []
        invocationStart = 0
    }

    /// What was kept since.
    var keptLog: [UInt8] { kept }

    /// Where in what was kept the last invocation began.
    private(set) var invocationStart = 0

    /// Writes that an invocation begins.
    func begin(_ invocation: Invocation) {
        endLine()
        invocationStart = kept.count
        event(.start(invocation))
    }

    /// Takes output of the function; whole lines go out at once.
    func output(_ bytes: UnsafeRawBufferPointer) {
        guard let lastLineEnd = bytes.lastIndex(of: 0x0A) else {
            pending.append(contentsOf: bytes)
            if pending.count > Self.longestLine { endLine() }
            return
        }
        var lines = pending
        lines.append(contentsOf: bytes[...lastLineEnd])
        pending = Array(bytes[(lastLineEnd + 1)...])
        if pending.count > Self.longestLine { endLine() }
        emitOutput(lines)
    }

    /// Ends a line that the function has left open.
    func endLine() {
        guard !pending.isEmpty else { return }
        let line = pending + [0x0A]
        pending = []
        emitOutput(line)
    }

    /// Writes an event of the platform.
    func event(_ event: LogEvent) {
        endLine()
        switch format {
        case .text: for line in event.text { emit(Array((line + "\n").utf8)) }
        case .json: if event.level >= systemLevel { emit(event.json(at: .now).line) }
        }
    }

    private func emitOutput(_ lines: [UInt8]) {
        guard format == .json, minimumLevel > .trace else { return emit(lines) }
        var shown: [UInt8] = []
        for line in lines.split(separator: 0x0A) where LogLevel(ofLine: line) >= minimumLevel {
            shown += line
            shown.append(0x0A)
        }
        if !shown.isEmpty { emit(shown) }
    }

    private func emit(_ bytes: [UInt8]) {
        write(bytes)
        kept += bytes
        guard kept.count > 2 * Self.keptBytes else { return }
        invocationStart = max(0, invocationStart - (kept.count - Self.keptBytes))
        kept.removeFirst(kept.count - Self.keptBytes)
    }
}
