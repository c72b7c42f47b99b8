/// The header block of a CGI program's response (RFC 3875, section 6.3).
struct CGIHead: Equatable {
    /// 100 to 999.
    let status: Int
    /// The fields, in their order; `Status` is not among them.
    let fields: [(name: String, value: String)]

    /// Why it is not a header block.
    struct Malformed: Error, Equatable {
        /// What is wrong with it.
        let why: String
        /// The line, or the beginning of what came.
        let line: String
    }

    /// How large it may be.
    static let limit = 64 << 10

    static func == (left: CGIHead, right: CGIHead) -> Bool {
        left.status == right.status && left.fields.elementsEqual(right.fields) { $0 == $1 }
    }

    /// Where the body begins, `nil` where the empty line has not come.
    static func bodyStart(_ bytes: [UInt8]) -> Int? {
        var lineStart = 0
        for (index, byte) in bytes.enumerated() where byte == 0x0A {
            let line = bytes[lineStart..<index]
            if line.isEmpty || line.elementsEqual([0x0D]) { return index + 1 }
            lineStart = index + 1
        }
        return nil
    }

    /// Takes the block apart, which ends with the empty line.
    init(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
        var status: Int?
        var fields: [(name: String, value: String)] = []
        for line in bytes.split(separator: 0x0A) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.isEmpty { break }
            let (name, value) = try Self.field(Array(line))
            guard name.lowercased() == "status" else {
                fields.append((name, value))
                continue
            }
            guard let number = Int(value.prefix { $0 != " " }), 100...999 ~= number else {
                throw Malformed(why: "its status is not a number from 100 to 999", line: WorkerFault.quote(line))
            }
            status = number
        }
        guard status != nil || fields.contains(where: { ["content-type", "location"].contains($0.name.lowercased()) })
        else {
            throw Malformed(
                why: "it has neither Content-Type nor Location nor Status",
                line: fields.first.map { "\($0.name): \($0.value)" } ?? ""
            )
        }
        let isRedirect = fields.contains { $0.name.lowercased() == "location" }
        self.status = status ?? (isRedirect ? 302 : 200)
        self.fields = fields
    }

    private static func field(_ line: [UInt8]) throws(Malformed) -> (String, String) {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0, line[..<colon].allSatisfy(isTokenByte) else {
            throw Malformed(why: "a header line is not 'Name: value'", line: WorkerFault.quote(line))
        }
        guard let text = String(validating: line[(colon + 1)...], as: UTF8.self),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" })
        else { throw Malformed(why: "a header value has control characters", line: WorkerFault.quote(line)) }
        let value = text.drop { $0 == " " || $0 == "\t" }
        return (String(decoding: line[..<colon], as: UTF8.self), String(value))
    }

    /// RFC 9110 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// The values of a field.
    func all(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name }.map(\.value) }
}
