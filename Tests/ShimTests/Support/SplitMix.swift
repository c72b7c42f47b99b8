/// A generator with a seed, so that a failure can be run again (SplitMix64, Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The bytes with one to eight changes: a byte set, removed, added, a run copied, or the end cut off.
    mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0...(next() % 8) where !bytes.isEmpty {
            let place = Int(next() % UInt64(bytes.count))
            let byte = UInt8(truncatingIfNeeded: next())
            switch next() % 6 {
            case 0: bytes[place] = byte
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(byte, at: place)
            case 3: bytes[place] ^= 1 << (byte & 7)
            case 4: bytes.insert(contentsOf: bytes[place...].prefix(Int(byte)), at: place)
            default: bytes.removeLast(Int(byte) % bytes.count)
            }
        }
        return bytes
    }
}
