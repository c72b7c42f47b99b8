import Glibc

/// A lock on a file that ends with this process, however the process ends (`flock`).
///
/// Children do not inherit it: the descriptor is close-on-exec.
package final class FileLock {
    private let file: Descriptor

    private init(_ file: consuming Descriptor) { self.file = file }

    /// Makes the file, for this user alone, and locks it.
    ///
    /// - Returns: `nil` where somebody else holds the lock.
    package static func make(_ path: String) throws(SystemError) -> FileLock? {
        try take(path, O_CREAT)
    }

    /// Locks a file that is there and belongs to this user.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - age: How old it must be: a younger one may be about to be locked by whoever has made it.
    /// - Returns: `nil` where somebody holds the lock, or where it is another user's, or too young.
    /// - Throws: ``SystemError`` of `open(2)`.
    package static func takeOver(_ path: String, olderThan age: Duration) throws(SystemError) -> FileLock? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_uid == geteuid(), status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        guard time(nil) - status.st_mtim.tv_sec > age.components.seconds else { return nil }
        return try take(path, 0)
    }

    private static func take(_ path: String, _ flags: Int32) throws(SystemError) -> FileLock? {
        let raw = try check("open") { open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0o600) }
        let file = Descriptor(owning: raw)
        guard flock(raw, LOCK_EX | LOCK_NB) == 0 else { return nil }
        return FileLock(file)
    }
}
