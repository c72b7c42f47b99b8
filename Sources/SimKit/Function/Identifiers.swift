import Synchronization

/// Unique names.
package enum Identifiers {
    private static let digits: StaticString = "0123456789abcdef"

    private static let state = Mutex(UInt64.random(in: 0 ... .max))

    /// The next number of SplitMix64, from a random start: names are to be different, not secret, and asking the kernel
    /// five times for each call costs more than writing its log.
    private static func random() -> UInt64 {
        let state = state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            return state
        }
        let once = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        let twice = (once ^ (once >> 27)) &* 0x94D0_49BB_1331_11EB
        return twice ^ (twice >> 31)
    }

    /// A random UUID in lower case.
    package static func uuid() -> String {
        // RFC 9562: version 4, variant 10.
        let high = random() & ~0xF000 | 0x4000
        let low = random() & ~(3 << 62) | 2 << 62
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
        String(unsafeUninitializedCapacity: 2 * bytes) { text in
            var place = 0
            while place < 2 * bytes {
                var number = random()
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
