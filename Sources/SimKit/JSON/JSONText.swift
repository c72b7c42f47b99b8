/// Work on JSON texts as they are written: the order of members, the form of numbers and escapes stay.
enum JSONText {
    /// A valid text without the white space between its parts.
    static func compacted(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "\"") {
                let end = endOfString(text, from: index)
                result += text[index..<end]
                index = end
            } else {
                if text[index] > 0x20 { result.append(text[index]) }
                index += 1
            }
        }
        return result
    }

    /// The value of a member of an object, as it is written.
    ///
    /// - Parameters:
    ///   - name: The member's name, which needs no escapes.
    ///   - object: A valid object without white space between its parts.
    /// - Returns: The last of that name; `nil` where there is none.
    static func member(_ name: String, of object: [UInt8]) -> ArraySlice<UInt8>? {
        guard object.first == UInt8(ascii: "{") else { return nil }
        let wanted = Array("\"\(name)\"".utf8)
        var found: ArraySlice<UInt8>?
        var index = 1
        while index < object.count, object[index] == UInt8(ascii: "\"") {
            let nameEnd = endOfString(object, from: index)
            let valueEnd = endOfValue(object, from: nameEnd + 1)
            if object[index..<nameEnd].elementsEqual(wanted) { found = object[(nameEnd + 1)..<valueEnd] }
            index = valueEnd + 1
        }
        return found
    }

    private static func endOfValue(_ text: [UInt8], from start: Int) -> Int {
        var depth = 0
        var index = start
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                index = endOfString(text, from: index)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
            case UInt8(ascii: ","): if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return index
    }

    /// - Returns: The place after the closing quote.
    private static func endOfString(_ text: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < text.count {
            if text[index] == UInt8(ascii: "\\") {
                index += 2
            } else if text[index] == UInt8(ascii: "\"") {
                return index + 1
            } else {
                index += 1
            }
        }
        return text.count
    }
}
