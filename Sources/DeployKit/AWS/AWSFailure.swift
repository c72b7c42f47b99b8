import Foundation
import ToolKit

/// Why a call of the AWS CLI failed, read from what it said.
///
/// The exit status says little: version 1 has 255 for an error of the service and 2 for wrong usage, version 2 has 254, 252,
/// 253 and 255. So the text decides, wherever it is.
package struct AWSFailure: Error, Sendable, Equatable {
    /// What kind of failure it is.
    package enum Kind: Sendable, Equatable {
        /// The service refused, with a code.
        case service(code: String)
        /// There are no credentials, or they are no longer valid.
        case credentials
        /// No region is set.
        case region
        /// The service could not be reached, or the connection broke.
        case connection
        /// The CLI does not know an option, a member or an operation.
        case outdated
        /// Anything else.
        case other
    }

    /// The kind.
    package let kind: Kind
    /// The operation, `lambda create-function`.
    package let operation: String
    /// What was said, on one line.
    package let message: String

    /// Describes a failure.
    package init(kind: Kind, operation: String, message: String) {
        self.kind = kind
        self.operation = operation
        self.message = message
    }

    /// The service's code, where it was the service that refused.
    package var code: String? {
        if case .service(let code) = kind { code } else { nil }
    }

    /// Reads what the CLI said.
    package init(_ call: AWSCall, _ result: ToolResult) {
        self.init(operation: call.name, said: result.errors, status: result.status)
    }

    /// Reads what the CLI said.
    package init(operation: String, said errors: String, status: String) {
        self.operation = operation
        let text = errors.split(whereSeparator: \.isNewline).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        .filter { !$0.isEmpty }.joined(separator: " ")
        if let (code, message) = Self.serviceError(text) {
            kind = Self.expired.contains(code) ? .credentials : .service(code: code)
            self.message = message
            return
        }
        let row = Self.phrases.first { phrase, _ in
            text.range(of: phrase, options: .caseInsensitive) != nil
        }
        kind = row?.kind ?? .other
        message = text.isEmpty ? "it ended with \(status) and said nothing" : Self.withoutUsage(text)
    }

    /// `An error occurred (CODE) when calling the OP operation (reached max retries: N): MESSAGE`, in both versions.
    private static func serviceError(_ text: String) -> (code: String, message: String)? {
        guard let start = text.range(of: "An error occurred ("),
            let close = text.range(of: ")", range: start.upperBound..<text.endIndex),
            let operation = text.range(of: " operation", range: close.upperBound..<text.endIndex)
        else { return nil }
        var rest = operation.upperBound..<text.endIndex
        if text[rest].hasPrefix(" ("), let retries = text.range(of: ")", range: rest) {
            rest = retries.upperBound..<text.endIndex
        }
        guard let colon = text.range(of: ": ", range: rest) else { return nil }
        var message = text[colon.upperBound...]
        if let details = message.range(of: " Additional error details:") {
            message = message[..<details.lowerBound]
        }
        return (String(text[start.upperBound..<close.lowerBound]), String(message))
    }

    /// Codes of services for credentials that are no longer valid.
    private static let expired: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
        "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired",
    ]

    /// The CLI's own messages, in either version.
    private static let phrases: [(phrase: String, kind: Kind)] = [
        ("Unable to locate credentials", .credentials), ("Partial credentials", .credentials),
        ("Error when retrieving token", .credentials), ("Token has expired", .credentials),
        ("Error loading SSO Token", .credentials), ("could not be found", .credentials),
        ("You must specify a region", .region), ("Invalid endpoint", .region),
        ("Could not connect to the endpoint", .connection), ("Connection was closed", .connection),
        ("Connection aborted", .connection), ("Broken pipe", .connection),
        ("Connection reset", .connection),
        ("Read timeout", .connection), ("Connect timeout", .connection), ("EOF occurred", .connection),
        ("Connection refused", .connection), ("Unknown options", .outdated),
        ("unrecognized arguments", .outdated),
        ("Unknown parameter in input", .outdated), ("Invalid choice", .outdated),
        ("invalid choice", .outdated),
    ]

    /// Version 1 prints its usage before a complaint of its own.
    private static func withoutUsage(_ text: String) -> String {
        guard let range = text.range(of: "aws: error: ", options: .backwards) else {
            return text.replacing("aws: [ERROR]: ", with: "")
        }
        return String(text[range.upperBound...])
    }
}
