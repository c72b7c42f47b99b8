import CLinux
import Glibc

extension Files {
    /// Whether a file holds a run of bytes; a file that cannot be read holds none.
    package static func holds(_ path: String, _ wanted: [UInt8]) -> Bool {
        let found = try? withMapped(path) { bytes in
            wanted.withUnsafeBytes { clinux_find(bytes.baseAddress, bytes.count, $0.baseAddress, $0.count) != nil }
        }
        return found ?? false
    }

    /// Calls the body with the bytes of a file, mapped and not read: only what is looked at is loaded.
    ///
    /// The file must not shrink meanwhile, or the process gets SIGBUS; programs of a package do not.
    ///
    /// - Throws: ``SystemError`` where the file cannot be opened or mapped.
    package static func withMapped<R>(
        _ path: String,
        _ body: (UnsafeRawBufferPointer) -> R
    ) throws(SystemError) -> R {
        let file = try Descriptor.open(path, O_RDONLY)
        var info = stat()
        try check("fstat") { fstat(file.raw, &info) }
        let size = Int(info.st_size)
        // Zero bytes cannot be mapped.
        guard size > 0, info.st_mode & S_IFMT == S_IFREG else {
            return body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.raw, 0), start != MAP_FAILED else {
            throw SystemError(call: "mmap", errno: errno)
        }
        defer { munmap(start, size) }
        return body(UnsafeRawBufferPointer(start: start, count: size))
    }
}
