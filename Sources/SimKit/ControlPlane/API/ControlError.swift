import HTTPWire
import LambdaWire

/// Why Lambda's API for functions refuses a request: its code, its status and its text.
///
/// Codes and texts are those that are recorded in localstack's `tests/aws/services/lambda_/test_lambda_api.snapshot.json`,
/// which is validated against AWS.
package struct ControlError: Error, Equatable, Sendable {
    /// What the message's member in the body is called: clients read either, the recordings have both.
    enum Form: Equatable {
        /// `{"Type":"User","Message":…}`, of resources that are not there.
        case capital
        /// `{"Type":"User","message":…}`, of what is wrong with a request.
        case small
        /// `{"message":…}`, of requests that break the model's rules before anybody looks at them.
        case bare
        /// `{"Message":…}`, of code signing configurations.
        case bareCapital
        /// `{"Type":"Service","message":…}`.
        case service
    }

    /// The name that clients turn into an exception.
    package let code: String
    /// The HTTP status.
    package let status: Int
    /// The text.
    package let message: String
    let form: Form

    private init(_ code: String, _ status: Int, _ message: String, _ form: Form = .small) {
        self.code = code
        self.status = status
        self.message = message
        self.form = form
    }

    /// The body of the answer.
    package var body: JSONValue {
        switch form {
        case .capital: .object([("Type", "User"), ("Message", .string(message))])
        case .small: .object([("Type", "User"), ("message", .string(message))])
        case .bare: .object([("message", .string(message))])
        case .bareCapital: .object([("Message", .string(message))])
        case .service: .object([("Type", "Service"), ("message", .string(message))])
        }
    }

    /// Answers a request with the refusal.
    func answer(_ exchange: HTTPExchange, requestID: String) {
        exchange.respond(
            status,
            ["Content-Type": "application/json", "x-amzn-RequestId": requestID, "x-amzn-ErrorType": code],
            Array(body.text.utf8)
        )
    }
}

extension ControlError {
    static func notFound(_ message: String) -> ControlError {
        ControlError("ResourceNotFoundException", 404, message, .capital)
    }

    static func functionNotFound(_ arn: String) -> ControlError { .notFound("Function not found: \(arn)") }

    static func aliasNotFound(_ arn: String) -> ControlError { .notFound("Cannot find alias arn: \(arn)") }

    /// What most of Lambda's calls say where a configuration, a layer or a policy is missing.
    static let noSuchResource = ControlError.notFound("The resource you requested does not exist.")

    static func conflict(_ message: String) -> ControlError {
        ControlError("ResourceConflictException", 409, message)
    }

    static func inUse(_ message: String) -> ControlError { ControlError("ResourceInUseException", 400, message) }

    static func invalid(_ message: String) -> ControlError {
        ControlError("InvalidParameterValueException", 400, message)
    }

    /// A parameter that Lambda refuses with a message that has no `Type` beside it.
    static func invalidBare(_ message: String) -> ControlError {
        ControlError("InvalidParameterValueException", 400, message, .bare)
    }

    /// What breaks the rules of the model.
    ///
    /// - Parameter failures: `Value … at … failed to satisfy constraint: …`, at least one.
    /// - Returns: The refusal, which counts them.
    static func validation(_ failures: [String]) -> ControlError {
        let count = failures.count == 1 ? "1 validation error" : "\(failures.count) validation errors"
        return ControlError(
            "ValidationException",
            400,
            "\(count) detected: \(failures.joined(separator: "; "))",
            .bare
        )
    }

    /// The request named a revision that is no longer the newest; `call` is the call that returns the newest.
    static func precondition(_ call: String = "GetFunction/GetAlias") -> ControlError {
        ControlError(
            "PreconditionFailedException",
            412,
            "The Revision Id provided does not match the latest Revision Id. "
                + "Call the \(call) API to retrieve the latest Revision Id"
        )
    }

    static var unpackedCodeTooLarge: ControlError {
        .invalid("Unzipped size must be smaller than \(LambdaLimit.unpackedCode) bytes")
    }

    static func tooLarge(_ message: String) -> ControlError {
        ControlError("RequestEntityTooLargeException", 413, message, .bare)
    }

    static func notJSON(_ problem: String) -> ControlError {
        ControlError("InvalidRequestContentException", 400, "Could not parse request body into json: \(problem)")
    }

    static func serialization(_ message: String) -> ControlError {
        ControlError("SerializationException", 400, message, .bare)
    }

    static func accessDenied(_ message: String) -> ControlError {
        ControlError("AccessDeniedException", 403, message, .bare)
    }

    static func policyTooLarge(_ size: Int) -> ControlError {
        ControlError(
            "PolicyLengthExceededException",
            400,
            "The final policy size (\(size)) is bigger than the limit (20480)."
        )
    }

    static let noProvisionedConcurrency = ControlError(
        "ProvisionedConcurrencyConfigNotFoundException",
        404,
        "No Provisioned Concurrency Config found for this function"
    )

    static func codeSigningNotFound(_ arn: String) -> ControlError {
        ControlError(
            "CodeSigningConfigNotFoundException",
            404,
            "The code signing configuration cannot be found. "
                + "Check that the provided configuration is not deleted: \(arn).",
            .capital
        )
    }

    static func signingNotFound(_ arn: String) -> ControlError {
        ControlError(
            "ResourceNotFoundException",
            404,
            "The Lambda code signing configuration \(arn) can not be found.",
            .bareCapital
        )
    }

    static func unknownOperation(_ line: String) -> ControlError {
        ControlError("UnknownOperationException", 404, "Unknown operation: \(line)", .bare)
    }

    static func service(_ message: String) -> ControlError {
        ControlError("ServiceException", 500, message, .service)
    }
}
