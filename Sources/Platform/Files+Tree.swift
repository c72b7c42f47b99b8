import Glibc

extension Files {
    /// What is at a place itself: a link is not followed.
    package struct Entry: Sendable, Equatable {
        /// The kinds of entries that matter here.
        package enum Kind: Sendable, Equatable {
            case file, folder, link, other
        }

        /// What it is.
        package let kind: Kind
        /// The permission bits, `0o755`.
        package let mode: mode_t
        /// The size in bytes.
        package let size: Int
        /// Whose it is.
        package let user: UInt32
        /// Its group.
        package let group: UInt32
        /// When it was changed last, in seconds since 1970.
        package let modificationTime: Double
    }

    /// What is at a place, or `nil` where nothing is or it may not be looked at.
    ///
    /// FileManager's `attributesOfItem` asks the C library for the owner's name as well, which loads plug-ins for one who is
    /// not in /etc/passwd; in a static executable they crash it.
    package static func entry(_ path: String) -> Entry? {
        var info = stat()
        guard lstat(path, &info) == 0 else { return nil }
        let kind: Entry.Kind =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        return Entry(
            kind: kind,
            mode: info.st_mode & 0o7777,
            size: Int(info.st_size),
            user: info.st_uid,
            group: info.st_gid,
            modificationTime: Double(info.st_mtim.tv_sec) + Double(info.st_mtim.tv_nsec) / 1e9
        )
    }

    /// Makes a folder and those that it lies in, open for all whatever the umask; what is there stays as it is.
    package static func makeFolders(_ path: String) throws(SystemError) {
        if status(path)?.isDirectory == true { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolders(String(path[..<slash])) }
        try makeFolder(path)
        try setMode(path, 0o755)
    }

    /// Copies the content of a file to a new one.
    ///
    /// - Parameters:
    ///   - source: The file; a link is followed.
    ///   - target: The new file; one that is there is replaced.
    ///   - mode: The permission bits of the new file, whatever the umask.
    /// - Throws: ``SystemError``; the new file may then have a part of the content.
    package static func copy(_ source: String, to target: String, mode: mode_t) throws(SystemError) {
        let from = try Descriptor.open(source, O_RDONLY)
        let to = try Descriptor.open(target, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try check("read") { Glibc.read(from.raw, buffer.baseAddress, buffer.count) }
            if count == 0 { break }
            try writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: to.raw)
        }
        try check("fchmod") { fchmod(to.raw, mode) }
    }

    /// Writes a new file; one that is there is replaced.
    package static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        try writeAll(text, to: file.raw)
        try check("fchmod") { fchmod(file.raw, mode) }
    }

    /// Overwrites some bytes of a file.
    package static func overwrite(_ path: String, at offsets: [Int], with bytes: [UInt8]) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY)
        for offset in offsets {
            try check("pwrite") { pwrite(file.raw, bytes, bytes.count, off_t(offset)) }
        }
    }

    /// Gives a file to a user and a group; a link itself.
    package static func setOwner(_ path: String, user: UInt32, group: UInt32) throws(SystemError) {
        try check("lchown") { lchown(path, user, group) }
    }

    /// Moves a file or folder to another name in the same file system.
    package static func rename(_ path: String, to new: String) throws(SystemError) {
        try check("rename") { Glibc.rename(path, new) }
    }

    /// Calls the body with a umask, which is put back afterwards; for programs with one thread.
    package static func withMask<R, E: Error>(_ mask: mode_t, _ body: () throws(E) -> R) throws(E) -> R {
        let old = umask(mask)
        defer { umask(old) }
        return try body()
    }

    /// Whether this process acts as the superuser.
    package static var isSuperuser: Bool { geteuid() == 0 }
}
