/// What the inspector's page shows, as JSON.
enum InspectorData {
    /// What runs here, for `GET /`.
    static func overview(_ service: LambdaService) -> JSONValue {
        let functions = service.shown.map { function in
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

    /// Functions and environments, and what has happened since the page asked last.
    ///
    /// - Parameters:
    ///   - service: The functions.
    ///   - call: The number of the last call that the page knows.
    ///   - line: The number of the last line that it knows.
    /// - Returns: The state.
    static func state(_ service: LambdaService, after call: Int, _ line: Int) -> JSONValue {
        let functions = service.shown.map { function in
            JSONValue.object([
                ("name", .string(function.function.label)),
                ("timeoutMs", .number(function.function.timeout.milliseconds)),
                ("memoryMB", .int(function.function.memory)),
                ("concurrency", .int(function.function.concurrency)),
                ("environments", .array(function.environments.map(environment))),
            ])
        }
        let history = service.context.history
        return .object([
            ("queuedEvents", .int(service.queuedEvents)), ("functions", .array(functions)),
            ("invocations", .array(history.calls(after: call).map(invocation))),
            ("lines", .array(history.pieces(after: line).flatMap(lines))),
        ])
    }

    /// What is remembered of one call.
    static func call(_ service: LambdaService, _ requestID: String) -> JSONValue? {
        service.context.history.call(requestID).map { call in
            .object([
                ("function", .string(call.function)),
                ("event", .string(String(decoding: call.report.event, as: UTF8.self))),
                ("log", .string(String(decoding: call.report.log, as: UTF8.self))),
            ])
        }
    }

    private static func lines(_ piece: CallHistory.Piece) -> [JSONValue] {
        piece.bytes.split(separator: 0x0A).map { line in
            .members(
                ("number", .int(piece.number)),
                ("function", piece.function.map { .string($0) }),
                ("text", .string(String(decoding: line.prefix(2000), as: UTF8.self)))
            )
        }
    }

    /// The sample events.
    static var events: JSONValue {
        .object(SampleEvents.all.map { ($0.name, .verbatim($0.json)) })
    }

    private static func environment(_ environment: ExecutionEnvironment) -> JSONValue {
        .object([("name", .string(environment.name)), ("state", .string(environment.stateName))])
    }

    private static func invocation(_ call: CallHistory.Call) -> JSONValue {
        let report = call.report
        return .members(
            ("number", .int(call.number)),
            ("name", .string(call.function)),
            ("requestId", .string(report.requestID)),
            ("environment", .string(report.environment)),
            ("start", .int(report.start.milliseconds)),
            ("waitedMs", .number(report.waited.milliseconds)),
            ("initMs", report.initDuration.map { .number($0.milliseconds) }),
            ("durationMs", .number(report.duration.milliseconds)),
            ("billedMs", .int(report.billedMilliseconds)),
            ("memoryMB", .int(report.maximumMemoryUsed)),
            ("status", .string(report.status.rawValue)),
            ("errorType", report.errorType.map { .string($0) })
        )
    }
}
