import Platform

/// Bytes on their way into a program's standard input, as the program takes them.
struct InputFeed {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes the program's pipe has taken.
    private(set) var written = 0

    /// What one attempt came to.
    enum Progress {
        /// Everything is written.
        case done
        /// The pipe is full.
        case blocked
        /// Nobody reads any more, which is the program's right.
        case refused
    }

    /// Writes what the pipe takes now.
    mutating func feed(_ descriptor: Int32) -> Progress {
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Result { () throws(SystemError) in
                    try Descriptor.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.dropFirst(written)))
                }
            }
            switch count {
            case .success(let count?): written += count
            case .success(nil): return .blocked
            case .failure: return .refused
            }
        }
        return .done
    }
}
