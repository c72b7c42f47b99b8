/// Why there is no answer.
enum MatrixError: Error, CustomStringConvertible {
    case notJSON(String)
    case badEvent(String)
    case badShape(String)
    case singular
    case notFinite
    case noConvergence(String)

    var description: String {
        switch self {
        case .notJSON(let cause): "the event is not JSON: \(cause)"
        case .badEvent(let cause): "the event is wrong: \(cause)"
        case .badShape(let cause): "the shapes do not fit: \(cause)"
        case .singular: "matrix 'a' is singular"
        case .notFinite: "the result is not finite: the numbers are too large"
        case .noConvergence(let operation): "\(operation) did not converge"
        }
    }
}
