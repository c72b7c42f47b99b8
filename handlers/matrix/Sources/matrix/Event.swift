import FoundationEssentials

/// What is asked: `{"op": "solve", "a": [[...]], "b": [...]}`.
struct Event: Decodable {
    enum Operation: String, CaseIterable, Decodable {
        case solve, multiply, eigenvalues, svd, determinant, inverse

        var takesB: Bool { self == .solve || self == .multiply }
    }

    let operation: Operation
    let a: Matrix
    /// The second operand, and whether it was given as a plain list, in which case the answer is one too.
    let b: (matrix: Matrix, isVector: Bool)?

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container: KeyedDecodingContainer<Key>
        do {
            container = try decoder.container(keyedBy: Key.self)
        } catch {
            throw MatrixError.badEvent("it is not an object with op and a")
        }
        for key in container.allKeys where !["op", "a", "b"].contains(key.stringValue) {
            throw MatrixError.badEvent("it has an unknown member '\(key.stringValue)'")
        }
        let names = Operation.allCases.map(\.rawValue).joined(separator: ", ")
        guard let name = try? container.decode(String.self, forKey: Key(stringValue: "op")),
            let operation = Operation(rawValue: name)
        else { throw MatrixError.badEvent("op is none of \(names)") }
        self.operation = operation
        guard let lists = try? container.decode([[Double]].self, forKey: Key(stringValue: "a")) else {
            throw MatrixError.badEvent("a is no list of lists of finite numbers")
        }
        a = try Matrix(lists, name: "a")
        let key = Key(stringValue: "b")
        guard operation.takesB else {
            guard !container.contains(key) else { throw MatrixError.badEvent("\(operation) takes no b") }
            b = nil
            return
        }
        guard container.contains(key) else { throw MatrixError.badEvent("\(operation) needs b") }
        if let list = try? container.decode([Double].self, forKey: key) {
            b = (try Matrix(list.map { [$0] }, name: "b"), true)
        } else if let lists = try? container.decode([[Double]].self, forKey: key) {
            b = (try Matrix(lists, name: "b"), false)
        } else {
            throw MatrixError.badEvent("b is neither a list of finite numbers nor a list of such lists")
        }
    }
}
