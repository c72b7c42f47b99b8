import LambdaWire
import HTTPWire

/// One event with what the Runtime API says about it.
struct Invocation: Sendable {
    /// The request id, as it goes into paths and log lines.
    let requestID: String
    /// When Lambda gives up; `nil` where the server sent nothing usable.
    let deadline: Deadline?
    /// Values that the program gets as environment variables, by the variable's name; a missing header has no entry.
    let variables: [String: String]
    /// The event, exactly as it came.
    let event: [UInt8]

    /// The same invocation with another event and more variables.
    func with(event: [UInt8], variables more: [String: String]) -> Invocation {
        Invocation(
            requestID: requestID,
            deadline: deadline,
            variables: variables.merging(more) { $1 },
            event: event
        )
    }

    /// The moment when Lambda stops waiting.
    struct Deadline: Sendable, Equatable {
        /// The same moment on a monotonic clock.
        let instant: ContinuousClock.Instant
        /// When the event came.
        let received: ContinuousClock.Instant
    }

    init(requestID: String, deadline: Deadline?, variables: [String: String], event: [UInt8]) {
        self.requestID = requestID
        self.deadline = deadline
        self.variables = variables
        self.event = event
    }

    /// Which header becomes which variable.
    static let headers: [(header: String, variable: String)] = [
        (LambdaHeader.requestID, "AWS_LAMBDA_REQUEST_ID"),
        (LambdaHeader.deadline, "AWS_LAMBDA_DEADLINE_MS"),
        (LambdaHeader.functionARN, "AWS_LAMBDA_FUNCTION_ARN"),
        (LambdaHeader.clientContext, "AWS_LAMBDA_CLIENT_CONTEXT"),
        (LambdaHeader.cognitoIdentity, "AWS_LAMBDA_COGNITO_IDENTITY"),
        (LambdaHeader.tenantID, "AWS_LAMBDA_TENANT_ID"),
        (LambdaHeader.traceID, LambdaVariable.traceID),
    ]
}

/// An event that came and cannot be given to a program.
enum RefusedEvent: Error, Equatable {
    /// The event is larger than Lambda allows.
    case tooLarge(limit: Int)
    /// A header's value does not fit into an environment variable.
    case headerTooLarge(name: String, bytes: Int)

    /// Linux: one string of the environment, with its name and the NUL (MAX_ARG_STRLEN).
    static let longestVariable = 128 * 1024 - 1
}

extension RefusedEvent: CustomStringConvertible {
    var description: String {
        switch self {
        case .tooLarge(let limit): "the event is larger than \(limit) bytes"
        case .headerTooLarge(let name, let bytes):
            "the header \(name) has \(bytes) bytes; an environment variable holds at most \(Self.longestVariable)"
        }
    }
}
