import Platform

/// Log lines of the shim itself and of the program, on standard error.
///
/// A line is one `write`, so that lines of several writers never mix. It never holds the payload.
struct Log: Sendable {
    /// How bad it is, in Lambda's words and order.
    enum Level: Int, Comparable, CaseIterable, Sendable {
        case trace, debug, info, warn, error, fatal

        var word: String { "\(self)" }

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// Whether lines are JSON objects, as `AWS_LAMBDA_LOG_FORMAT` says.
    let isJSON: Bool
    /// What is less bad is not written.
    let minimum: Level
    /// Where lines go: standard error.
    private let descriptor: Int32

    /// Reads `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL`; Lambda sets both, so another value means the default.
    init(environment: [String: String], descriptor: Int32 = 2) {
        isJSON = environment["AWS_LAMBDA_LOG_FORMAT"]?.uppercased() == "JSON"
        let level = environment["AWS_LAMBDA_LOG_LEVEL"]?.lowercased()
        minimum = Level.allCases.first { $0.word == level } ?? .info
        self.descriptor = descriptor
    }

    /// Writes one line, if its level is wanted.
    func callAsFunction(_ level: Level, _ text: @autoclosure () -> String, requestID: String? = nil) {
        guard level >= minimum else { return }
        let line =
            isJSON
            ? JSONText.encode(Record(level: level.word.uppercased(), message: text(), requestId: requestID))
            : Array("shim[\(level.word)] \(requestID.map { $0 + " " } ?? "")\(oneLine(text()))".utf8)
        write(line + [0x0A])
    }

    /// Writes what the program wrote, as it is, or each line as a JSON object.
    func write(_ bytes: some BidirectionalCollection<UInt8>) {
        // Nobody reads the log any more: the invocation does not fail for that.
        _ = try? Array(bytes).withUnsafeBytes { try writeAll($0, to: descriptor) }
    }

    /// One line of the program's stderr in the JSON format: an object stays as it is, a text becomes one.
    func record(_ line: some BidirectionalCollection<UInt8>, requestID: String) -> [UInt8] {
        if line.first == 0x7B, line.last == 0x7D { return Array(line) + [0x0A] }
        let text = String(decoding: line, as: UTF8.self)
        return JSONText.encode(Record(level: "INFO", message: text, requestId: requestID)) + [0x0A]
    }

    private struct Record: Encodable {
        let timestamp = WallClock.timestamp()
        let level: String
        let message: String
        let requestId: String?
    }

    private func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}
