/// How a caller names a function: a name, a partial or a whole ARN, each with or without a qualifier.
package struct FunctionReference: Equatable, Sendable {
    /// The function's name.
    package let name: String
    /// A version or an alias, if one was given.
    package let qualifier: String?

    /// Takes a name apart that stands percent-encoded in a path.
    ///
    /// - Returns: `nil` where it is none of the forms.
    package init?(encoded: some StringProtocol, qualifier extra: String?) {
        guard let text = PercentCoding.decode(encoded), text.utf8.count <= 256 else { return nil }
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.first == "arn" {
            // arn:aws:lambda:region:account:function:name
            guard parts.count >= 7, parts[2] == "lambda" else { return nil }
            parts.removeFirst(4)
        }
        // account:function:name
        if parts.count >= 3, parts[1] == "function" { parts.removeFirst(2) }
        guard let name = parts.first, Self.isName(name), parts.count <= 2 else { return nil }
        let own = parts.count == 2 ? parts[1] : nil
        if let own, let extra, own != extra { return nil }
        guard let qualifier = own ?? extra else {
            self.name = name
            qualifier = nil
            return
        }
        guard Self.isQualifier(qualifier) else { return nil }
        self.name = name
        self.qualifier = qualifier
    }

    /// What `X-Amz-Executed-Version` says: a number is a version, everything else leads to the newest code.
    package var executedVersion: String {
        guard let qualifier, qualifier.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return "$LATEST" }
        return qualifier
    }

    /// Whether a name is one for a function on Lambda.
    package static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isNameByte)
    }

    private static func isQualifier(_ text: String) -> Bool {
        text == "$LATEST" || (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x5F
    }
}

/// Percent-encoding (RFC 3986 2.1).
package enum PercentCoding {
    /// The text behind the encoding; `nil` where it is malformed or no UTF-8.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            if byte == 0x25 {
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The parameters of a query, decoded, in order; what is malformed stays as it is.
    package static func query(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let equals = pair.firstIndex { $0 == "=" }
            let name = pair[..<(equals ?? pair.endIndex)]
            let value = equals.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            return (
                decode(name, plusIsSpace: true) ?? String(name), decode(value, plusIsSpace: true) ?? String(value)
            )
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x57
        default: nil
        }
    }
}
