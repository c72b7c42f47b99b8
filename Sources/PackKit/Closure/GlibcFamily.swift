import ELF

/// The libraries that belong to one glibc and to its loader: they work only together.
enum GlibcFamily {
    private static let names: Set<String> = [
        "libc.so.6", "libm.so.6", "libmvec.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1",
        "libresolv.so.2", "libanl.so.1", "libnsl.so.1", "libBrokenLocale.so.1", "libthread_db.so.1",
        "libnss_files.so.2", "libnss_dns.so.2", "libnss_compat.so.2", "libnss_hesiod.so.2", "libc_malloc_debug.so.0",
    ]

    /// Members that the base images leave out though their glibc has them.
    static let notOnTargets: Set<String> = ["libnsl.so.1", "libnss_compat.so.2", "libnss_hesiod.so.2"]

    /// Whether a library, by its SONAME, is part of glibc, or of musl, which is a loader and a libc in one.
    static func contains(_ soname: String) -> Bool { names.contains(soname) || isLoader(soname) }

    /// Whether the name is that of a loader.
    static func isLoader(_ name: String) -> Bool {
        name.hasPrefix("ld-linux") || name.hasPrefix("ld-musl") || name.hasPrefix("libc.musl") || name == "ld64.so.2"
            || name == "ld.so.1"
    }

    /// The loader that glibc programs of a machine name.
    static func loader(for machine: Machine) -> String {
        machine == .arm64 ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2"
    }
}

/// A version of glibc, `2.34`.
package struct GlibcVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
    /// The numbers, `[2, 34]`.
    package let numbers: [Int]

    /// Makes a version from its numbers.
    package init(_ numbers: Int...) { self.numbers = numbers }

    /// The version that a symbol version means, `GLIBC_2.34`.
    ///
    /// - Returns: `nil` for a name that is not a version, `GLIBC_PRIVATE`.
    package init?(symbolVersion name: String) {
        // A mark of the linker for a relocation format; glibc 2.36 was the first to read it.
        if name == "GLIBC_ABI_DT_RELR" {
            self.init([2, 36])
            return
        }
        guard name.hasPrefix("GLIBC_") else { return nil }
        let parts = name.dropFirst("GLIBC_".count).split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, numbers.count >= 2 else { return nil }
        self.init(numbers)
    }

    private init(_ numbers: [Int]) { self.numbers = numbers }

    package static func < (left: Self, right: Self) -> Bool { left.numbers.lexicographicallyPrecedes(right.numbers) }

    package var description: String { numbers.map(String.init).joined(separator: ".") }
}
