/// Standard error of one invocation's program on its way to the log.
struct ChildLog {
    /// The end of it, for the error report.
    private(set) var tail = StderrTail()

    /// A record of the JSON format holds at most so much of one line; a longer line becomes several records.
    private static let longestRecord = 64 << 10

    private let log: Log
    private let requestID: String
    /// In the JSON format, a line that has come only in part.
    private var line: [UInt8] = []
    /// What the log has had no room for yet.
    private var unwritten: [UInt8] = []

    init(log: Log, requestID: String) {
        self.log = log
        self.requestID = requestID
    }

    /// Whether something waits for room in the log.
    var isBlocked: Bool { !unwritten.isEmpty }

    /// Takes bytes as they come, and writes what the log takes until the limit; `nil` waits for ever.
    mutating func take(_ bytes: UnsafeRawBufferPointer, until limit: ContinuousClock.Instant?) {
        tail.append(bytes)
        if log.isJSON {
            collectRecords(bytes)
        } else {
            unwritten.append(contentsOf: bytes)
        }
        flush(until: limit)
    }

    /// Writes what waits for room, as far as the log takes it until the limit.
    mutating func flush(until limit: ContinuousClock.Instant?) {
        guard isBlocked else { return }
        let done = log.write(unwritten, until: limit)
        if done == unwritten.count {
            unwritten.removeAll(keepingCapacity: true)
        } else {
            unwritten.removeFirst(done)
        }
    }

    /// Ends a last line that has no line end, so that the next line in the log does not stick to it.
    mutating func finish(until limit: ContinuousClock.Instant?) {
        if log.isJSON {
            if !line.isEmpty { endRecord(line.count) }
        } else if !tail.endsLine {
            unwritten.append(0x0A)
        }
        flush(until: limit)
    }

    private mutating func collectRecords(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            line.append(contentsOf: rest[..<end])
            rest = rest[(end + 1)...]
            endRecord(line.count)
        }
        line.append(contentsOf: rest)
        while line.count >= Self.longestRecord { endRecord(Self.wholeCharacters(line.prefix(Self.longestRecord))) }
    }

    private mutating func endRecord(_ count: Int) {
        unwritten.append(contentsOf: log.record(line.prefix(count), requestID: requestID))
        line.removeFirst(count)
    }

    /// How many bytes there are without a UTF-8 character that has come only in part.
    private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> Int {
        // A character has at most three continuation bytes behind its first.
        guard let first = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return bytes.count }
        let length = bytes[first] >= 0xF0 ? 4 : bytes[first] >= 0xE0 ? 3 : bytes[first] >= 0xC0 ? 2 : 1
        return bytes.endIndex - first < length ? first - bytes.startIndex : bytes.count
    }
}
