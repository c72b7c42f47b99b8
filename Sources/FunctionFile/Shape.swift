/// What a value of the file must look like.
package indirect enum Shape: Sendable {
    /// Anything.
    case any
    /// A text.
    case text
    /// A whole number in a range.
    case integer(ClosedRange<Int>)
    /// One of a few words.
    case word([String])
    /// `true` or `false`.
    case flag
    /// A list.
    case list(of: Shape)
    /// A list of one value, where Lambda takes no more.
    case listOfOne(Shape)
    /// An object with members of any name.
    case map(to: Shape)
    /// An object with these members; others pass on, unless they look like one that was meant.
    case object([String: Shape])
    /// A text, or an object that has it as a member, as answers do.
    case textOrMember(String)

    /// A list of texts.
    static let texts = Shape.list(of: .text)

    /// Compares a value with what it must look like.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - path: Where it stands, `VpcConfig.SubnetIds`.
    ///   - file: The file, for the error.
    /// - Throws: ``FunctionFileError`` that names the member.
    func check(_ value: JSON, _ path: String, file: String) throws(FunctionFileError) {
        func bad(_ requirement: String) -> FunctionFileError {
            FunctionFileError(file: file, "\(path) must be \(requirement)")
        }
        switch self {
        case .any: return
        case .text: if value.string == nil { throw bad("a text") }
        case .integer(let range):
            guard let number = value.int, range.contains(number) else {
                throw bad("a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
        case .word(let words):
            guard let word = value.string, words.contains(word) else {
                throw bad("one of " + words.joined(separator: ", "))
            }
        case .flag: if value.bool == nil { throw bad("true or false") }
        case .list(let inner):
            guard let values = value.array else { throw bad("a list") }
            for (index, value) in values.enumerated() { try inner.check(value, "\(path)[\(index)]", file: file) }
        case .listOfOne(let inner):
            guard let values = value.array, values.count == 1 else { throw bad("a list of one value") }
            try inner.check(values[0], "\(path)[0]", file: file)
        case .map(let inner):
            guard let members = value.object else { throw bad("an object") }
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                try inner.check(value, "\(path).\(name)", file: file)
            }
        case .object(let shapes):
            guard let members = value.object else { throw bad("an object") }
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                try Self.shape(of: name, among: shapes, "\(path).\(name)", file: file)
                    .check(value, "\(path).\(name)", file: file)
            }
        case .textOrMember(let name):
            guard (value.string ?? value[name]?.string) != nil else {
                throw bad("a text, or an object with \(name)")
            }
        }
    }

    /// What a member must look like; anything, where nobody knows it here.
    ///
    /// - Throws: ``FunctionFileError`` for one that looks like another, which was probably meant.
    static func shape(
        of name: String,
        among shapes: [String: Shape],
        _ path: String,
        file: String
    ) throws(FunctionFileError) -> Shape {
        if let shape = shapes[name] { return shape }
        guard let near = nearest(to: name, among: Array(shapes.keys)) else { return .any }
        throw FunctionFileError(file: file, "unknown member '\(path)'", hint: "did you mean '\(near)'?")
    }
}
