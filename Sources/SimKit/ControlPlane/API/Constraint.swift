import ToolKit

/// A rule of the service's model for one member of a request, with the words in which Lambda says that it is broken.
indirect enum Constraint: Sendable {
    /// At most so many characters.
    case maximumLength(Int)
    /// At least so many characters.
    case minimumLength(Int)
    /// The whole text fits; `tested` is what is looked for where Swift's engine does not know the shown one.
    case pattern(String, tested: String? = nil)
    /// At most this number.
    case maximum(Double)
    /// At least this number.
    case minimum(Double)
    /// One of these words.
    case values([String])
    /// A list whose elements each keep rules.
    case elements([Constraint])
    /// A list whose elements are each one of these words, said without the list around it; Lambda accepts more than it says.
    case elementValues([String], accepted: [String])
    /// An object whose names keep rules.
    case keys([Constraint])
    /// An object whose values keep rules.
    case mapValues([Constraint])

    /// What is said of a value that does not keep the rule, and `nil` where it does.
    func failure(_ value: JSONValue) -> String? {
        switch self {
        case .elements(let rules):
            let broken = (value.array ?? []).contains { element in
                element.isNull || rules.contains { $0.failure(element) != nil }
            }
            return broken ? "Member must satisfy constraint: \(Self.list(rules))" : nil
        case .elementValues(_, let accepted):
            let known = (value.array ?? []).allSatisfy { accepted.contains($0.string ?? "") }
            return known ? nil : description
        case .keys(let rules):
            let broken = (value.members ?? []).contains { name, _ in
                rules.contains { $0.failure(.string(name)) != nil }
            }
            return broken ? "Map keys must satisfy constraint: \(Self.words(rules))" : nil
        case .mapValues(let rules):
            let broken = (value.members ?? []).contains { _, value in
                value.isNull || rules.contains { $0.failure(value) != nil }
            }
            return broken ? "Map value must satisfy constraint: \(Self.list(rules))" : nil
        default: return isKept(value) ? nil : description
        }
    }

    private func isKept(_ value: JSONValue) -> Bool {
        switch self {
        case .maximumLength(let limit): (value.array?.count ?? value.string?.unicodeScalars.count ?? 0) <= limit
        case .minimumLength(let limit): (value.array?.count ?? value.string?.unicodeScalars.count ?? .max) >= limit
        case .pattern(let shown, let tested): value.string.map { $0.fits(tested ?? shown) } ?? true
        case .maximum(let limit): value.double.map { $0 <= limit } ?? true
        case .minimum(let limit): value.double.map { $0 >= limit } ?? true
        case .values(let words): value.string.map { words.contains($0) } ?? true
        case .elements, .elementValues, .keys, .mapValues: true
        }
    }

    private var description: String {
        switch self {
        case .maximumLength(let limit): "Member must have length less than or equal to \(limit)"
        case .minimumLength(let limit): "Member must have length greater than or equal to \(limit)"
        case .pattern(let shown, _): "Member must satisfy regular expression pattern: \(shown)"
        case .maximum(let limit): "Member must have value less than or equal to \(Self.number(limit))"
        case .minimum(let limit): "Member must have value greater than or equal to \(Self.number(limit))"
        case .values(let words), .elementValues(let words, _):
            "Member must satisfy enum value set: [\(words.joined(separator: ", "))]"
        case .elements, .keys, .mapValues: ""
        }
    }

    /// The limits of map values are written with decimals, those of other members without.
    private static func list(_ rules: [Constraint]) -> String {
        let words = rules.map { rule in
            switch rule {
            case .maximum(let limit): "Member must have value less than or equal to \(limit)"
            case .minimum(let limit): "Member must have value greater than or equal to \(limit)"
            default: rule.description
            }
        }
        return "[\((words + ["Member must not be null"]).joined(separator: ", "))]"
    }

    private static func words(_ rules: [Constraint]) -> String {
        "[\(rules.map(\.description).joined(separator: ", "))]"
    }

    private static func number(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(number)
    }

    /// A value as Lambda quotes it: `'text'`, `'[a, b]'`, `'{2=0.5}'`, `null`.
    static func quoted(_ value: JSONValue?) -> String {
        guard let value, !value.isNull else { return "null" }
        return "'\(shown(value))'"
    }

    private static func shown(_ value: JSONValue, inMap: Bool = false) -> String {
        switch value {
        // The only maps of numbers have weights, which are written with decimals.
        case .int(let number) where inMap: String(Double(number))
        case .string(let text): text
        case .number(let number): String(number)
        case .array(let values): "[\(values.map { shown($0) }.joined(separator: ", "))]"
        case .object(let members): "{\(members.map { "\($0.0)=\(shown($0.1, inMap: true))" }.joined(separator: ", "))}"
        case .int, .bool, .null, .verbatim: value.text
        }
    }
}
