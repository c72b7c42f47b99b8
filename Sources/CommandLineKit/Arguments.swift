/// What was typed, taken apart by a ``CommandSpec``.
package struct Arguments: Equatable, Sendable {
    var given: [String: [String]] = [:]
    /// What is not an option, in order, up to `--`.
    package var positionals: [String] = []
    /// What stands behind `--`; `nil` where there is none.
    package var afterDoubleDash: [String]?

    /// Whether an option without a value was given.
    package func flag(_ key: String) -> Bool { given[key] != nil }

    /// The last value of an option.
    package func value(_ key: String) -> String? { given[key]?.last }

    /// Every value of an option, in the order they were given.
    package func values(_ key: String) -> [String] { given[key] ?? [] }

    /// The value of an option as a whole number.
    ///
    /// - Returns: `nil` where the option was not given.
    /// - Throws: ``UsageError`` that names the option and the range.
    package func int(_ key: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "'\(text)' is not a value for \(key)",
                hint: "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// The value of an option as a number, which may have decimals.
    ///
    /// - Returns: `nil` where the option was not given.
    /// - Throws: ``UsageError`` that names the option and the range.
    package func number(_ key: String, in range: ClosedRange<Double>) throws(UsageError) -> Double? {
        guard let text = value(key) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw UsageError(
                "'\(text)' is not a value for \(key)",
                hint: "a number from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
            )
        }
        return number
    }

    /// The value of an option that is one of a few words.
    ///
    /// - Returns: `nil` where the option was not given.
    /// - Throws: ``UsageError`` that lists the words.
    package func choice<C: RawRepresentable & CaseIterable>(
        _ key: String,
        _ type: C.Type
    ) throws(UsageError) -> C? where C.RawValue == String {
        guard let text = value(key) else { return nil }
        guard let choice = C(rawValue: text) else {
            throw UsageError(
                "'\(text)' is not a value for \(key)",
                hint: "one of " + C.allCases.map(\.rawValue).joined(separator: ", ")
            )
        }
        return choice
    }

    private func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }
}
