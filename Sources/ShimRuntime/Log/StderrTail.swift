/// The end of what a program wrote to standard error, for the error report; bounded, however much it writes.
struct StderrTail {
    /// The most lines that a report shows.
    static let maximumLines = 20
    /// The most bytes that a report shows.
    static let maximumBytes = 4096

    /// How many bytes at least are searched for the reason of a failure: some runtimes print long lists of calls after
    /// it.
    static let searchedBytes = 32 << 10

    private var bytes: [UInt8] = []
    private var isCut = false

    mutating func append(_ new: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: new.suffix(Self.searchedBytes))
        isCut = isCut || new.count > Self.searchedBytes
        // Trimmed in large steps, so that a program that writes byte by byte does not move it each time.
        if bytes.count > 2 * Self.searchedBytes {
            bytes.removeFirst(bytes.count - Self.searchedBytes)
            isCut = true
        }
    }

    /// Whether the last byte was a line end, or nothing was written.
    var endsLine: Bool { bytes.last.map { $0 == 0x0A } ?? true }

    /// The last lines that are not empty, oldest first, as a report shows them; invalid UTF-8 becomes U+FFFD.
    var lines: [String] { Array(lines(of: Self.maximumBytes).filter { !$0.isEmpty }.suffix(Self.maximumLines)) }

    /// All lines that are kept, empty ones too, for ``FailureReason``.
    var searchedLines: [String] { lines(of: bytes.count) }

    private func lines(of count: Int) -> [String] {
        var end = bytes.suffix(count)
        if isCut || end.count < bytes.count {
            // Do not begin within a character: skip UTF-8's continuation bytes.
            end = end.drop { $0 & 0xC0 == 0x80 }
        }
        return end.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
    }
}
