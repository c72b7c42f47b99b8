/// The log of a call, as recorded: what stands for figures, ids and dates is in angle brackets.
struct RecordedLog: Sendable {
    let name: String
    let source: String
    let function: String
    let event: String
    /// Whole lines, in their order; `…` stands for any number of lines.
    let lines: [String]

    private static let start = "START RequestId: <id> Version: $LATEST"
    private static let end = "END RequestId: <id>"
    private static let report =
        "REPORT RequestId: <id>\tDuration: <ms> ms\tBilled Duration: <ms> ms\tMemory Size: 128 MB\tMax Memory Used: <MB> MB"
    private static let initStart =
        "INIT_START Runtime Version: <version>\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:<hash>"

    /// Text logs, each of the first call of a function.
    static let all: [RecordedLog] = [
        RecordedLog(
            name: "a first call",
            source: "localstack test_invocation_with_logs, test_multi_line_prints",
            function: "actor",
            event: #"{"do":"print","text":"multi\nline\nstring\nanother\rline"}"#,
            lines: [
                initStart, start, "multi", "line", "string", "another\rline", end,
                report + "\tInit Duration: <ms> ms\t",
            ]
        ),
        RecordedLog(
            name: "an error that the runtime reports",
            source: "localstack test_dead_letter_queue (log_result); public logs of Lambda",
            function: "actor",
            event: #"{"do":"error","text":"{}"}"#,
            lines: [initStart, start, end, report + "\tInit Duration: <ms> ms\t"]
        ),
        RecordedLog(
            name: "an exit",
            source: "public logs of Lambda (REPORT of the new format)",
            function: "actor",
            event: #"{"do":"exit","status":3}"#,
            lines: [
                initStart, start, end,
                report + "\tInit Duration: <ms> ms\tStatus: error\tError Type: Runtime.ExitError",
            ]
        ),
        RecordedLog(
            name: "a time-out",
            source: "docs, lambda-runtime-environment; public logs",
            function: "actor",
            event: #"{"do":"sleep"}"#,
            lines: [
                initStart, start, end,
                "REPORT RequestId: <id>\tDuration: \(RecordedFunctions.timeout)000.00 ms\tBilled Duration: <ms> ms\tMemory Size: 128 MB\t"
                    + "Max Memory Used: <MB> MB\tInit Duration: <ms> ms\tStatus: timeout",
            ]
        ),
        RecordedLog(
            name: "an init that reports an error is repeated, before START",
            source: "docs, lambda-runtime-environment (INIT_REPORT); localstack test_lambda_runtime_error (its answer)",
            function: "initerror",
            event: "{}",
            lines: [
                initStart, "init output",
                "INIT_REPORT Init Duration: <ms> ms\tPhase: init\tStatus: error\tError Type: Runtime.StartupFails",
                "init output",
                "INIT_REPORT Init Duration: <ms> ms\tPhase: invoke\tStatus: error\tError Type: Runtime.StartupFails",
                start, end, report + "\tStatus: error\tError Type: Runtime.StartupFails",
            ]
        ),
        RecordedLog(
            name: "an init that exits",
            source: "docs, lambda-runtime-environment (INIT_REPORT)",
            function: "initexit127",
            event: "{}",
            lines: [
                initStart,
                "INIT_REPORT Init Duration: <ms> ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError",
                "INIT_REPORT Init Duration: <ms> ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError",
                start, end, report + "\tStatus: error\tError Type: Runtime.ExitError",
            ]
        ),
    ]

    /// The lines with figures and ids as in the recordings.
    static func normalized(_ log: String) -> [String] {
        log.split(separator: "\n").map { line in
            String(line).replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "<id>")
                .replacing(/Billed Duration: \d+ ms/, with: "Billed Duration: <ms> ms")
                .replacing(/Init Duration: \d+\.\d\d ms/, with: "Init Duration: <ms> ms")
                .replacing(/Max Memory Used: \d+ MB/, with: "Max Memory Used: <MB> MB")
                .replacing(/Runtime Version: [^\t]+\t/, with: "Runtime Version: <version>\t")
                .replacing(/runtime:([0-9a-f]{64}|shim-sim)/, with: "runtime:<hash>")
                // A time-out's is exact.
                .replacing(/\tDuration: (?!5000\.00)\d+\.\d\d ms/, with: "\tDuration: <ms> ms")
        }
    }
}

/// Records of a JSON log of a function that is not sampled, as recorded in October 2026: figures, ids and hashes are in angle
/// brackets.
enum RecordedRecords {
    static let source = "a public log of Lambda (nodejs22.x, LogFormat JSON), and emulator interop/events_api.go"

    static let lines = [
        #"{"time":"<time>","type":"platform.initStart","record":{"initializationType":"on-demand","phase":"init","#
            + #""runtimeVersion":"<version>","runtimeVersionArn":"arn:aws:lambda:us-east-1::runtime:<hash>","#
            + #""functionName":"f","functionVersion":"$LATEST","instanceId":"<stream>","instanceMaxMemory":134217728}}"#,
        #"{"time":"<time>","type":"platform.start","record":{"requestId":"<id>","#
            + #""functionArn":"arn:aws:lambda:us-east-1:123456789012:function:f","version":"$LATEST"}}"#,
        #"{"time":"<time>","type":"platform.report","record":{"requestId":"<id>","metrics":{"durationMs":<ms>,"#
            + #""billedDurationMs":<ms>,"memorySizeMB":128,"maxMemoryUsedMB":<MB>,"initDurationMs":<ms>},"status":"success"}}"#,
        #"{"time":"<time>","type":"platform.start","record":{"requestId":"<id>","#
            + #""functionArn":"arn:aws:lambda:us-east-1:123456789012:function:f:7","version":"7"}}"#,
        #"{"time":"<time>","type":"platform.report","record":{"requestId":"<id>","metrics":{"durationMs":<ms>,"#
            + #""billedDurationMs":<ms>,"memorySizeMB":128,"maxMemoryUsedMB":<MB>},"status":"success"}}"#,
    ]

    static func normalized(_ log: String) -> [String] {
        log.split(separator: "\n").map { line in
            String(line).replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "<id>")
                .replacing(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/, with: #""time":"<time>""#)
                .replacing(/"runtimeVersion":"[^"]+"/, with: #""runtimeVersion":"<version>""#)
                .replacing(/runtime:([0-9a-f]{64}|shim-sim)/, with: "runtime:<hash>")
                .replacing(
                    /"instanceId":"\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}"/,
                    with: #""instanceId":"<stream>""#
                )
                .replacing(/urationMs":\d+(\.\d{1,3})?/, with: #"urationMs":<ms>"#)
                .replacing(/"maxMemoryUsedMB":\d+/, with: #""maxMemoryUsedMB":<MB>"#)
        }
    }
}

/// Limits of a function's process.
enum RecordedLimits {
    static let source = "localstack test_runtime_ulimits"

    /// Both limits of each.
    ///
    /// Not those of core files, which would be left in the user's folder, and of processes, which the kernel counts over
    /// everything that a user runs.
    static let values = ["RLIMIT_NOFILE": [1024, 1024], "RLIMIT_MEMLOCK": [65536, 65536]]
}

/// Variables of a function's process.
enum RecordedVariables {
    static let source = "localstack test_introspection_invoke[provided.al2023] with an echo in Rust"

    /// Values; `nil` where the name must be missing, an empty text where only the name is fixed.
    static let values: [String: String?] = [
        "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_NAME": "actor", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/actor",
        "AWS_LAMBDA_LOG_STREAM_NAME": "", "AWS_LAMBDA_RUNTIME_API": "", "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "", "_AWS_XRAY_DAEMON_ADDRESS": "", "_AWS_XRAY_DAEMON_PORT": "2000",
        "LAMBDA_TASK_ROOT": "", "LAMBDA_RUNTIME_DIR": "", "LANG": "en_US.UTF-8", "TZ": ":UTC", "_HANDLER": "",
        "PATH": "", "LD_LIBRARY_PATH": "", "AWS_LAMBDA_LOG_FORMAT": nil, "AWS_LAMBDA_LOG_LEVEL": nil,
        "AWS_EXECUTION_ENV": nil, "PWD": nil, "SHLVL": nil, "HOME": nil, "_X_AMZN_TRACE_ID": nil,
    ]
}
