import Glibc

/// A system call that failed: the C name of the call and the `errno` it left.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The C name of the call, so that `man` and `strace` match what is printed.
    package let call: String
    /// The `errno` that the call left.
    package let errno: Int32

    /// Creates an error for a call and the `errno` it left.
    package init(call: String, errno: Int32) {
        self.call = call
        self.errno = errno
    }

    /// What `execve` says of a file in whose first bytes it finds no program for this machine.
    package static let noProgram = SystemError(call: "execve", errno: ENOEXEC)

    /// What `write` says where whoever read has had enough, as `head` has.
    package static let brokenPipe = SystemError(call: "write", errno: EPIPE)

    /// The system's own words, then the call and the number: `Connection refused (connect, errno 111)`.
    package var description: String { "\(Self.text(errno)) (\(call), errno \(errno))" }

    /// The system's words for an `errno`.
    package static func text(_ errno: Int32) -> String {
        guard let words = strerror(errno) else { return "Unknown error \(errno)" }
        return String(cString: words)
    }
}

/// Runs a system call, retrying it while a signal interrupts it.
///
/// - Parameters:
///   - call: The C name of the call, for the error message.
///   - body: The call itself. It follows the C convention: `-1` means failure.
/// - Returns: What the call returned, never `-1`.
/// - Throws: ``SystemError`` with the `errno` that the call left.
@discardableResult
package func check<I: FixedWidthInteger>(_ call: StaticString, _ body: () -> I) throws(SystemError) -> I {
    while true {
        let result = body()
        if result != -1 { return result }
        // Nothing may run between the call and this read: anything can overwrite errno.
        let code = Glibc.errno
        if code != EINTR { throw SystemError(call: "\(call)", errno: code) }
    }
}
