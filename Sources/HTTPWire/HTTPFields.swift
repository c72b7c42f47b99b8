/// The header or trailer fields of one message, in the order they came; names are compared without case (RFC 9110 5.1).
package struct HTTPFields: Equatable, Sendable, ExpressibleByDictionaryLiteral {
    /// The fields, each with the name as it was written.
    package private(set) var entries: [(name: String, value: String)] = []

    /// No fields.
    package init() {}

    /// Fields in the order written here.
    package init(dictionaryLiteral elements: (String, String)...) { for (name, value) in elements { add(name, value) } }

    /// The first value of a field, or `nil` where it is missing.
    package subscript(_ name: String) -> String? { entries.first { Self.same($0.name, name) }?.value }

    /// Every value of a field, in order.
    package func all(_ name: String) -> [String] { entries.filter { Self.same($0.name, name) }.map(\.value) }

    /// The comma-separated elements of all values of a field, without spaces around them (RFC 9110 5.6.1).
    package func elements(_ name: String) -> [String] {
        all(name).flatMap { $0.split(separator: ",") }.compactMap {
            let element = trimmed($0)
            return element.isEmpty ? nil : String(element)
        }
    }

    /// Adds a field after the others.
    package mutating func add(_ name: String, _ value: String) { entries.append((name, value)) }

    /// Puts one value in the place of all values of a field.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Removes every value of a field.
    package mutating func remove(_ name: String) { entries.removeAll { Self.same($0.name, name) } }

    package static func == (left: HTTPFields, right: HTTPFields) -> Bool {
        left.entries.count == right.entries.count
            && zip(left.entries, right.entries).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    }

    /// Whether two names are the same but for ASCII case; no allocation, this runs for each field looked up.
    package static func same(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        var left = left.utf8.makeIterator()
        var right = right.utf8.makeIterator()
        while true {
            switch (left.next(), right.next()) {
            case (nil, nil): return true
            case (let a?, let b?) where lowercased(a) == lowercased(b): continue
            default: return false
            }
        }
    }
}

/// An ASCII letter in lower case, anything else as it is.
func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

/// Without the spaces and tabs at both ends (RFC 9110 5.6.3, optional white space).
package func trimmed(_ text: some StringProtocol) -> Substring {
    var text = Substring(text)
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
}
