/// What may be the name of something on Lambda.
package enum LambdaName {
    /// Whether a function may be called so.
    package static func isFunction(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x5F || $0 == 0x2D }
    }

    /// Whether a variable of a function may be called so.
    package static func isVariable(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.count >= 2, (bytes[0] | 0x20) &- 0x61 < 26 else { return false }
        return bytes.allSatisfy { isLetterOrDigit($0) || $0 == 0x5F }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 }
}
