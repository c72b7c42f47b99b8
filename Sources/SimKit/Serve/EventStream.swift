/// Frames of `application/vnd.amazon.eventstream`, the form of streamed answers.
package enum EventStream {
    /// Some bytes of the answer.
    package static func payloadChunk(_ bytes: some Collection<UInt8>) -> [UInt8] {
        frame(
            [
                (":event-type", "PayloadChunk"), (":content-type", "application/octet-stream"),
                (":message-type", "event"),
            ],
            bytes
        )
    }

    /// The end of the answer.
    ///
    /// - Parameters:
    ///   - error: What went wrong, if something did.
    ///   - logResult: The end of the log in base64, where the caller asked for it.
    /// - Returns: The frame.
    package static func invokeComplete(
        error: (code: String, details: String)? = nil,
        logResult: String? = nil
    ) -> [UInt8] {
        let body = JSONValue.members(
            ("ErrorCode", error.map { .string($0.code) }),
            ("ErrorDetails", error.map { .string($0.details) }),
            ("LogResult", logResult.map { .string($0) })
        )
        return frame(
            [(":event-type", "InvokeComplete"), (":content-type", "application/json"), (":message-type", "event")],
            Array(body.text.utf8)
        )
    }

    /// One frame: lengths, headers, payload, and the checksums of the lengths and of all.
    package static func frame(_ headers: [(String, String)], _ payload: some Collection<UInt8>) -> [UInt8] {
        var head: [UInt8] = []
        for (name, value) in headers {
            precondition(name.utf8.count < 256 && value.utf8.count < 65536, "names and values are ours, and short")
            head.append(UInt8(name.utf8.count))
            head += name.utf8
            // 7: a string with a length of two bytes.
            head.append(7)
            head += bigEndian(UInt16(value.utf8.count))
            head += value.utf8
        }
        var message: [UInt8] = []
        message.reserveCapacity(16 + head.count + payload.count)
        message += bigEndian(UInt32(16 + head.count + payload.count))
        message += bigEndian(UInt32(head.count))
        message += bigEndian(CRC32.of(message))
        message += head
        message += payload
        message += bigEndian(CRC32.of(message))
        return message
    }

    private static func bigEndian<I: FixedWidthInteger>(_ number: I) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

/// The checksum of zlib and Ethernet (IEEE 802.3).
package enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    /// The checksum of some bytes.
    package static func of(_ bytes: [UInt8]) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            ~bytes.reduce(~0) { crc, byte in crc >> 8 ^ table[Int((crc ^ UInt32(byte)) & 0xFF)] }
        }
    }
}
