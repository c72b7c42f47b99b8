/// Kept in files: objects lose the order of their members there.
extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Int.self) {
            self = .int(number)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let values = try? value.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try value.decode([String: JSONValue].self).sorted { $0.key < $1.key })
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .string(let text), .verbatim(let text): try value.encode(text)
        case .int(let number): try value.encode(number)
        case .number(let number): try value.encode(number)
        case .bool(let flag): try value.encode(flag)
        case .null: try value.encodeNil()
        case .array(let values): try value.encode(values)
        case .object(let members): try value.encode(Dictionary(members) { $1 })
        }
    }
}

extension JSONValue: Equatable {
    /// Whether both say the same; the order of members does not count.
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        left.sorted.text == right.sorted.text
    }

    private var sorted: JSONValue {
        switch self {
        case .object(let members): .object(members.map { ($0.0, $0.1.sorted) }.sorted { $0.0 < $1.0 })
        case .array(let values): .array(values.map(\.sorted))
        default: self
        }
    }
}
