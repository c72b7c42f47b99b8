/// What was typed, taken apart and checked by a ``CommandSpec``.
package struct Arguments: Equatable, Sendable {
    var given: [String: [String]] = [:]
    /// The names by which options were given, by their keys.
    var typed: [String: String] = [:]
    /// What is not an option, in order, up to `--`.
    package var positionals: [String] = []
    /// What follows `--`; `nil` where there is no `--`.
    package var afterDoubleDash: [String]?

    /// Nothing was typed.
    package init() {}

    /// Whether nothing at all was typed.
    package var isEmpty: Bool { given.isEmpty && positionals.isEmpty && afterDoubleDash == nil }

    /// Whether an option was given, with a value or without.
    package func flag(_ key: String) -> Bool { given[key] != nil }

    /// The last value of an option.
    package func value(_ key: String) -> String? { given[key]?.last }

    /// Every value of an option, in the order they were given.
    package func values(_ key: String) -> [String] { given[key] ?? [] }

    /// The value of an option whose type is ``OptionType/integer(_:)``; `nil` where it was not given.
    package func int(_ key: String) -> Int? { value(key).flatMap { Int($0) } }

    /// The value of an option whose type is ``OptionType/number(_:)``; `nil` where it was not given.
    package func number(_ key: String) -> Double? { value(key).flatMap { Double($0) } }

    /// The value of an option whose type is ``OptionType/word(of:)``; `nil` where it was not given.
    package func choice<C: RawRepresentable>(_ key: String, _ type: C.Type) -> C? where C.RawValue == String {
        value(key).flatMap { C(rawValue: $0) }
    }

    /// The values of an option whose type is ``OptionType/assignment``, in the order they were given.
    package func assignments(_ key: String) -> [(name: String, value: String)] {
        values(key).compactMap { text in
            text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[text.index(after: $0)...])) }
        }
    }
}
