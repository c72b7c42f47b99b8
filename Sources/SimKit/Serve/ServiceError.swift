import HTTPWire

/// Why Lambda's Invoke API refuses a call, with its status and the name that clients make an exception of.
package enum ServiceError: Error, Equatable, Sendable {
    /// There is no function of this ARN.
    case functionNotFound(arn: String)
    /// The body is not JSON.
    case notJSON(String)
    /// A header or parameter has a value that is none.
    case invalidParameter(String)
    /// The client context cannot be read.
    case badClientContext
    /// The body is larger than the invocation type takes.
    case tooLarge(bytes: Int, type: String, limit: Int)
    /// Every environment is busy.
    case tooManyRequests
    /// The body is said to be something else than JSON.
    case unsupportedMediaType(String)
    /// There is no such resource or method in the API.
    case unknownOperation(String)
    /// The simulator itself failed.
    case service(String)

    /// The HTTP status.
    package var status: Int {
        switch self {
        case .notJSON, .invalidParameter, .badClientContext: 400
        case .functionNotFound, .unknownOperation: 404
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
        case .invalidParameter: "InvalidParameterValueException"
        case .unknownOperation: "UnknownOperationException"
        case .functionNotFound: "ResourceNotFoundException"
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
        case .notJSON(let problem):
            .object([("Type", "User"), ("message", .string("Could not parse request body into json: \(problem)"))])
        case .invalidParameter(let message): .object([("Type", "User"), ("message", .string(message))])
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
        var fields: HTTPFields = [
            "Content-Type": "application/json", "x-amzn-RequestId": requestID, "x-amzn-ErrorType": name,
        ]
        if self == .tooManyRequests { fields.add("Retry-After", "1") }
        exchange.respond(status, fields, Array(body.text.utf8))
    }
}
