/// Names nobody else has.
package enum Identifiers {
    /// A random UUID in lower case.
    package static func uuid() -> String {
        var bytes = random(16)
        // RFC 9562: version 4, variant 10.
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var digits = digits(of: bytes)
        for position in [8, 13, 18, 23] { digits.insert(0x2D, at: position) }
        return String(decoding: digits, as: UTF8.self)
    }

    /// An X-Ray header that says that nothing is sampled.
    package static func traceID() -> String {
        let seconds = String(Timestamp.now.milliseconds / 1000, radix: 16)
        return "Root=1-\(seconds)-\(hex(12));Parent=\(hex(8));Sampled=0"
    }

    /// Random bytes as hexadecimal digits.
    package static func hex(_ bytes: Int) -> String {
        String(decoding: digits(of: random(bytes)), as: UTF8.self)
    }

    private static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
        return Array(bytes.prefix(count))
    }

    private static func digits(of bytes: [UInt8]) -> [UInt8] {
        let table = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [table[Int($0 >> 4)], table[Int($0 & 15)]] }
    }
}
