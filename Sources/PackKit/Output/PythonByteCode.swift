import Foundation

/// Python's byte code files (PEP 552), which name the source they were made from, by its time and size.
///
/// All files of a package have one time, so each of them would be stale, and Python would compile for every event. So
/// they are turned into files that Python takes as they are, as `compileall --invalidation-mode unchecked-hash` makes them.
enum PythonByteCode {
    /// What is to be done with a file.
    enum Verdict: Equatable {
        /// It stays as it is: it does not depend on a time, or is none of these.
        case kept
        /// It was made from another source: Python would not take it here either.
        case stale
        /// These bytes take its place.
        case rewritten(Data)
    }

    /// Judges a file by the time of the last change of its source, in seconds, and by the source's size.
    static func judge(_ bytes: Data, sourceTime time: Int, sourceSize size: Int) -> Verdict {
        let bytes = Data(bytes)
        func number(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
        }
        guard bytes.count >= 16 else { return .kept }
        // Since Python 3.7 (3390) there are flags; Python 2 has numbers above 60000.
        let magic = number(0)
        guard magic >> 16 == 0x0a0d, (3390..<20_000).contains(magic & 0xffff), number(4) == 0 else { return .kept }
        guard number(8) == UInt32(truncatingIfNeeded: time), number(12) == UInt32(truncatingIfNeeded: size) else {
            return .stale
        }
        // Flag 0: made from a hash; flag 1, which is not set: compare it. The hash is then never looked at.
        return .rewritten(bytes.prefix(4) + Data([1, 0, 0, 0]) + Data(count: 8) + bytes.dropFirst(16))
    }

    /// The place of the source of a byte code file: that of `a/__pycache__/b.cpython-311.pyc` is `a/b.py`.
    static func source(of place: String) -> String? {
        let parts = place.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "__pycache__", let name = parts.last, name.hasSuffix(".pyc"),
            let stem = name.split(separator: ".").first
        else { return nil }
        return (parts.dropLast(2) + ["\(stem).py"]).joined(separator: "/")
    }
}
