import CLinux
import Glibc

/// The few calls on files that the hot path and the static executable need without Foundation's FileManager.
package enum Files {
    /// What a path leads to, links followed.
    package struct Status: Sendable, Equatable {
        /// A regular file.
        package let isRegular: Bool
        /// A folder.
        package let isDirectory: Bool
        /// The permission bits, `0o755`.
        package let mode: mode_t
        /// The size in bytes.
        package let size: Int
    }

    /// What is there, or `nil` where nothing is or it may not be looked at.
    package static func status(_ path: String) -> Status? {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        let kind = info.st_mode & S_IFMT
        return Status(
            isRegular: kind == S_IFREG,
            isDirectory: kind == S_IFDIR,
            mode: info.st_mode & 0o7777,
            size: Int(info.st_size)
        )
    }

    /// The path of the file itself, all links on the way to it followed; the path as it is where it leads nowhere.
    package static func resolved(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    /// Whether somebody has a regular file open for writing, as far as the system tells: not of files of others, and not on
    /// every file system.
    package static func isOpenForWriting(_ path: String) -> Bool {
        guard status(path)?.isRegular == true, let file = try? Descriptor.open(path, O_RDONLY | O_NONBLOCK) else {
            return false
        }
        return clinux_try_read_lease(file.raw) != 0 && errno == EAGAIN
    }

    /// Whether this process may execute the file.
    package static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// Reads the first bytes of a file, at most as many as asked for.
    package static func read(_ path: String, atMost limit: Int) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(path, O_RDONLY)
        return try read(file.raw, atMost: limit)
    }

    /// Reads what is left of an open file, a pipe or a socket, at most as many bytes as asked for.
    package static func read(_ raw: Int32, atMost limit: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        // Most files are short, and memory that is not touched costs nothing.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(limit, 1 << 16), alignment: 16)
        defer { buffer.deallocate() }
        while bytes.count < limit {
            let wanted = min(buffer.count, limit - bytes.count)
            do throws(SystemError) {
                let count = try check("read") { Glibc.read(raw, buffer.baseAddress, wanted) }
                guard count > 0 else { break }
                bytes.append(contentsOf: buffer.prefix(count))
            } catch {
                guard error.errno == EAGAIN else { throw error }
                // Whoever gave us this descriptor made it non-blocking.
                _ = try poll([PollRequest(raw, .readable)], timeout: nil)
            }
        }
        return bytes
    }

    /// Makes the next read begin at the start of the file.
    package static func rewind(_ raw: Int32) throws(SystemError) {
        try check("lseek") { lseek(raw, 0, SEEK_SET) }
    }

    /// The names in a folder, sorted, without `.` and `..`.
    package static func list(_ path: String) throws(SystemError) -> [String] {
        guard let folder = opendir(path) else { throw SystemError(call: "opendir", errno: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a new folder that only this user may enter.
    ///
    /// The prefix says where and how it is named: `/tmp/shim-` gives `/tmp/shim-aB3xZ9`.
    package static func makeTemporaryFolder(prefix: String) throws(SystemError) -> String {
        var template = Array((prefix + "XXXXXX").utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } != nil }
        guard made else { throw SystemError(call: "mkdtemp", errno: errno) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a file, or a folder with all that is in it.
    ///
    /// Links are removed, never followed. A folder without permission bits gets them back first, as a program can leave one behind.
    ///
    /// - Throws: The first ``SystemError``, after all that could be removed has been. That nothing is there is not an
    ///   error.
    package static func removeTree(_ path: String) throws(SystemError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        // Linux says EISDIR for a folder, some file systems EPERM.
        guard errno == EISDIR || errno == EPERM else { throw SystemError(call: "unlink", errno: errno) }
        var firstFailure: SystemError?
        chmod(path, 0o700)
        do throws(SystemError) {
            for name in try list(path) {
                do throws(SystemError) {
                    try removeTree(path + "/" + name)
                } catch {
                    firstFailure = firstFailure ?? error
                }
            }
        } catch {
            firstFailure = error
        }
        if rmdir(path) != 0, errno != ENOENT { firstFailure = firstFailure ?? SystemError(call: "rmdir", errno: errno) }
        if let firstFailure { throw firstFailure }
    }

    /// Where this program's own file is (`/proc/self/exe`).
    package static func ownExecutable() throws(SystemError) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try check("readlink") {
            buffer.withUnsafeMutableBytes { bytes in
                bytes.withMemoryRebound(to: CChar.self) { path in
                    path.baseAddress.map { readlink("/proc/self/exe", $0, path.count) } ?? -1
                }
            }
        }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}

extension Files {
    /// The working directory, `/` where it is gone.
    package static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// Makes a folder; one that is there already is fine.
    package static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(SystemError) {
        do throws(SystemError) {
            try check("mkdir") { mkdir(path, mode) }
        } catch {
            guard error.errno == EEXIST, status(path)?.isDirectory == true else { throw error }
        }
    }
}

extension Files {
    /// Sets the permission bits.
    package static func setMode(_ path: String, _ mode: mode_t) throws(SystemError) {
        try check("chmod") { chmod(path, mode) }
    }

    /// Makes a symbolic link.
    package static func makeLink(_ path: String, to target: String) throws(SystemError) {
        try check("symlink") { symlink(target, path) }
    }
}

extension Files {
    /// What changes when a file is changed or replaced; links are not followed.
    package struct Stamp: Hashable, Sendable {
        /// Whether it is a folder.
        package let isDirectory: Bool
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
        let mode: UInt32
    }

    /// The stamp of a file, or `nil` where there is none.
    package static func stamp(_ path: String) -> Stamp? {
        var info = stat()
        guard lstat(path, &info) == 0 else { return nil }
        return Stamp(
            isDirectory: info.st_mode & S_IFMT == S_IFDIR,
            inode: UInt64(info.st_ino),
            size: Int64(info.st_size),
            seconds: info.st_ctim.tv_sec,
            nanoseconds: info.st_ctim.tv_nsec,
            mode: info.st_mode
        )
    }
}

extension Files {
    /// Appends bytes to a file, which is created if need be.
    package static func append(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND)
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(SystemError) in try writeAll(bytes, to: file.raw) }
        }.get()
    }
}

extension Files {
    /// Where a symbolic link points to, as it is written; `nil` where there is no link.
    package static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
