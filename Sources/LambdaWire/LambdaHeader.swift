/// Names of the header and trailer fields of the Runtime API and of the Extensions API.
///
/// Source: "Using the Lambda runtime API" and "Lambda Extensions API" in the Lambda developer guide; the tenant's header
/// and the response mode as AWS's emulator has them.
package enum LambdaHeader {
    /// The id of an invocation.
    package static let requestID = "Lambda-Runtime-Aws-Request-Id"
    /// When Lambda gives up, in milliseconds since 1970.
    package static let deadline = "Lambda-Runtime-Deadline-Ms"
    /// The ARN that was invoked, with its qualifier.
    package static let functionARN = "Lambda-Runtime-Invoked-Function-Arn"
    /// The X-Ray trace.
    package static let traceID = "Lambda-Runtime-Trace-Id"
    /// What a mobile client says of itself: JSON.
    package static let clientContext = "Lambda-Runtime-Client-Context"
    /// Who a mobile client is: JSON.
    package static let cognitoIdentity = "Lambda-Runtime-Cognito-Identity"
    /// The tenant of a function with tenant isolation.
    package static let tenantID = "Lambda-Runtime-Aws-Tenant-Id"
    /// The type of an error: of `/error` a header, of a streamed response a trailer.
    package static let errorType = "Lambda-Runtime-Function-Error-Type"
    /// The error object of a streamed response in base64: a trailer.
    package static let errorBody = "Lambda-Runtime-Function-Error-Body"
    /// Whether a response is streamed: ``streaming``.
    package static let responseMode = "Lambda-Runtime-Function-Response-Mode"
    /// The value of ``responseMode`` of a streamed response.
    package static let streaming = "streaming"

    /// The name with which an extension registers.
    package static let extensionName = "Lambda-Extension-Name"
    /// Who an extension is, once it has registered.
    package static let extensionID = "Lambda-Extension-Identifier"
    /// The id of an event for an extension.
    package static let extensionEventID = "Lambda-Extension-Event-Identifier"
    /// What else an extension wants to be told when it registers.
    package static let extensionFeatures = "Lambda-Extension-Accept-Feature"
    /// The type of an extension's error.
    package static let extensionErrorType = "Lambda-Extension-Function-Error-Type"
}
