extension HTTPRequestHead {
    /// The bytes of the head, with the empty line.
    package func serialized() -> [UInt8] { HTTPWriter.head("\(method) \(target) HTTP/1.1", fields) }
}

extension HTTPResponseHead {
    /// The bytes of the head, with the empty line; the usual words where no reason is given.
    ///
    /// - Parameter room: How many bytes the caller will append.
    /// - Returns: The bytes, with the room.
    package func serialized(room: Int = 0) -> [UInt8] {
        HTTPWriter.head(
            "HTTP/1.1 \(status) \(reason.isEmpty ? HTTPWriter.reason(of: status) : reason)",
            fields,
            room: room
        )
    }
}

/// Values to bytes.
package enum HTTPWriter {
    /// One chunk of a chunked body; an empty one would end it and gives no bytes.
    package static func chunk(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.isEmpty ? [] : Array(String(bytes.count, radix: 16).utf8) + [0x0D, 0x0A] + bytes + [0x0D, 0x0A]
    }

    /// The end of a chunked body.
    package static func lastChunk(trailers: HTTPFields = [:]) -> [UInt8] { head("0", trailers) }

    /// Whether a value can be that of a field: no NUL, and no line end, which would begin another field.
    package static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static func withoutControls(_ value: String) -> String {
        String(value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }

    static func head(_ startLine: String, _ fields: HTTPFields, room: Int = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            fields.entries.reduce(startLine.utf8.count + 4 + room) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        )
        bytes += startLine.utf8
        bytes += [0x0D, 0x0A]
        for (name, value) in fields.entries {
            bytes += name.utf8
            bytes += [0x3A, 0x20]
            // A line end in a value would begin another field: such bytes become spaces.
            if isFieldValue(value) { bytes += value.utf8 } else { bytes += withoutControls(value).utf8 }
            bytes += [0x0D, 0x0A]
        }
        bytes += [0x0D, 0x0A]
        return bytes
    }

    /// The usual words for a status.
    package static func reason(of status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Request Entity Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
