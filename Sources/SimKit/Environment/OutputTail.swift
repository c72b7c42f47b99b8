/// The end of what a process has written, which tends to hold the reason for its end.
final class OutputTail {
    private static let limit = 4096
    private var bytes: [UInt8] = []

    /// Takes output.
    func add(_ output: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: output.suffix(Self.limit))
        if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
    }

    /// The last line that is not empty.
    var lastLine: String? {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).last.map(String.init)
    }
}
