import CLinux
import Glibc

/// A file descriptor with one owner, who closes it by letting go of it.
package struct Descriptor: ~Copyable, Sendable {
    /// The number, for `poll` and for a child; it is valid only while this value lives.
    package let raw: Int32

    /// Takes over an open descriptor.
    package init(owning raw: Int32) { self.raw = raw }

    deinit { close(raw) }

    /// Gives the number away: the caller closes it from now on.
    package consuming func take() -> Int32 {
        let number = raw
        discard self
        return number
    }

    /// Reads what is there, at most as much as fits.
    ///
    /// - Returns: The number of bytes, `0` at the end of the file, `nil` where a non-blocking descriptor has nothing yet.
    package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        try Self.read(raw, into: buffer)
    }

    /// Writes as much as the descriptor takes now.
    ///
    /// - Returns: The number of bytes, `nil` where a non-blocking descriptor takes nothing now.
    package borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        try Self.write(raw, bytes)
    }

    /// Makes reads and writes return at once.
    package borrowing func setNonBlocking() throws(SystemError) { try Self.setNonBlocking(raw) }

    /// Makes reads and writes on a descriptor that somebody else owns return at once.
    package static func setNonBlocking(_ raw: Int32) throws(SystemError) {
        let flags = try check("fcntl") { fcntl(raw, F_GETFL) }
        try check("fcntl") { fcntl(raw, F_SETFL, flags | O_NONBLOCK) }
    }

    /// Reads from a descriptor that somebody else owns; see ``read(into:)``.
    package static func read(_ raw: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        do throws(SystemError) {
            return try check("read") { Glibc.read(raw, buffer.baseAddress, buffer.count) }
        } catch {
            if error.errno == EAGAIN { return nil }
            throw error
        }
    }

    /// Writes to a descriptor that somebody else owns; see ``write(_:)``.
    package static func write(_ raw: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        do throws(SystemError) {
            return try check("write") { Glibc.write(raw, bytes.baseAddress, bytes.count) }
        } catch {
            if error.errno == EAGAIN { return nil }
            throw error
        }
    }

    /// Opens a file, close-on-exec; the flags are those of `open(2)`.
    package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws(SystemError) -> Descriptor {
        Descriptor(owning: try check("open") { Glibc.open(path, flags | O_CLOEXEC, mode) })
    }

    /// A new file that lies in memory and is gone with its last descriptor, close-on-exec; `/proc` shows its name.
    package static func memory(_ name: String) throws(SystemError) -> Descriptor {
        Descriptor(owning: try check("memfd_create") { clinux_memory_file(name) })
    }

    /// Both ends of a pipe, close-on-exec.
    package struct PipeEnds: ~Copyable {
        /// The end to read from.
        package let reader: Descriptor
        /// The end to write to.
        package let writer: Descriptor
    }

    /// Makes a pipe whose ends no child inherits by accident.
    package static func pipe() throws(SystemError) -> PipeEnds {
        var ends: [Int32] = [-1, -1]
        try check("pipe2") { clinux_pipe_cloexec(&ends) }
        return PipeEnds(reader: Descriptor(owning: ends[0]), writer: Descriptor(owning: ends[1]))
    }

    /// Asks for a larger pipe.
    ///
    /// The kernel may refuse (`/proc/sys/fs/pipe-max-size`); that only costs speed.
    package static func enlargePipe(_ raw: Int32, to bytes: Int32) { _ = clinux_set_pipe_size(raw, bytes) }

    /// How many bytes a pipe holds that nobody has read; may be asked at either end, also when the other is gone.
    package static func unread(_ raw: Int32) -> Int? {
        let count = clinux_unread(raw)
        return count < 0 ? nil : Int(count)
    }

    /// How many descriptors this process may have; a higher number is refused with `EMFILE`.
    package static var limit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Whether a number is an open descriptor of this process.
    package static func isOpen(_ raw: Int32) -> Bool { fcntl(raw, F_GETFD) != -1 }

    /// Raises the limit to the hard one.
    package static func raiseLimit(to count: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(count))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Opens /dev/null in the place of each of the three standard streams that is closed.
    ///
    /// Otherwise the next pipe or socket takes its number, and log lines go there.
    ///
    /// - Parameter usable: Whether they can be used; else reading and writing them fails as if they were closed (`EBADF`).
    package static func fillStandardStreams(usable: Bool = true) {
        for raw in Int32(0)...2 where fcntl(raw, F_GETFD) == -1 {
            // The lowest free number is the one that is missing.
            _ = Glibc.open("/dev/null", usable ? O_RDWR : raw == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// Closes what was inherited above standard error.
    ///
    /// Foundation's Process closes every descriptor up to the highest open one for each child it starts, so one
    /// inherited 255 costs 250 calls an invocation.
    package static func closeInherited() { _ = clinux_close_from(3) }
}

/// Writes all bytes to a descriptor that blocks; the one place for standard output and the log.
///
/// - Throws: ``SystemError``, with `EPIPE` where nobody reads any more.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to raw: Int32) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let slice = UnsafeRawBufferPointer(rebasing: rest)
        do throws(SystemError) {
            let count = try check("write") { Glibc.write(raw, slice.baseAddress, slice.count) }
            rest = rest.dropFirst(count)
        } catch {
            guard error.errno == EAGAIN else { throw error }
            // Whoever gave us this descriptor made it non-blocking; wait for room, a busy loop would burn their CPU.
            _ = try poll([PollRequest(raw, .writable)], timeout: nil)
        }
    }
}

/// Writes a text to a descriptor that blocks.
package func writeAll(_ text: String, to raw: Int32) throws(SystemError) {
    var text = text
    // The standard library's closures lose the type of what they throw; a Result carries it.
    try text.withUTF8 { bytes in
        Result { () throws(SystemError) in try writeAll(UnsafeRawBufferPointer(bytes), to: raw) }
    }.get()
}
