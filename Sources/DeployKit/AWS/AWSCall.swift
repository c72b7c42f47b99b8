import FunctionFile

/// One call of the AWS CLI, as data: it can be planned, printed, compared and run.
package struct AWSCall: Sendable, Equatable {
    /// What is taken from the answer, to be used by later calls as ``Variable``.
    package struct Capture: Sendable, Equatable {
        /// The variable's name.
        package let name: String
        /// Its path in the answer.
        package let path: [String]

        /// Takes the member at a path.
        package init(_ name: String, _ path: String...) {
            self.name = name
            self.path = path
        }
    }

    /// What the answer must say of a file that was sent.
    package struct Expectation: Sendable, Equatable {
        /// Where it stands in the answer.
        let path: [String]
        /// The SHA-256 in base64, as it was before.
        let sha256: String
        /// The file.
        let file: String
    }

    /// The service as the CLI calls it, `lambda`.
    package var service: String
    /// The operation as the CLI calls it, `create-function`.
    package var operation: String
    /// The members of the request, by the API's names.
    package var input: [String: JSON]
    /// Options whose value is a file, `--zip-file`.
    package var files: [String: String] = [:]
    /// What is taken from the answer.
    package var captures: [Capture] = []
    /// Codes of errors that mean that it has been done already.
    package var forgiven: [String] = []
    /// What must have arrived.
    package var expectation: Expectation?
    /// What follows the options.
    package var positionals: [String] = []

    /// Describes a call.
    package init(_ service: String, _ operation: String, _ input: [String: JSON] = [:]) {
        self.service = service
        self.operation = operation
        self.input = input
    }

    /// The same call that takes something from its answer.
    package func capturing(_ captures: Capture...) -> AWSCall {
        var call = self
        call.captures += captures
        return call
    }

    /// The same call, for which these errors mean that it has been done already.
    package func forgiving(_ codes: String...) -> AWSCall {
        var call = self
        call.forgiven += codes
        return call
    }

    /// The same call with the content of a file as an option.
    package func sending(_ option: String, _ path: String) -> AWSCall {
        var call = self
        call.files[option] = path
        return call
    }

    /// The same call, whose answer has the sum of a file at a path, which must be the one that it had.
    func expecting(_ sha256: String, of file: String, at path: String...) -> AWSCall {
        var call = self
        call.expectation = Expectation(path: path, sha256: sha256, file: file)
        return call
    }

    /// What it does, `lambda create-function`.
    package var name: String { "\(service) \(operation)" }
}

/// A value that is known only when an earlier call has been answered, inside the texts of a later one.
package enum Variable {
    // Characters for private use, which no name, ARN or event has.
    private static let open: Character = "\u{E0A0}"
    private static let close: Character = "\u{E0A1}"

    /// The place of a variable in a text.
    package static func place(_ name: String) -> String { "\(open)\(name)\(close)" }

    /// Replaces the variables of a text.
    package static func replace(_ text: String, _ value: (String) -> String) -> String {
        guard text.contains(open) else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: open), let end = rest[start...].firstIndex(of: close) {
            result += rest[..<start] + value(String(rest[rest.index(after: start)..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// Replaces the variables in all texts of a value.
    package static func replace(_ value: JSON, _ replacement: (String) -> String) -> JSON {
        switch value {
        case .string(let text): .string(replace(text, replacement))
        case .array(let values): .array(values.map { replace($0, replacement) })
        case .object(let members): .object(members.mapValues { replace($0, replacement) })
        default: value
        }
    }
}
