import HTTPWire

/// Why Lambda's Invoke API refuses a call, with its status and the name that clients turn into an exception.
package enum ServiceError: Error, Equatable, Sendable {
    /// There is no function of this ARN.
    case functionNotFound(arn: String)
    /// The ARN names another region.
    case wrongRegion(String, own: String)
    /// The ARN names another account, which has not let anybody call.
    case otherAccount(arn: String, own: String)
    /// Values do not match their patterns; one line each.
    case validation([String])
    /// The name has a qualifier, and the parameter has another one.
    case qualifierMismatch
    /// The body is not JSON; Lambda's words for it.
    case notJSON(String)
    /// A header or parameter has an invalid value.
    case invalidParameter(String)
    /// The client context cannot be read.
    case badClientContext
    /// The body is larger than the invocation type takes.
    case tooLarge(bytes: Int, type: String, limit: Int)
    /// Every environment is busy.
    case tooManyRequests
    /// The function is being created.
    case conflict(String)
    /// The body is declared as something other than JSON.
    case unsupportedMediaType(String)
    /// There is no such resource or method in the API.
    case unknownOperation(String)
    /// The simulator itself failed.
    case service(String)

    /// The HTTP status.
    package var status: Int {
        switch self {
        case .notJSON, .invalidParameter, .badClientContext, .validation, .qualifierMismatch: 400
        case .otherAccount: 403
        case .functionNotFound, .wrongRegion, .unknownOperation: 404
        case .conflict: 409
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .tooManyRequests: 429
        case .service: 500
        }
    }

    /// The name of the exception.
    package var name: String {
        switch self {
        case .notJSON, .badClientContext: "InvalidRequestContentException"
        case .invalidParameter, .qualifierMismatch: "InvalidParameterValueException"
        case .validation: "ValidationException"
        case .otherAccount: "AccessDeniedException"
        case .unknownOperation: "UnknownOperationException"
        case .functionNotFound, .wrongRegion: "ResourceNotFoundException"
        case .conflict: "ResourceConflictException"
        case .tooLarge: "RequestTooLargeException"
        case .unsupportedMediaType: "UnsupportedMediaTypeException"
        case .tooManyRequests: "TooManyRequestsException"
        case .service: "ServiceException"
        }
    }

    /// The body of the answer.
    package var body: JSONValue {
        switch self {
        case .functionNotFound(let arn):
            .object([("Type", "User"), ("Message", .string("Function not found: \(arn)"))])
        case .wrongRegion(let other, let own):
            .object([
                ("Type", "User"),
                ("Message", .string("Functions from '\(other)' are not reachable in this region ('\(own)')")),
            ])
        case .otherAccount(let arn, let own):
            .object([
                (
                    "Message",
                    .string(
                        "User: arn:aws:iam::\(own):root is not authorized to perform: lambda:InvokeFunction on resource: "
                            + "\(arn) because no resource-based policy allows the lambda:InvokeFunction action"
                    )
                )
            ])
        case .validation(let problems):
            .object([
                (
                    "message",
                    .string(
                        "\(problems.count) validation error\(problems.count == 1 ? "" : "s") detected: "
                            + problems.joined(separator: "; ")
                    )
                )
            ])
        case .qualifierMismatch:
            .object([
                ("Type", "User"),
                (
                    "message",
                    "The derived qualifier from the function name does not match the specified qualifier."
                ),
            ])
        case .notJSON(let problem):
            .object([
                ("Type", "User"),
                (
                    "message",
                    .string("Could not parse request body into json: Could not parse payload into json: \(problem)")
                ),
            ])
        case .invalidParameter(let message), .conflict(let message):
            .object([("Type", "User"), ("message", .string(message))])
        case .badClientContext:
            .object([
                ("Type", "User"), ("message", "Client context must be a valid Base64-encoded JSON object."),
            ])
        case .tooLarge(let bytes, let type, let limit):
            .object([
                ("Type", "User"),
                (
                    "message",
                    .string("\(bytes) byte payload is too large for the \(type) invocation type (limit \(limit) bytes)")
                ),
            ])
        case .tooManyRequests:
            .object([
                ("Reason", "ReservedFunctionConcurrentInvocationLimitExceeded"), ("Type", "User"),
                ("message", "Rate Exceeded."),
            ])
        case .unsupportedMediaType(let type):
            .object([("Type", "User"), ("message", .string("Unsupported media type: \(type)"))])
        case .unknownOperation(let line): .object([("message", .string("Unknown operation: \(line)"))])
        case .service(let message): .object([("Type", "Service"), ("Message", .string(message))])
        }
    }

    /// Answers a call with the refusal.
    package func answer(_ exchange: HTTPExchange, requestID: String = Identifiers.uuid()) {
        let fields: HTTPFields = [
            "Content-Type": "application/json", "x-amzn-RequestId": requestID, "x-amzn-ErrorType": name,
        ]
        exchange.respond(status, fields, Array(body.text.utf8))
    }
}
