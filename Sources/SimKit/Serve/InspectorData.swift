/// What the inspector's page shows, as JSON.
enum InspectorData {
    /// What runs here, for `GET /`.
    static func overview(_ service: LambdaService) -> JSONValue {
        let functions = service.names.compactMap { service.functions[$0] }.map { function in
            JSONValue.members(
                ("name", .string(function.function.name)),
                ("arn", .string(function.function.arn)),
                ("target", .string(function.function.target.path)),
                ("handler", .string(function.function.handler)),
                ("timeoutSeconds", .number(function.function.timeout.milliseconds / 1000)),
                ("memoryMB", .int(function.function.memory)),
                ("concurrency", .int(function.function.concurrency)),
                ("invoke", .string("/2015-03-31/functions/\(function.function.name)/invocations"))
            )
        }
        return .object([("service", "shim-sim"), ("inspector", "/_/"), ("functions", .array(functions))])
    }

    /// Functions, environments and the last invocations.
    static func state(_ service: LambdaService) -> JSONValue {
        let functions = service.names.compactMap { service.functions[$0] }.map { function in
            JSONValue.object([
                ("name", .string(function.function.name)),
                ("timeoutMs", .number(function.function.timeout.milliseconds)),
                ("memoryMB", .int(function.function.memory)),
                ("concurrency", .int(function.function.concurrency)),
                ("environments", .array(function.environments.map(environment))),
                ("invocations", .array(function.history.map(invocation))),
            ])
        }
        return .object([("queuedEvents", .int(service.queuedEvents)), ("functions", .array(functions))])
    }

    /// The sample events.
    static var events: JSONValue {
        .object(SampleEvents.all.map { ($0.name, .verbatim($0.json)) })
    }

    private static func environment(_ environment: ExecutionEnvironment) -> JSONValue {
        .object([("name", .string(environment.name)), ("state", .string(environment.stateName))])
    }

    private static func invocation(_ report: InvocationReport) -> JSONValue {
        .members(
            ("requestId", .string(report.requestID)),
            ("environment", .string(report.environment)),
            ("start", .int(report.start.milliseconds)),
            ("waitedMs", .number(report.waited.milliseconds)),
            ("initMs", report.initDuration.map { .number($0.milliseconds) }),
            ("durationMs", .number(report.duration.milliseconds)),
            ("billedMs", .int(report.billedMilliseconds)),
            ("memoryMB", .int(report.maximumMemoryUsed)),
            ("status", .string(report.status.rawValue)),
            ("errorType", report.errorType.map { .string($0) }),
            ("log", .string(String(decoding: report.log.suffix(16 << 10), as: UTF8.self)))
        )
    }
}
