import Testing

@testable import DeployKit

@Suite struct DeployRetryTests {
    /// Every row of the table, by a message as AWS words it.
    @Test(
        arguments: [
            (
                "lambda create-function", "InvalidParameterValueException",
                "The role defined for the function cannot be assumed by Lambda.", 120
            ),
            (
                "lambda update-function-configuration", "InvalidParameterValueException",
                "The provided execution role does not have permissions to call ReceiveMessage on SQS", 120
            ),
            (
                "lambda create-event-source-mapping", "InvalidParameterValueException",
                "Please ensure the role can perform the GetRecords Action", 120
            ),
            ("lambda create-function", "InvalidParameterValueException", "Your request has been throttled by EC2", 540),
            (
                "lambda create-function", "InvalidParameterValueException", "The KMS key is invalid for CreateGrant.",
                120
            ),
            (
                "lambda create-function", "InvalidParameterValueException", "ARN does not refer to a valid principal",
                120
            ),
            (
                "lambda create-function", "AccessDeniedException",
                "Lambda does not have permission to access the ECR image. Check the ECR permissions.", 60
            ),
            (
                "lambda update-function-code", "ResourceConflictException",
                "The operation cannot be performed at this time. An update is in progress for resource: arn", 300
            ),
            (
                "lambda publish-version", "ResourceConflictException",
                "The operation cannot be performed at this time. The function is currently in the following state: Pending",
                300
            ),
            ("lambda add-permission", "ResourceNotFoundException", "Function not found: arn", 30),
            ("lambda create-alias", "ResourceNotFoundException", "Function not found: arn", 30),
            (
                "lambda update-event-source-mapping", "ResourceInUseException",
                "Cannot update the event source mapping", 120
            ),
            (
                "scheduler create-schedule", "ValidationException",
                "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.", 120
            ),
            (
                "s3api put-bucket-notification-configuration", "InvalidArgument",
                "Unable to validate the following destination configurations", 60
            ),
            (
                "logs put-retention-policy", "OperationAbortedException",
                "A conflicting operation is currently in progress", 30
            ),
            ("iam delete-role", "DeleteConflict", "Cannot delete entity, must detach all policies first.", 30),
            ("lambda get-function", "TooManyRequestsException", "Rate exceeded", 60),
            ("lambda get-function", "ServiceException", "Internal", 60),
        ] as [(String, String, String, Int)]
    )
    func passesByItself(operation: String, code: String, message: String, limit: Int) throws {
        let failure = AWSFailure(kind: .service(code: code), operation: operation, message: message)
        let row = try #require(RetryTable.row(for: failure))
        #expect(row.limit == .seconds(limit))
        #expect(RetryTable.delay(after: failure, attempt: 1, elapsed: .zero, first: .seconds(1))?.delay == .seconds(1))
        #expect(RetryTable.delay(after: failure, attempt: 1, elapsed: row.limit, first: .seconds(1)) == nil)
    }

    @Test(arguments: [
        (
            "lambda create-function", "InvalidParameterValueException",
            "Unzipped size must be smaller than 262144000 bytes"
        ),
        ("lambda create-function", "ResourceConflictException", "Function already exist: wc"),
        ("lambda add-permission", "ResourceConflictException", "The statement id (x) provided already exists."),
        ("lambda get-function", "ResourceNotFoundException", "Function not found"),
        ("lambda update-alias", "PreconditionFailedException", "The Revision Id provided does not match"),
        ("iam create-role", "AccessDenied", "User is not authorized to perform: iam:CreateRole"),
        ("lambda get-function", "AccessDeniedException", "cannot be assumed by Lambda"),
    ])
    func doesNotPass(operation: String, code: String, message: String) {
        let failure = AWSFailure(kind: .service(code: code), operation: operation, message: message)
        #expect(RetryTable.row(for: failure) == nil)
    }

    @Test func delaysGrowAndTheConnectionIsTriedThreeTimes() {
        let lost = AWSFailure(kind: .connection, operation: "lambda get-function", message: "Connection reset")
        let delays = (1...4).map { attempt in
            RetryTable.delay(after: lost, attempt: attempt, elapsed: .zero, first: .milliseconds(10))?.delay
        }
        #expect(delays == [.milliseconds(10), .milliseconds(20), .milliseconds(40), nil])
        let busy = AWSFailure(
            kind: .service(code: "ResourceConflictException"),
            operation: "lambda x",
            message: "An update is in progress"
        )
        let late = RetryTable.delay(after: busy, attempt: 40, elapsed: .zero, first: .seconds(1))
        #expect(late?.delay == .seconds(10) && late?.reason == "another update of the function is in progress")
        for kind in [AWSFailure.Kind.credentials, .region, .outdated, .other] {
            #expect(RetryTable.row(for: AWSFailure(kind: kind, operation: "lambda x", message: "")) == nil)
        }
    }

    /// What both versions of the CLI say, whatever stands around it.
    @Test(
        arguments: [
            (
                "\nAn error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: a:b\n",
                .service(code: "ResourceNotFoundException"), "Function not found: a:b"
            ),
            (
                "\naws: [ERROR]: An error occurred (ThrottlingException) when calling the GetRole operation (reached max retries: 4): Rate exceeded\n\nAdditional error details:\nThrottlingReasons: []\n",
                .service(code: "ThrottlingException"), "Rate exceeded"
            ),
            (
                "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included in the request is expired",
                .credentials, "The security token included in the request is expired"
            ),
            (
                "\nUnable to locate credentials. You can configure credentials by running \"aws login\".\n",
                .credentials, "Unable to locate credentials. You can configure credentials by running \"aws login\"."
            ),
            (
                "The config profile (nobody) could not be found", .credentials,
                "The config profile (nobody) could not be found"
            ),
            (
                "You must specify a region. You can also configure your region by running \"aws configure\".", .region,
                "You must specify a region. You can also configure your region by running \"aws configure\"."
            ),
            (
                "Could not connect to the endpoint URL: \"http://127.0.0.1:1/\"", .connection,
                "Could not connect to the endpoint URL: \"http://127.0.0.1:1/\""
            ),
            (
                "('Connection aborted.', BrokenPipeError(32, 'Broken pipe'))", .connection,
                "('Connection aborted.', BrokenPipeError(32, 'Broken pipe'))"
            ),
            (
                "usage: aws [options] <command> <subcommand>\nTo see help text, you can run:\n  aws help\naws: error: argument operation: Invalid choice, valid choices are:\n\nadd-layer",
                .outdated, "argument operation: Invalid choice, valid choices are: add-layer"
            ),
            ("Unknown options: --invoked-via-function-url", .outdated, "Unknown options: --invoked-via-function-url"),
            (
                "Parameter validation failed:\nUnknown parameter in input: \"InvokedViaFunctionUrl\", must be one of: FunctionName",
                .outdated,
                "Parameter validation failed: Unknown parameter in input: \"InvokedViaFunctionUrl\", must be one of: FunctionName"
            ),
            ("", .other, "it ended with status 255 and said nothing"),
        ] as [(String, AWSFailure.Kind, String)]
    )
    func isReadFromWhatTheCLISays(said: String, kind: AWSFailure.Kind, message: String) {
        let failure = AWSFailure(operation: "lambda x", said: said, status: "status 255")
        #expect(failure.kind == kind)
        #expect(failure.message == message)
    }

    @Test(
        arguments: [
            (
                DeployError.refused(
                    AWSFailure(
                        kind: .service(code: "CodeStorageExceededException"),
                        operation: "lambda publish-version",
                        message: "Code storage limit exceeded."
                    )
                ),
                "'aws lambda publish-version' failed: CodeStorageExceededException: Code storage limit exceeded.\nhint: old versions fill the account's code storage: --keep-versions N removes them"
            ),
            (
                .refused(
                    AWSFailure(
                        kind: .credentials,
                        operation: "sts get-caller-identity",
                        message: "Unable to locate credentials."
                    )
                ),
                "'aws sts get-caller-identity' failed: Unable to locate credentials.\nhint: log in: 'aws sso login', 'aws configure', or set AWS_PROFILE; 'aws sts get-caller-identity' shows who you are"
            ),
            (
                .notReady(what: "the update failed", reason: "no such image (InvalidImage)"),
                "the update failed: no such image (InvalidImage)"
            ),
            (
                .timedOut(what: "the function", seconds: 300),
                "the function: not ready after 300 s\nhint: run it again to go on, or allow it more time: --wait SECONDS"
            ),
            (.badPackage(path: "a.zip", problem: "p", hint: "h"), "cannot deploy 'a.zip': p\nhint: h"),
            (
                .noFunction("wc"),
                "there is no function 'wc'\nhint: 'shim-deploy PACKAGE NAME' makes it; --region and --profile say where it is looked for"
            ),
            (
                .smokeFailed(version: "3", detail: "boom"),
                "version 3 failed the smoke test: boom\nhint: callers still get the previous version: 'shim-deploy logs' may say more"
            ),
            (.contradiction("a", hint: nil), "a"),
        ] as [(DeployError, String)]
    )
    func errorsSayWhatToDo(error: DeployError, text: String) { #expect(error.description == text) }

    /// What has come into being meanwhile is looked at anew.
    @Test(
        arguments: [
            ("lambda create-function", "ResourceConflictException", "Function already exist: wc", true),
            ("lambda create-alias", "ResourceConflictException", "Alias already exists: arn", true),
            (
                "lambda add-permission", "ResourceConflictException", "The statement id (x) provided already exists.",
                true
            ),
            (
                "lambda create-function-url-config", "ResourceConflictException",
                "FunctionUrlConfig exists for this Lambda function", true
            ),
            ("scheduler create-schedule", "ConflictException", "Schedule x already exists.", true),
            ("lambda update-function-code", "ResourceConflictException", "An update is in progress", false),
            ("lambda create-function", "InvalidParameterValueException", "Function already exist: wc", false),
        ] as [(String, String, String, Bool)]
    )
    func isFoundByLookingAgain(operation: String, code: String, message: String, isOvertaken: Bool) {
        let failure = AWSFailure(kind: .service(code: code), operation: operation, message: message)
        #expect(RetryTable.isOvertaken(failure) == isOvertaken)
    }
}
