import LambdaWire
import Foundation
import Platform

/// What Foundation's error means when a program could not be started.
struct StartFailure: Error {
    let errno: Int32?
    let cause: String
    /// Whether the shim can no longer run any program after it.
    var isFinal: Bool { self.errno == ENFILE }

    /// The system had no socket for Foundation's Process.
    static let noDescriptor = StartFailure(errno: ENFILE, cause: "the system has no descriptor left (socketpair)")

    private init(errno: Int32?, cause: String) {
        self.errno = errno
        self.cause = cause
    }

    /// Foundation gives the `errno` of `posix_spawn`, or of its own checks before it, in one of two domains.
    init(_ error: any Error) {
        let error = error as NSError
        let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
        let posix = [error, underlying].compactMap { $0 }.first { $0.domain == NSPOSIXErrorDomain }
        switch (posix?.code, error.domain == NSCocoaErrorDomain ? error.code : nil) {
        case (let code?, _): errno = Int32(truncatingIfNeeded: code)
        case (nil, CocoaError.fileNoSuchFile.rawValue?), (nil, CocoaError.fileReadNoSuchFile.rawValue?): errno = ENOENT
        case (nil, CocoaError.fileReadNoPermission.rawValue?): errno = EACCES
        default: errno = nil
        }
        cause = errno.map { "\(SystemError(call: "posix_spawn", errno: $0))" } ?? error.localizedDescription
    }

    /// The error of an invocation whose program could not be started.
    func report(program: Program) -> ErrorReport {
        let what = "\(program.name) could not be started: \(cause)"
        switch errno {
        case ENOENT?, EACCES?, ENOEXEC?, ENOTDIR?, ELOOP?:
            return ErrorReport(
                type: ErrorType.invalidEntrypoint,
                message: what + "; '\(program.executable)' must be an executable for this system"
            )
        case E2BIG?:
            return ErrorReport(
                type: ErrorType.startFailed,
                message: what + "; the arguments or the environment are too large: one string holds 128 KiB"
            )
        default: return ErrorReport(type: ErrorType.startFailed, message: what)
        }
    }
}
