import Platform

/// Reads the members of one object of the file, each once, with errors that name the member.
struct MemberReader {
    private let file: String
    private let path: String
    private let members: [String: JSON]
    private var known: [String] = []

    init(_ value: JSON, path: String, file: String) throws(FunctionFileError) {
        guard case .object(let members) = value else {
            throw FunctionFileError(file: file, "\(path) must be an object")
        }
        self.members = members
        self.path = path
        self.file = file
    }

    func error(_ key: String, _ requirement: String) -> FunctionFileError {
        FunctionFileError(file: file, "\(place(key)) must be \(requirement)")
    }

    func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    mutating func value(_ key: String) -> JSON? {
        known.append(key)
        return members[key]
    }

    mutating func text(_ key: String) throws(FunctionFileError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, !text.isEmpty else { throw error(key, "a text") }
        return text
    }

    mutating func word(_ key: String, _ words: [String]) throws(FunctionFileError) -> String? {
        guard let text = try text(key) else { return nil }
        guard words.contains(text) else { throw error(key, "one of " + words.joined(separator: ", ")) }
        return text
    }

    mutating func int(_ key: String, _ range: ClosedRange<Int>) throws(FunctionFileError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw error(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func number(_ key: String, _ range: ClosedRange<Double>) throws(FunctionFileError)
        -> Double?
    {
        guard let value = value(key) else { return nil }
        let number: Double? =
            switch value {
            case .int(let number): Double(number)
            case .number(let number): number
            default: nil
            }
        guard let number, range.contains(number) else {
            throw error(key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func flag(_ key: String) throws(FunctionFileError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.bool else { throw error(key, "true or false") }
        return flag
    }

    mutating func texts(_ key: String) throws(FunctionFileError) -> [String]? {
        guard let value = value(key) else { return nil }
        guard let values = value.array, values.allSatisfy({ $0.string != nil }) else {
            throw error(key, "a list of texts")
        }
        return values.compactMap(\.string)
    }

    mutating func object(_ key: String) throws(FunctionFileError) -> JSON? {
        guard let value = value(key) else { return nil }
        guard case .object = value else { throw error(key, "an object") }
        return value
    }

    mutating func objects(_ key: String) throws(FunctionFileError) -> [MemberReader]? {
        guard let value = value(key) else { return nil }
        guard let values = value.array else { throw error(key, "a list of objects") }
        var readers: [MemberReader] = []
        for (index, value) in values.enumerated() {
            readers.append(try MemberReader(value, path: "\(place(key))[\(index)]", file: file))
        }
        return readers
    }

    /// Refuses a member that nobody has asked for, with the one that is meant.
    func finish() throws(FunctionFileError) {
        for key in members.keys.sorted() where !known.contains(key) {
            let near = nearest(to: key, among: known)
            throw FunctionFileError(
                file: file,
                "unknown member '\(place(key))'",
                hint: near.map { "did you mean '\($0)'?" } ?? "known are "
                    + known.sorted().joined(separator: ", ")
            )
        }
    }
}

/// The word that was probably meant: few letters away, or the same but for case.
func nearest(to word: String, among words: [String]) -> String? {
    if let same = words.first(where: { $0.lowercased() == word.lowercased() }) { return same }
    let near = words.map { ($0, editDistance(word, $0)) }.min { $0.1 < $1.1 }
    guard let near, near.1 <= 2, word.count > 3 else { return nil }
    return near.0
}
