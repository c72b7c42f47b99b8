import Foundation
import Glibc

/// An event as a worker reads it: one line, or up to a NUL.
enum WorkerEvent {
    /// Where an event cannot be given to a worker.
    struct Unusable: Error, Equatable {}

    /// The bytes for the worker's standard input.
    ///
    /// A line end in JSON can only be white space between tokens, so that a space takes its place, and one at the end is
    /// left out; nothing else is changed.
    ///
    /// - Throws: ``Unusable`` where the event holds a NUL, which is not JSON, and a NUL ends events.
    static func bytes(
        of invocation: Invocation,
        delimiter: UInt8,
        form: Configuration.WorkerEventForm
    ) throws(Unusable) -> [UInt8] {
        var bytes = invocation.event
        if form == .envelope {
            let event = bytes.isEmpty ? Array("null".utf8) : bytes
            bytes = Array("{\"event\":".utf8) + event + Array(",\"context\":".utf8)
            bytes += InvocationContext(invocation).json() + Array("}".utf8)
        }
        if delimiter == 0 {
            if has(bytes, 0) { throw Unusable() }
        } else if has(bytes, 0x0A) || has(bytes, 0x0D) {
            while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
            // Many readers of lines take a carriage return for a line end, too.
            for index in bytes.indices where bytes[index] == 0x0A || bytes[index] == 0x0D { bytes[index] = 0x20 }
        }
        bytes.append(delimiter)
        return bytes
    }

    private static func has(_ bytes: [UInt8], _ byte: UInt8) -> Bool {
        bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { memchr($0, Int32(byte), bytes.count) != nil } ?? false
        }
    }
}
