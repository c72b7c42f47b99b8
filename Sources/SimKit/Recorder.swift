import Foundation
import LambdaWire
import Platform

/// Keeps events and answers in a folder, so that they can be tried again.
///
/// Each call makes three files: `000001-NAME.event` and `.answer` with the very bytes, and `.json` about both.
package final class Recorder {
    private let folder: String
    private let note: (String) -> Void
    private var count: Int

    /// Records into a folder, which is made if need be; numbers go on where they ended.
    ///
    /// - Throws: ``SimError`` where it cannot be used.
    package init(_ folder: String, note: @escaping (String) -> Void) throws(SimError) {
        self.folder = folder
        self.note = note
        do throws(SystemError) {
            try Files.makeFolder(folder, mode: 0o700)
            count = try Files.list(folder).compactMap { Int($0.prefix(6)) }.max() ?? 0
        } catch {
            throw .file(operation: "record into", path: folder, error)
        }
    }

    /// Listens to a call's answer, too.
    func record(_ invocation: Invocation, of function: String) {
        count += 1
        let digits = String(count)
        let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "-" + function
        invocation.caller = RecordingCaller(invocation, name: "\(folder)/\(name)", function: function, self)
    }

    fileprivate func write(_ name: String, _ parts: [(String, [UInt8])]) {
        do throws(SystemError) {
            for (suffix, bytes) in parts { try Files.replace(name + suffix, with: bytes) }
        } catch {
            note("cannot record into '\(name)': \(error)")
        }
    }
}

/// Passes on what a caller hears, and keeps it.
private final class RecordingCaller: Caller {
    private let next: (any Caller)?
    private let name: String
    private let function: String
    private let recorder: Recorder
    private let event: [UInt8]
    private let requestID: String
    private let time = Timestamp.now
    private var answer: [UInt8] = []
    private var isTooLarge = false
    private var failure: FunctionFailure?

    init(_ invocation: Invocation, name: String, function: String, _ recorder: Recorder) {
        next = invocation.caller
        self.name = name
        self.function = function
        self.recorder = recorder
        event = invocation.event
        requestID = invocation.id
    }

    func hear(_ delivery: Invocation.Delivery) {
        switch delivery {
        case .bytes(let bytes):
            isTooLarge = isTooLarge || answer.count + bytes.count > LambdaLimit.payload
            if isTooLarge { answer = [] } else { answer.append(contentsOf: bytes) }
        case .failed(let failure): self.failure = failure
        case .reported(let report): finish(report)
        case .began, .ended: break
        }
        next?.hear(delivery)
    }

    private func finish(_ report: InvocationReport) {
        let about = JSONValue.members(
            ("function", .string(function)),
            ("requestId", .string(requestID)),
            ("time", .string(time.iso8601)),
            ("durationMs", .number(report.duration.milliseconds)),
            ("status", .string(report.status.rawValue)),
            ("errorType", failure.map { .string($0.type) })
        )
        var parts = [(".event", event), (".json", about.line)]
        if !isTooLarge { parts.append((".answer", failure?.payload ?? answer)) }
        recorder.write(name, parts)
    }
}
