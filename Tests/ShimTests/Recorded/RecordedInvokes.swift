import Foundation

/// Answers of the Invoke API.
///
/// The functions are those of ``RecordedFunctions``; `actor` does what its event says.
enum RecordedInvokes {
    static let arn = "arn:aws:lambda:us-east-1:123456789012:function:"

    private static let pattern =
        #"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?"#
        + #"(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"#

    private static func invalid(_ value: String, _ member: String, _ rule: String) -> String {
        "Value '\(value)' at '\(member)' failed to satisfy constraint: Member must \(rule)"
    }

    /// Names and qualifiers: `localstack test_function_name_and_qualifier_validation`, the cases of `invoke`.
    static let names: [RecordedAnswer] = {
        func refused(_ id: String, _ name: String, qualifier: String? = nil, _ problems: String...) -> RecordedAnswer {
            let count = problems.count == 1 ? "1 validation error" : "\(problems.count) validation errors"
            return RecordedAnswer(
                name: id,
                source: "localstack test_function_name_and_qualifier_validation[\(id)-invoke]",
                target: path(name, qualifier),
                status: 400,
                fields: ["x-amzn-errortype": "ValidationException"],
                answer: #"{"message":"\#(count) detected: \#(problems.joined(separator: "; "))"}"#
            )
        }
        func missing(_ id: String, _ name: String, qualifier: String? = nil, _ resource: String) -> RecordedAnswer {
            RecordedAnswer(
                name: id,
                source: "localstack test_function_name_and_qualifier_validation[\(id)-invoke]",
                target: path(name, qualifier),
                status: 404,
                fields: ["x-amzn-errortype": "ResourceNotFoundException"],
                answer: #"{"Type":"User","Message":"Function not found: \#(arn)\#(resource)"}"#
            )
        }
        func name(_ value: String) -> String {
            invalid(value, "functionName", "satisfy regular expression pattern: \(pattern)")
        }
        let long = String(repeating: "a", count: 170)
        let a129 = String(repeating: "a", count: 129)
        let a65 = String(repeating: "a", count: 65)
        let tooLong = invalid(a129, "qualifier", "have length less than or equal to 128")
        return [
            refused("invalid_characters_in_function_name", "my-function!", name("my-function!")),
            refused("function_name_is_single_invalid", "*", name("*")),
            refused(
                "invalid_characters_in_qualifier",
                "my-function",
                qualifier: "invalid!",
                invalid(
                    "invalid!",
                    "qualifier",
                    #"satisfy regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"#
                )
            ),
            refused("qualifier_too_long", "my-function", qualifier: a129, tooLong),
            refused(
                "invalid_account_id_in_partial_arn",
                "invalid-account:function:my-function",
                name("invalid-account:function:my-function")
            ),
            refused(
                "invalid_region_in_arn",
                "arn:aws:lambda:invalid-region:123456789012:function:my-function",
                name("arn:aws:lambda:invalid-region:123456789012:function:my-function")
            ),
            refused(
                "non_lambda_arn",
                "arn:aws:ec2:us-east-1:123456789012:instance:i-1234567890abcdef0",
                name("arn:aws:ec2:us-east-1:123456789012:instance:i-1234567890abcdef0")
            ),
            missing("function_name_too_long", a65, a65 + ":$LATEST"),
            refused(
                "function_name_too_long_and_invalid_region",
                "arn:aws:lambda:invalid-region:123456789012:function:my-function\(long)",
                name("arn:aws:lambda:invalid-region:123456789012:function:my-function\(long)")
            ),
            refused(
                "full_arn_and_qualifier_too_long_and_invalid_region",
                "arn:aws:lambda:invalid-region:123456789012:function:my-function-\(long)",
                qualifier: a129,
                tooLong,
                name("arn:aws:lambda:invalid-region:123456789012:function:my-function-\(long)")
            ),
            refused("full_arn_with_multiple_qualifiers", arn + "my-function:1:2", name(arn + "my-function:1:2")),
            missing("incomplete_arn", "arn:aws:lambda:us-east-1:123456789012:function", "function:$LATEST"),
            refused(
                "partial_arn_with_extra_qualifier",
                "function:my-function:$LATEST:extra",
                name("function:my-function:$LATEST:extra")
            ),
            missing("lowercase_latest_qualifier", arn + "actor", qualifier: "$latest", "actor:$latest"),
            refused(
                "missing_region_in_arn",
                "arn:aws:lambda::123456789012:function:my-function",
                name("arn:aws:lambda::123456789012:function:my-function")
            ),
            refused(
                "missing_account_id_in_arn",
                "arn:aws:lambda:us-east-1::function:my-function",
                name("arn:aws:lambda:us-east-1::function:my-function")
            ),
            refused("misspelled_latest_in_arn", arn + "my-function:$LATES", name(arn + "my-function:$LATES")),
            missing("qualifier_too_long1", "my-function", qualifier: a65, "my-function:" + a65),
            RecordedAnswer(
                name: "latest_version_with_additional_qualifier",
                source:
                    "localstack test_function_name_and_qualifier_validation[latest_version_with_additional_qualifier-invoke]",
                target: path(arn + "my-function:$LATEST", "1"),
                status: 400,
                fields: ["x-amzn-errortype": "InvalidParameterValueException"],
                answer:
                    #"{"Type":"User","message":"The derived qualifier from the function name does not match the specified qualifier."}"#
            ),
            RecordedAnswer(
                name: "function_name_pattern",
                source: "localstack test_invalid_invoke",
                target: path("arn:aws:lambda:us-east-1:123400000000@function:myfn", nil),
                status: 400,
                fields: ["x-amzn-errortype": "ValidationException"],
                answer:
                    #"{"message":"1 validation error detected: \#(name("arn:aws:lambda:us-east-1:123400000000@function:myfn"))"}"#
            ),
            RecordedAnswer(
                name: "a function of another region",
                source: "localstack test_get_function_wrong_region[invoke]",
                target: path("arn:aws:lambda:ap-southeast-1:123456789012:function:actor", nil),
                status: 404,
                fields: ["x-amzn-errortype": "ResourceNotFoundException"],
                answer:
                    #"{"Type":"User","Message":"Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')"}"#
            ),
            RecordedAnswer(
                name: "a function of another account",
                source: "localstack test_function_arns (function_arn_other_account_exc), docs",
                target: path("arn:aws:lambda:us-east-1:111111111111:function:actor", nil),
                status: 403,
                fields: ["x-amzn-errortype": "AccessDeniedException"]
            ),
            missing("nobody", "doesnotexist", "doesnotexist:$LATEST"),
        ]
    }()

    private static func path(_ name: String, _ qualifier: String?) -> String {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_."))) ?? text
        }
        let query = qualifier.map { "?Qualifier=" + encoded($0) } ?? ""
        return "/2015-03-31/functions/\(encoded(name))/invocations\(query)"
    }

    /// Names that lead to the function, each with what `X-Amz-Executed-Version` says.
    static let valid: [RecordedAnswer] = [
        ("actor", nil, "$LATEST"), ("function:actor", nil, "$LATEST"), ("actor:$LATEST", nil, "$LATEST"),
        ("actor", "$LATEST", "$LATEST"), ("123456789012:function:actor", nil, "$LATEST"),
        ("us-east-1:123456789012:function:actor", nil, "$LATEST"), (arn + "actor", nil, "$LATEST"),
        (arn + "actor:1", nil, "1"), (arn + "actor:1", "1", "1"), ("function:actor:1", nil, "1"),
    ].map { name, qualifier, version in
        RecordedAnswer(
            name: "\(name) \(qualifier ?? "")",
            source:
                "localstack test_invocation_with_qualifier, test_function_name_and_qualifier_validation (the pattern)",
            target: path(name, qualifier),
            body: Array(#"{"do":"answer","text":"1"}"#.utf8),
            status: 200,
            fields: ["x-amz-executed-version": version, "x-amz-function-error": ""],
            answer: "1"
        )
    }

    private static let source = "\\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "

    private static func notJSON(_ name: String, _ source: String, _ body: [UInt8], _ message: String) -> RecordedAnswer
    {
        RecordedAnswer(
            name: name,
            source: source,
            target: "actor",
            body: body,
            status: 400,
            fields: ["x-amzn-errortype": "InvalidRequestContentException"],
            answer:
                #"{"Type":"User","message":"Could not parse request body into json: Could not parse payload into json: \#(message)"}"#
        )
    }

    /// Events that are refused before a function sees them.
    static let events: [RecordedAnswer] = [
        notJSON(
            "a byte that begins no character",
            "localstack test_lambda_invoke_payload_encoding_error[body]",
            [0x6E, 0x87, 0x72, 0x9E, 0xE9, 0xB5, 0xD7, 0x49, 0xEE, 0x9B, 0x6D, 0x74],
            "Invalid UTF-8 start byte 0x87\(source)line: 1, column: 3]"
        ),
        notJSON(
            "a control character",
            "localstack test_lambda_invoke_payload_encoding_error[message]",
            [0x99, 0xEB, 0x2C, 0x6A, 0x07, 0xA1, 0x7A, 0x59, 0x68],
            "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (JSON String, Number, Array, Object or "
                + "token 'null', 'true' or 'false')\(source)line: 1, column: 1]"
        ),
        RecordedAnswer(
            name: "an event too large",
            source: "docs, API reference of Invoke",
            target: "actor",
            body: [0x22] + [UInt8](repeating: 0x61, count: 6_291_455) + [0x22],
            status: 413,
            fields: ["x-amzn-errortype": "RequestTooLargeException"]
        ),
        RecordedAnswer(
            name: "an invocation type that is none",
            source: "localstack test_lambda_url_invalid_invoke_mode (the form of the message)",
            target: "actor",
            headers: ["X-Amz-Invocation-Type": "Later"],
            status: 400,
            fields: ["x-amzn-errortype": "ValidationException"],
            answer:
                #"{"message":"1 validation error detected: Value 'Later' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"}"#
        ),
    ]

    private static func failure(
        _ name: String,
        _ test: String,
        _ function: String,
        event: String = "{}",
        _ answer: String
    ) -> RecordedAnswer {
        RecordedAnswer(
            name: name,
            source: test,
            target: function,
            body: Array(event.utf8),
            status: 200,
            fields: [
                "x-amz-function-error": "Unhandled", "x-amz-executed-version": "$LATEST",
                "content-type": "application/json",
            ],
            answer: answer
        )
    }

    private static func exit(_ words: String) -> String {
        #"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited \#(words)"}"#
    }

    /// Calls of every kind, and failures of functions.
    static let calls: [RecordedAnswer] = [
        RecordedAnswer(
            name: "an answer",
            source: "localstack test_invocation_type_request_response",
            target: "actor",
            body: Array(#"{"do":"answer","text":"{}"}"#.utf8),
            status: 200,
            fields: [
                "x-amz-executed-version": "$LATEST", "x-amz-function-error": "", "content-type": "application/json",
                "x-amz-log-result": "",
            ],
            answer: "{}"
        ),
        RecordedAnswer(
            name: "no return value",
            source: "localstack test_invocation_type_no_return_payload[RequestResponse]",
            target: "actor",
            body: Array(#"{"do":"answer","text":"null"}"#.utf8),
            status: 200,
            answer: "null"
        ),
        RecordedAnswer(
            name: "an event",
            source: "localstack test_invocation_type_event",
            target: "actor",
            headers: ["X-Amz-Invocation-Type": "Event"],
            body: Array(#"{"do":"answer","text":"1"}"#.utf8),
            status: 202,
            fields: ["x-amz-executed-version": "", "x-amz-function-error": ""],
            answer: ""
        ),
        RecordedAnswer(
            name: "the old way of an event",
            source: "docs, API reference of InvokeAsync",
            target: "/2014-11-13/functions/actor/invoke-async/",
            body: Array(#"{"do":"answer","text":"1"}"#.utf8),
            status: 202,
            fields: ["x-amz-executed-version": ""],
            answer: #"{"Status":202}"#
        ),
        RecordedAnswer(
            name: "a dry run",
            source: "localstack test_invocation_type_dry_run",
            target: "actor",
            headers: ["X-Amz-Invocation-Type": "DryRun"],
            status: 204,
            fields: ["x-amz-executed-version": ""],
            answer: ""
        ),
        failure(
            "an error of the handler",
            "localstack test_lambda_handler_error",
            "actor",
            event: #"{"do":"error","text":"{\"errorMessage\": \"Handler fails\", \"errorType\": \"Exception\"}"}"#,
            #"{"errorMessage": "Handler fails", "errorType": "Exception"}"#
        ),
        failure(
            "an error in Go",
            "localstack TestGoProvidedRuntimes::test_uncaught_exception_invoke[provided.al2023]",
            "actor",
            event:
                #"{"do":"error","text":"{\"errorMessage\":\"Error: some_error_msg\",\"errorType\":\"errorString\"}"}"#,
            #"{"errorMessage":"Error: some_error_msg","errorType":"errorString"}"#
        ),
        failure(
            "exit 0 in the handler",
            "localstack test_lambda_handler_exit",
            "actor",
            event: #"{"do":"exit","status":0}"#,
            exit("without providing a reason")
        ),
        failure(
            "exit 0 in the init",
            "localstack test_lambda_runtime_exit",
            "initexit0",
            exit("without providing a reason")
        ),
        failure(
            "a wrapper that is not there",
            "localstack test_lambda_runtime_wrapper_not_found",
            "initexit127",
            exit("with error: exit status 127")
        ),
        failure(
            "a signal",
            "emulator (the text of Go's wait status)",
            "actor",
            event: #"{"do":"signal","status":11}"#,
            exit("with error: signal: segmentation fault")
        ),
        failure(
            "an init that reports an error",
            "localstack test_lambda_runtime_error",
            "initerror",
            #"{"errorMessage":"Runtime startup fails","errorType":"Exception","requestId":""}"#
        ),
        failure(
            "an init error of an extension in the runtime",
            "voker examples/runtime-probe (InitErrorFunction)",
            "initerrortype",
            #"{"errorMessage":"probe init error","errorType":"Extension.InitError"}"#
        ),
        failure(
            "a time-out",
            "localstack test_lambda_invoke_with_timeout",
            "actor",
            event: #"{"do":"sleep"}"#,
            #"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: <id> Error: Task timed out after \#(RecordedFunctions.timeout).00 seconds"}"#
        ),
        failure(
            "an answer too large",
            "localstack test_lambda_too_large_response",
            "actor",
            event: #"{"do":"large","status":6291557}"#,
            #"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}"#
        ),
        failure(
            "and once more: the runtime goes on",
            "localstack test_lambda_too_large_response (invoke_result_2)",
            "actor",
            event: #"{"do":"large","status":6291557}"#,
            #"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}"#
        ),
        failure(
            "no bootstrap",
            "emulator (Runtime.InvalidEntrypoint)",
            "empty",
            #"{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: <id> Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"}"#
        ),
    ]
}
