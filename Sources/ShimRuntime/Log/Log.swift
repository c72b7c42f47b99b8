import Foundation
import LambdaWire
import Platform

/// Log lines of the shim itself and of the program, on standard error; they never hold the payload.
struct Log {
    /// The level of a line, by Lambda's names and in their order.
    enum Level: Int, Comparable, CaseIterable, Sendable {
        case trace, debug, info, warn, error, fatal

        /// A table, as a case's own name is found by reflection, which costs a start some 20 page faults.
        var word: String { Self.words[rawValue] }

        private static let words = ["trace", "debug", "info", "warn", "error", "fatal"]

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// Whether lines are JSON objects, as `AWS_LAMBDA_LOG_FORMAT` says.
    let isJSON: Bool
    /// Lines below this level are not written.
    let minimum: Level
    /// Where lines go.
    let output: LogOutput

    /// How long a log that nobody reads may hold up an answer: this long, and never until the program would have been
    /// killed.
    static let patience: Duration = .seconds(1)

    /// Reads `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL`; Lambda sets both, so another value means the default.
    init(environment: [String: String], descriptor: Int32? = 2) {
        isJSON = environment[LambdaVariable.logFormat]?.uppercased() == "JSON"
        let level = environment[LambdaVariable.logLevel]?.lowercased()
        minimum = Level.allCases.first { $0.word == level } ?? .info
        output = LogOutput(descriptor: descriptor)
    }

    /// Writes one line, if its level is wanted.
    func callAsFunction(_ level: Level, _ text: @autoclosure () -> String, requestID: String? = nil) {
        guard level >= minimum else { return }
        let line =
            isJSON
            ? JSONText.encode(Record(level: level.word.uppercased(), message: text(), requestId: requestID))
            : Array("shim[\(level.word)] \(requestID.map { $0 + " " } ?? "")\(oneLine(text()))".utf8)
        output.write(line + [0x0A])
    }

    /// One line of the program's stderr in the JSON format: an object stays as it is, a text becomes one.
    func record(_ line: some BidirectionalCollection<UInt8>, requestID: String?) -> [UInt8] {
        let line = line.last == 0x0D ? line.dropLast() : line[...]
        if Self.isObject(line) { return Array(line) + [0x0A] }
        let text = String(decoding: line, as: UTF8.self)
        return JSONText.encode(Record(level: "INFO", message: text, requestId: requestID)) + [0x0A]
    }

    private static func isObject(_ line: some BidirectionalCollection<UInt8>) -> Bool {
        guard line.first == 0x7B, line.last == 0x7D else { return false }
        return (try? JSONSerialization.jsonObject(with: Data(line))) is [String: Any]
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
