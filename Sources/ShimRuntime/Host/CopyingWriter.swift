import Foundation

/// A writer that also checks whether the answer is an error that a worker reports: `SHIM_WORKER_ERRORS=on`.
final class CopyingWriter: ResponseWriter {
    private let writer: any ResponseWriter
    private var copy: [UInt8] = []
    /// Whether the answer may still be an object.
    private var mayBeError = true

    init(_ writer: any ResponseWriter) { self.writer = writer }

    var isStream: Bool { writer.isStream }
    var isBlocked: Bool { writer.isBlocked }
    var failure: OutputRefusal? { writer.failure }
    var onChange: () -> Void {
        get { writer.onChange }
        set { writer.onChange = newValue }
    }

    func begin(_ requestID: String) { writer.begin(requestID) }
    func finish(_ verdict: Verdict) -> Answer { writer.finish(verdict) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(OutputRefusal) {
        if copy.isEmpty, mayBeError {
            mayBeError = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }.map { $0 == 0x7B } ?? true
        }
        if mayBeError { copy.append(contentsOf: bytes) }
        try writer.write(bytes)
    }

    /// Lambda's error object.
    private struct Report: Decodable {
        let errorType: String
        let errorMessage: String
        let stackTrace: [String]?
    }

    /// The error that the answer is, if it is one: an object with `errorType` and `errorMessage`.
    var error: ErrorReport? {
        guard mayBeError, !copy.isEmpty,
            copy.firstRange(of: Array("\"errorType\"".utf8)) != nil,
            let report = try? JSONDecoder().decode(Report.self, from: Data(copy))
        else { return nil }
        return ErrorReport(
            type: report.errorType,
            message: report.errorMessage,
            stackTrace: report.stackTrace ?? []
        )
    }
}
