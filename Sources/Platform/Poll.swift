import Glibc

/// What to wait for on a descriptor, or what was seen there.
package struct PollEvents: OptionSet, Sendable {
    package let rawValue: Int16
    package init(rawValue: Int16) { self.rawValue = rawValue }

    /// Bytes, the end of the file, or a connection to accept.
    package static let readable = PollEvents(rawValue: Int16(POLLIN))
    /// Room for bytes.
    package static let writable = PollEvents(rawValue: Int16(POLLOUT))
    /// The other end is gone; reported even where nobody asked.
    package static let hangUp = PollEvents(rawValue: Int16(POLLHUP))
    /// The other end of a pipe we write to is gone, or the descriptor is bad; reported even where nobody asked.
    package static let failed = PollEvents(rawValue: Int16(POLLERR | POLLNVAL))
}

/// One descriptor to wait for.
///
/// A negative number is skipped, as in `poll(2)`.
package struct PollRequest: Sendable {
    package var descriptor: Int32
    package var events: PollEvents

    package init(_ descriptor: Int32, _ events: PollEvents) {
        self.descriptor = descriptor
        self.events = events
    }
}

/// Waits until one of the descriptors is ready, or the time is over.
///
/// A signal ends the wait early with nothing ready: callers loop, and recompute what remains.
///
/// - Parameters:
///   - requests: What to wait for.
///   - timeout: How long at most; `nil` waits for ever.
/// - Returns: What was seen, in the order of the requests; all empty after the time-out.
/// - Throws: ``SystemError`` of `poll`; an interrupted wait is not an error.
package func poll(_ requests: [PollRequest], timeout: Duration?) throws(SystemError) -> [PollEvents] {
    var entries = requests.map { pollfd(fd: $0.descriptor, events: $0.events.rawValue, revents: 0) }
    try poll(&entries, timeout: timeout)
    return entries.map { PollEvents(rawValue: $0.revents) }
}

/// The same on entries that the caller keeps, which get what was seen.
func poll(_ entries: inout [pollfd], timeout: Duration?) throws(SystemError) {
    let result = Glibc.poll(&entries, nfds_t(entries.count), timeout.map(pollMilliseconds) ?? -1)
    guard result == -1 else { return }
    let code = Glibc.errno
    for index in entries.indices { entries[index].revents = 0 }
    if code != EINTR { throw SystemError(call: "poll", errno: code) }
}

/// Rounds up, so that a wait never spins through the last millisecond; never negative (that means for ever).
func pollMilliseconds(_ duration: Duration) -> Int32 {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    guard seconds < 2_000_000 else { return Int32.max }
    return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
}
