import Platform

/// Standard output or standard error while something is simulated.
///
/// A write that waits for a reader would keep a signal from being seen, and what runs from being ended. So each waits for
/// room and for a signal; once one has come, what finds no room is lost.
struct Outlet {
    /// What a pipe takes without waiting where there is any room (`PIPE_BUF`).
    private static let step = 4096

    let raw: Int32
    /// Where signals are read: a descriptor of ``Signals/readable(_:)``.
    let signals: Int32

    /// Writes all bytes.
    ///
    /// - Throws: ``SystemError``, with `EPIPE` where nobody reads any more; a signal is not an error.
    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let requests = [PollRequest(raw, .writable), PollRequest(signals, .readable)]
            let seen = try poll(requests, timeout: Signals.haveArrived ? .zero : nil)
            guard seen.first?.isEmpty == false else {
                if Signals.haveArrived { return }
                continue
            }
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.step))
            rest = rest.dropFirst(try Descriptor.write(raw, piece) ?? 0)
        }
    }

    /// Writes for people: that nobody reads it must not end what it is about.
    func tell(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            do throws(SystemError) {
                try write(bytes)
            } catch {
                // There is no other place to report it.
            }
        }
    }
}
