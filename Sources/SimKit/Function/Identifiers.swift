/// Names nobody else has.
package enum Identifiers {
    private static let digits: StaticString = "0123456789abcdef"

    /// A random UUID in lower case.
    package static func uuid() -> String {
        var generator = SystemRandomNumberGenerator()
        // RFC 9562: version 4, variant 10.
        let high = generator.next() & ~0xF000 | 0x4000
        let low = generator.next() & ~(3 << 62) | 2 << 62
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for (number, groups) in [(high, [8, 4, 4]), (low, [4, 12])] {
                var rest = number
                for count in groups {
                    if place > 0 {
                        text[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    write(&rest, count, to: text, at: &place)
                }
            }
            return place
        }
    }

    /// An X-Ray header that says that nothing is sampled.
    package static func traceID() -> String {
        let seconds = String(Timestamp.now.milliseconds / 1000, radix: 16)
        return "Root=1-\(seconds)-\(hex(12));Parent=\(hex(8));Sampled=0"
    }

    /// Random bytes as hexadecimal digits.
    package static func hex(_ bytes: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(unsafeUninitializedCapacity: 2 * bytes) { text in
            var place = 0
            while place < 2 * bytes {
                var number = generator.next()
                write(&number, min(16, 2 * bytes - place), to: text, at: &place)
            }
            return place
        }
    }

    /// Writes the highest digits of a number, and takes them off.
    private static func write(
        _ number: inout UInt64,
        _ count: Int,
        to text: UnsafeMutableBufferPointer<UInt8>,
        at place: inout Int
    ) {
        for _ in 0..<count {
            text[place] = digits.utf8Start[Int(number >> 60)]
            number <<= 4
            place += 1
        }
    }
}
