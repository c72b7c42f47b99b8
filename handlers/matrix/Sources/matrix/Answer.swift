import FoundationEssentials

/// What is answered: `{"result": ...}`.
struct Answer: Encodable {
    enum Result: Encodable {
        case number(Double)
        case list([Double])
        case lists([[Double]])
        case complexList([Complex])
        case svd(Decomposition)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .number(let value): try value.encode(to: encoder)
            case .list(let values): try values.encode(to: encoder)
            case .lists(let values): try values.encode(to: encoder)
            case .complexList(let values): try values.encode(to: encoder)
            case .svd(let value): try value.encode(to: encoder)
            }
        }
    }

    /// A number with an imaginary part; a real one is a plain number.
    struct Complex: Encodable {
        let re: Double
        let im: Double

        private enum CodingKeys: CodingKey { case re, im }

        func encode(to encoder: any Encoder) throws {
            guard im != 0 else { return try re.encode(to: encoder) }
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(re, forKey: .re)
            try container.encode(im, forKey: .im)
        }
    }

    struct Decomposition: Encodable {
        let u: [[Double]]
        let s: [Double]
        let vt: [[Double]]
    }

    let result: Result

    /// Computes the answer to an event.
    init(to event: Event) throws {
        let b = event.b?.matrix ?? Matrix(zeros: 0, 0)
        switch event.operation {
        case .solve: result = Self.shaped(try Algebra.solve(event.a, b), like: event)
        case .multiply: result = Self.shaped(try Algebra.multiply(event.a, b), like: event)
        case .inverse: result = .lists(try Algebra.inverse(event.a).lists)
        case .determinant: result = .number(try Algebra.determinant(event.a))
        case .eigenvalues:
            result = .complexList(try Algebra.eigenvalues(event.a).map { Complex(re: $0.re, im: $0.im) })
        case .svd:
            let (u, s, vt) = try Algebra.svd(event.a)
            result = .svd(Decomposition(u: u.lists, s: s, vt: vt.lists))
        }
    }

    /// The bytes of the answer.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        do {
            return try encoder.encode(self)
        } catch EncodingError.invalidValue {
            throw MatrixError.notFinite
        }
    }

    private static func shaped(_ matrix: Matrix, like event: Event) -> Result {
        event.b?.isVector == true ? .list(matrix.values) : .lists(matrix.lists)
    }
}
