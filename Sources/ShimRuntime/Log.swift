import LambdaWire
import Foundation
import Platform

/// Log lines of the shim itself and of the program, on standard error.
///
/// A line is one `write`, so that lines of several writers never mix. It never holds the payload. A log that nobody
/// reads must not hold up an answer: each write waits for room first, and only for so long.
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
    /// Where lines go: standard error; `nil` drops them.
    private let descriptor: Int32?

    /// A pipe takes one page without blocking when poll says that it is writable, however slow its reader is.
    static let piece = 4096

    /// Reads `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL`; Lambda sets both, so another value means the default.
    init(environment: [String: String], descriptor: Int32? = 2) {
        isJSON = environment[LambdaVariable.logFormat]?.uppercased() == "JSON"
        let level = environment[LambdaVariable.logLevel]?.lowercased()
        minimum = Level.allCases.first { $0.word == level } ?? .info
        self.descriptor = descriptor
    }

    /// Writes one line, if its level is wanted; dropped where the log has no room for it before the limit.
    func callAsFunction(
        _ level: Level,
        _ text: @autoclosure () -> String,
        requestID: String? = nil,
        until limit: ContinuousClock.Instant = .now.advanced(by: .seconds(1))
    ) {
        guard level >= minimum else { return }
        let line =
            isJSON
            ? JSONText.encode(Record(level: level.word.uppercased(), message: text(), requestId: requestID))
            : Array("shim[\(level.word)] \(requestID.map { $0 + " " } ?? "")\(oneLine(text()))".utf8)
        write(line + [0x0A], until: limit)
    }

    /// Writes bytes as the log takes them.
    ///
    /// - Parameters:
    ///   - bytes: What to write.
    ///   - limit: How long to wait for a log that is not read; `nil` waits for ever.
    /// - Returns: How many bytes are done with: fewer than given only where the limit came first. A log that is gone
    ///   takes everything, because the invocation does not fail for that.
    @discardableResult
    func write(_ bytes: [UInt8], until limit: ContinuousClock.Instant?) -> Int {
        guard let descriptor else { return bytes.count }
        var done = 0
        while done < bytes.count {
            let remaining = limit.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
            do throws(SystemError) {
                if try poll([PollRequest(descriptor, .writable)], timeout: remaining)[0].isEmpty {
                    // The limit, or a signal that ended the wait.
                    if remaining == .zero { return done }
                    continue
                }
                done +=
                    try bytes.withUnsafeBytes { all in
                        let piece = UnsafeRawBufferPointer(rebasing: all.dropFirst(done).prefix(Self.piece))
                        return Result { () throws(SystemError) in try Descriptor.write(descriptor, piece) }
                    }.get() ?? 0
            } catch {
                return bytes.count
            }
        }
        return done
    }

    /// One line of the program's stderr in the JSON format: an object stays as it is, a text becomes one.
    func record(_ line: some BidirectionalCollection<UInt8>, requestID: String) -> [UInt8] {
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
