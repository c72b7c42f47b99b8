/// Standard error of a program on its way to the log, for one event after another.
///
/// In the text format the bytes pass through untouched, unless programs of several lanes share the log: then whole lines go
/// out, each with its request id, so that none mixes with another. In the JSON format each line becomes a record.
struct ChildLog {
    /// The end of what was written for this event, for the error report.
    private(set) var tail = StderrTail()

    /// The most of one line that a record of the JSON format holds; a longer line becomes several records.
    private static let longestRecord = 64 << 10

    /// How lines go out.
    enum Form {
        /// The bytes as they are.
        case untouched
        /// Whole lines, with the request id in front.
        case marked
        /// JSON objects.
        case records
    }

    private let log: Log
    private let form: Form
    private var requestID: String?
    /// A line that has come only in part, where lines are collected.
    private var line: [UInt8] = []
    /// Whether bytes that went out as they were did not end their line yet.
    private var isLineOpen = false

    /// - Parameters:
    ///   - log: Where it goes.
    ///   - isShared: Whether programs of several lanes write to it at once.
    ///   - requestID: The event that is handled, if one is.
    init(log: Log, isShared: Bool, requestID: String?) {
        self.log = log
        self.requestID = requestID
        form = log.isJSON ? .records : isShared ? .marked : .untouched
    }

    /// Whether the log has no room: the program's stderr is not read meanwhile.
    var isBlocked: Bool { log.output.isBlocked }

    /// What comes from now on belongs to this event, or to none.
    mutating func begin(_ requestID: String?) {
        finish()
        self.requestID = requestID
        tail = StderrTail()
    }

    /// Takes bytes as they come.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        tail.append(bytes)
        if form == .untouched {
            isLineOpen = bytes.last != 0x0A
            return log.output.write(bytes)
        }
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            line.append(contentsOf: rest[..<end])
            rest = rest[(end + 1)...]
            endLine(line.count)
        }
        line.append(contentsOf: rest)
        while line.count >= Self.longestRecord { endLine(Self.wholeCharacters(line.prefix(Self.longestRecord))) }
    }

    /// Ends a last line that has no line end, so that the next line in the log does not stick to it.
    mutating func finish() {
        if isLineOpen { log.output.write([0x0A]) }
        isLineOpen = false
        if !line.isEmpty { endLine(line.count) }
    }

    private mutating func endLine(_ count: Int) {
        let whole = line.prefix(count)
        if form == .records {
            log.output.write(log.record(whole, requestID: requestID))
        } else {
            log.output.write(Array((requestID.map { $0 + " " } ?? "").utf8) + whole + [0x0A])
        }
        line.removeFirst(count)
    }

    /// How many bytes there are without a UTF-8 character that has come only in part.
    private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> Int {
        // A character has at most three continuation bytes after its first.
        guard let first = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return bytes.count }
        let length = bytes[first] >= 0xF0 ? 4 : bytes[first] >= 0xE0 ? 3 : bytes[first] >= 0xC0 ? 2 : 1
        return bytes.endIndex - first < length ? first - bytes.startIndex : bytes.count
    }
}
