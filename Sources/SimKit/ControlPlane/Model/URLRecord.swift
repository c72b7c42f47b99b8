/// A function URL.
package struct URLRecord: Codable, Equatable, Sendable {
    /// The id that requests' events have.
    package var id: String
    /// The port it was last served on; the same one is tried again after a restart.
    package var port: UInt16
    /// `NONE` or `AWS_IAM`.
    package var authType: String
    package var cors: JSONValue?
    /// `BUFFERED` or `RESPONSE_STREAM`.
    package var invokeMode: String
    /// Whether a request ever named the mode, `nil` for no; only then do answers to changes have it (recorded).
    package var namesMode: Bool?
    package var creationTime: String
    package var lastModified: String

    /// The configuration as the API answers it; the answer to a creation leaves out what was not asked for.
    func answer(arn: String, url: String, invokeMode shown: Bool, lastModified modified: Bool) -> JSONValue {
        .members(
            ("FunctionUrl", .string(url)),
            ("FunctionArn", .string(arn)),
            ("AuthType", .string(authType)),
            ("Cors", cors),
            ("CreationTime", .string(creationTime)),
            ("LastModifiedTime", modified ? .string(lastModified) : nil),
            ("InvokeMode", shown ? .string(invokeMode) : nil)
        )
    }
}

/// What becomes of asynchronous calls of a function, a version or an alias.
package struct EventInvokeRecord: Codable, Equatable, Sendable {
    package var maximumRetryAttempts: Int?
    /// Seconds.
    package var maximumEventAge: Int?
    package var onSuccess: String?
    package var onFailure: String?
    /// Seconds since 1970.
    package var lastModified: Double

    func answer(arn: String) -> JSONValue {
        func destination(_ arn: String?) -> JSONValue {
            .object(arn.map { [("Destination", .string($0))] } ?? [])
        }
        return .members(
            ("LastModified", .number(lastModified)),
            ("FunctionArn", .string(arn)),
            ("MaximumRetryAttempts", maximumRetryAttempts.map { .int($0) }),
            ("MaximumEventAgeInSeconds", maximumEventAge.map { .int($0) }),
            (
                "DestinationConfig",
                .object([("OnSuccess", destination(onSuccess)), ("OnFailure", destination(onFailure))])
            )
        )
    }
}

/// Environments that are kept ready for a version or an alias; stored, without effect here.
package struct ProvisionedRecord: Codable, Equatable, Sendable {
    package var requested: Int
    package var lastModified: String
}
