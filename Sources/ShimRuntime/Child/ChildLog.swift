/// Standard error of one invocation's program on its way to the log.
struct ChildLog {
    /// The end of it, for the error report.
    private(set) var tail = StderrTail()

    /// A record of the JSON format holds at most so much of one line; a longer line becomes several records.
    private static let longestRecord = 64 << 10

    private let log: Log
    private let requestID: String
    private var line: [UInt8] = []

    init(log: Log, requestID: String) {
        self.log = log
        self.requestID = requestID
    }

    /// Takes bytes as they come.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        tail.append(bytes)
        guard log.isJSON else { return log.write(bytes) }
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            line.append(contentsOf: rest[..<end])
            rest = rest[(end + 1)...]
            flushLine()
        }
        line.append(contentsOf: rest)
        if line.count >= Self.longestRecord { flushLine() }
    }

    /// Ends a last line that has no line end, so that the next line in the log does not stick to it.
    mutating func finish() {
        if log.isJSON {
            if !line.isEmpty { flushLine() }
        } else if !tail.endsLine {
            log.write([0x0A])
        }
    }

    private mutating func flushLine() {
        log.write(log.record(line, requestID: requestID))
        line.removeAll(keepingCapacity: true)
    }
}
