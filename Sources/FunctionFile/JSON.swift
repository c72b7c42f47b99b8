import Foundation

/// A JSON value that was read, to be looked into, compared and written again.
package enum JSON: Sendable, Equatable, Codable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case int(Int)
    /// A number with decimals.
    case number(Double)
    /// A text.
    case string(String)
    /// Values in order.
    case array([JSON])
    /// Members; their order means nothing.
    case object([String: JSON])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else if let value = try? container.decode([String: JSON].self) {
            self = .object(value)
        } else {
            self = .null
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }

    /// Reads a JSON text.
    ///
    /// - Returns: `nil` for bytes that are not JSON.
    package static func parse(_ bytes: some Sequence<UInt8>) -> JSON? {
        try? JSONDecoder().decode(JSON.self, from: Data(bytes))
    }

    /// The text, members sorted by name; on one line, or indented.
    package func text(pretty: Bool = false) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty
            ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            : [.sortedKeys, .withoutEscapingSlashes]
        // Nothing in it can fail: numbers come from JSON, which has no infinite ones.
        let data = (try? encoder.encode(self)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}

extension JSON {
    /// A member of an object; `nil` where there is none, or where it is null.
    package subscript(_ key: String) -> JSON? {
        guard case .object(let members) = self, let value = members[key], value != .null else {
            return nil
        }
        return value
    }

    /// A member below members.
    package func at(_ path: String...) -> JSON? {
        path.reduce(self as JSON?) { $0?[$1] }
    }

    /// The text that it is.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The whole number that it is.
    package var int: Int? {
        switch self {
        case .int(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The truth value that it is.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The values of the array that it is.
    package var array: [JSON]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The members of the object that it is.
    package var object: [String: JSON]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The texts of the array that it is.
    package var strings: [String]? { array?.compactMap(\.string) }

    /// An object of texts.
    package static func texts(_ members: [String: String]) -> JSON {
        .object(members.mapValues { .string($0) })
    }

    /// An array of texts.
    package static func list(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }
}
