import Glibc

extension Files {
    /// Writes a file as a whole: whoever reads it sees the old content or the new one, also after a crash in the middle.
    ///
    /// - Parameters:
    ///   - path: The file; `path` with `.new` at its end is used on the way.
    ///   - bytes: Its new content.
    ///   - mode: The permission bits.
    /// - Throws: ``SystemError``; the old content is still there then.
    package static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o600) throws(SystemError) {
        let fresh = path + ".new"
        do throws(SystemError) {
            let file = try Descriptor.open(fresh, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
            try bytes.withUnsafeBytes { bytes in
                Result { () throws(SystemError) in try writeAll(bytes, to: file.raw) }
            }.get()
            try check("fsync") { fsync(file.raw) }
            try rename(fresh, to: path)
        } catch {
            unlink(fresh)
            throw error
        }
    }
}
