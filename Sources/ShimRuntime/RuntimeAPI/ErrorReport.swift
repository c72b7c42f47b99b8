import Foundation

/// What `/error` and `/init/error` get: Lambda's error object and its type for the header.
struct ErrorReport: Equatable, Sendable, Encodable {
    let errorMessage: String
    let errorType: String
    let stackTrace: [String]

    init(type: String, message: String, stackTrace: [String] = []) {
        errorMessage = message
        errorType = type
        self.stackTrace = stackTrace
    }

    /// The object as JSON, one line, whatever characters the texts hold.
    func json() -> [UInt8] { JSONText.encode(self) }

    /// The same in at most so many bytes: without the oldest lines, and without the message's end where need be.
    func json(atMost limit: Int) -> [UInt8] {
        let json = json()
        let excess = json.count - limit
        guard excess > 0, !stackTrace.isEmpty || !errorMessage.isEmpty else { return json }
        // In steps: JSON takes at most six bytes for one of UTF-8.
        let message = stackTrace.isEmpty ? String(errorMessage.dropLast(1 + excess / 6)) : errorMessage
        return ErrorReport(type: errorType, message: message, stackTrace: Array(stackTrace.dropFirst()))
            .json(atMost: limit)
    }
}

/// JSON by Foundation's encoder.
enum JSONText {
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            // Strings and arrays of strings always have a JSON form.
            preconditionFailure("JSONEncoder refused strings: \(error)")
        }
    }
}
