/// Which refusals pass by themselves, and how long that may take.
///
/// One row per reason; everything else fails at once. Sources: the retry code of Terraform's AWS provider (internal/service
/// lambda, scheduler, s3), AWS's documentation, and the issues of other deployers.
package enum RetryTable {
    /// One reason.
    package struct Row: Sendable {
        /// The service's codes; empty for failures of the connection.
        package let codes: [String]
        /// A part of the message; empty for any.
        package let phrase: String
        /// The operations, as the CLI names them; empty for any.
        package let operations: [String]
        /// For how long it is tried again.
        package let limit: Duration
        /// What is waited for, for the user.
        package let reason: String
        /// How often it is repeated at most.
        var attempts = Int.max
    }

    private static let configuring = [
        "create-function", "update-function-configuration", "create-event-source-mapping",
    ]

    /// The rows, the first that fits decides.
    package static let rows: [Row] = [
        Row(
            codes: ["InvalidParameterValueException"],
            phrase: "cannot be assumed by Lambda",
            operations: configuring,
            limit: .seconds(120),
            reason: "Lambda does not know the new role yet"
        ),
        Row(
            codes: ["InvalidParameterValueException"],
            phrase: "execution role does not have permissions",
            operations: configuring,
            limit: .seconds(120),
            reason: "the role's policies are not known everywhere yet"
        ),
        Row(
            codes: ["InvalidParameterValueException"],
            phrase: "ensure the role can perform",
            operations: ["create-event-source-mapping", "update-event-source-mapping"],
            limit: .seconds(120),
            reason: "the role's policies are not known everywhere yet"
        ),
        Row(
            codes: ["InvalidParameterValueException"],
            phrase: "throttled by EC2",
            operations: configuring,
            limit: .seconds(540),
            reason: "EC2 is making the function's network interfaces"
        ),
        Row(
            codes: ["InvalidParameterValueException"],
            phrase: "KMS key is invalid for CreateGrant",
            operations: configuring,
            limit: .seconds(120),
            reason: "KMS does not know the new role yet"
        ),
        Row(
            codes: ["InvalidParameterValueException"],
            phrase: "does not refer to a valid principal",
            operations: configuring,
            limit: .seconds(120),
            reason: "KMS does not know the new role yet"
        ),
        Row(
            codes: ["AccessDeniedException", "InvalidParameterValueException"],
            phrase: "does not have permission to access the ECR image",
            operations: ["create-function", "update-function-code"],
            limit: .seconds(60),
            reason: "the repository's new policy is not known everywhere yet"
        ),
        Row(
            codes: ["ResourceConflictException"],
            phrase: "in progress",
            operations: [],
            limit: .seconds(300),
            reason: "another update of the function is in progress"
        ),
        Row(
            codes: ["ResourceConflictException"],
            phrase: "currently in the following state",
            operations: [],
            limit: .seconds(300),
            reason: "the function is not ready yet"
        ),
        Row(
            codes: ["ResourceConflictException"],
            phrase: "Pending",
            operations: [],
            limit: .seconds(300),
            reason: "the function is not ready yet"
        ),
        Row(
            codes: ["ResourceNotFoundException"],
            phrase: "",
            operations: ["add-permission", "create-alias", "create-function-url-config"],
            limit: .seconds(30),
            reason: "the new function is not known everywhere yet"
        ),
        Row(
            codes: ["ResourceInUseException"],
            phrase: "",
            operations: ["update-event-source-mapping", "delete-event-source-mapping"],
            limit: .seconds(120),
            reason: "the event source mapping is being changed"
        ),
        Row(
            codes: ["ValidationException"],
            phrase: "allow AWS EventBridge Scheduler to assume the role",
            operations: ["create-schedule", "update-schedule"],
            limit: .seconds(120),
            reason: "EventBridge Scheduler does not know the new role yet"
        ),
        Row(
            codes: ["InvalidArgument"],
            phrase: "Unable to validate the following destination configurations",
            operations: ["put-bucket-notification-configuration"],
            limit: .seconds(60),
            reason: "S3 does not know the new permission yet"
        ),
        Row(
            codes: ["OperationAbortedException"],
            phrase: "conflicting operation",
            operations: [],
            limit: .seconds(30),
            reason: "another operation on the log group is in progress"
        ),
        Row(
            codes: ["DeleteConflict"],
            phrase: "",
            operations: ["delete-role"],
            limit: .seconds(30),
            reason: "IAM is still detaching the role's policies"
        ),
        Row(
            codes: [
                "TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded",
                "SlowDown",
                "ServiceException", "ServiceUnavailable", "ServiceUnavailableException", "InternalError",
                "InternalFailure", "InternalServerError", "500", "502", "503", "504",
            ],
            phrase: "",
            operations: [],
            limit: .seconds(60),
            reason: "AWS is busy",
            attempts: 3
        ),
        Row(
            codes: [],
            phrase: "",
            operations: [],
            limit: .seconds(60),
            reason: "the connection was lost",
            attempts: 3
        ),
    ]

    /// The row for a failure, if it passes by itself.
    package static func row(for failure: AWSFailure) -> Row? {
        let operation = failure.operation.split(separator: " ").last.map(String.init) ?? ""
        return rows.first { row in
            guard row.operations.isEmpty || row.operations.contains(operation) else { return false }
            guard let code = failure.code else { return row.codes.isEmpty && failure.kind == .connection }
            return row.codes.contains(code)
                && (row.phrase.isEmpty || failure.message.contains(row.phrase))
        }
    }

    /// Refusals that say that something has come into being since it was looked for.
    ///
    /// A request of ours whose reply was lost has made it, or somebody else has. What is left to do is found by looking again.
    private static let overtaken: [(operations: Set<String>, codes: Set<String>, phrase: String)] = [
        (["create-function"], ["ResourceConflictException"], "already exist"),
        (
            ["create-alias", "add-permission", "create-event-source-mapping"], ["ResourceConflictException"],
            "already exists"
        ),
        (["create-function-url-config"], ["ResourceConflictException"], "exists"),
        (["create-schedule"], ["ConflictException"], ""),
    ]

    /// Whether looking at what is there and planning anew goes on from a failure.
    package static func isOvertaken(_ failure: AWSFailure) -> Bool {
        let operation = failure.operation.split(separator: " ").last.map(String.init) ?? ""
        return overtaken.contains { row in
            row.operations.contains(operation) && row.codes.contains(failure.code ?? "")
                && (row.phrase.isEmpty || failure.message.contains(row.phrase))
        }
    }

    /// What to do after a failure.
    ///
    /// - Parameters:
    ///   - failure: What happened.
    ///   - attempt: How often it has been tried.
    ///   - elapsed: How long since it was first tried.
    ///   - first: The first delay; each is twice as long as the one before, and ten times as long at most.
    /// - Returns: The delay and its reason, `nil` where it is over.
    package static func delay(
        after failure: AWSFailure,
        attempt: Int,
        elapsed: Duration,
        first: Duration
    ) -> (delay: Duration, reason: String)? {
        guard let row = row(for: failure), attempt <= row.attempts, elapsed < row.limit else {
            return nil
        }
        let factor = min(10, 1 << min(attempt - 1, 4))
        return (first * factor, row.reason)
    }
}
