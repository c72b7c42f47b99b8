/// Names of the environment variables that Lambda sets, or that a runtime sets for what it runs.
///
/// Source: "Working with Lambda environment variables", defined runtime variables, in the Lambda developer guide.
package enum LambdaVariable {
    /// Host and port of the Runtime API.
    package static let runtimeAPI = "AWS_LAMBDA_RUNTIME_API"
    /// The handler string of the function's configuration.
    package static let handler = "_HANDLER"
    /// The folder of the package.
    package static let taskRoot = "LAMBDA_TASK_ROOT"
    /// The folder of the runtime.
    package static let runtimeDirectory = "LAMBDA_RUNTIME_DIR"
    /// The function's memory in MB.
    package static let memorySize = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
    /// The function's name.
    package static let functionName = "AWS_LAMBDA_FUNCTION_NAME"
    /// The function's version.
    package static let functionVersion = "AWS_LAMBDA_FUNCTION_VERSION"
    /// Why the environment was made: `on-demand` and others.
    package static let initializationType = "AWS_LAMBDA_INITIALIZATION_TYPE"
    /// How many invocations an environment takes at once (Managed Instances); unset where it takes one.
    package static let maximumConcurrency = "AWS_LAMBDA_MAX_CONCURRENCY"
    /// `Text` or `JSON`.
    package static let logFormat = "AWS_LAMBDA_LOG_FORMAT"
    /// From which level on a function logs.
    package static let logLevel = "AWS_LAMBDA_LOG_LEVEL"
    /// The CloudWatch log group.
    package static let logGroup = "AWS_LAMBDA_LOG_GROUP_NAME"
    /// The CloudWatch log stream.
    package static let logStream = "AWS_LAMBDA_LOG_STREAM_NAME"
    /// Where clients of AWS find Lambda's own API; only a simulator sets it.
    package static let endpoint = "AWS_ENDPOINT_URL_LAMBDA"
    /// The region.
    package static let region = "AWS_REGION"
    /// The region, for the SDKs.
    package static let defaultRegion = "AWS_DEFAULT_REGION"
    /// The X-Ray trace of the invocation; a runtime sets it.
    package static let traceID = "_X_AMZN_TRACE_ID"

    /// Names that nobody but Lambda sets (same source, "reserved environment variables").
    package static let reserved: Set<String> = [
        handler, traceID, defaultRegion, region, functionName, memorySize, functionVersion, initializationType,
        logGroup,
        logStream, runtimeAPI, taskRoot, runtimeDirectory, maximumConcurrency, "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_METADATA_API",
        "AWS_LAMBDA_METADATA_TOKEN",
    ]

    /// Names that Lambda always sets, though a function may have another value: that they are set says nothing.
    package static let preset: Set<String> = ["PATH", "LD_LIBRARY_PATH", "LANG", "TZ"]
}
