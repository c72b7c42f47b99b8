/// What the platform itself writes to a function's log, as text or as JSON (section "Logs" of docs/reference/shim-sim.md).
enum LogEvent {
    /// An environment is being made.
    case initStart(FunctionConfiguration, environment: String)
    /// An init has ended; text shows only those that failed.
    case initReport(FunctionConfiguration, InitPhase, duration: Duration, failure: FunctionFailure?)
    /// An invocation begins.
    case start(Invocation)
    /// The runtime has done its work.
    case runtimeDone(InvocationReport, CallerContext)
    /// An invocation is over.
    case report(InvocationReport, CallerContext)
    /// An extension has registered, or has failed.
    case extensionState(name: String, state: String, events: [String], errorType: String?)

    static let runtimeVersion = "provided:shim-sim"

    static func runtimeVersionARN(_ region: String) -> String {
        "arn:aws:lambda:\(region)::runtime:shim-sim"
    }

    /// The lines of a text log, without line ends.
    var text: [String] {
        switch self {
        case .initStart(let function, _):
            return [
                "INIT_START Runtime Version: \(Self.runtimeVersion)\t"
                    + "Runtime Version ARN: \(Self.runtimeVersionARN(function.region))"
            ]
        case .initReport(_, let phase, let duration, let failure):
            guard let failure else { return [] }
            return [
                "INIT_REPORT Init Duration: \(twoDecimals(duration.milliseconds)) ms\tPhase: \(phase.rawValue)\t"
                    + (failure.isTimeout ? "Status: timeout" : "Status: error\tError Type: \(failure.type)")
            ]
        case .start(let invocation): return ["START RequestId: \(invocation.id) Version: \(invocation.context.version)"]
        case .runtimeDone: return []
        case .report(let report, let context): return Self.reportLines(report, context)
        case .extensionState(let name, let state, let events, let errorType):
            let line = "EXTENSION\tName: \(name)\tState: \(state)\tEvents: [\(events.joined(separator: ", "))]"
            return [line + (errorType.map { "\tError Type: \($0)" } ?? "")]
        }
    }

    private static func reportLines(_ report: InvocationReport, _ context: CallerContext) -> [String] {
        var line = "REPORT RequestId: \(report.requestID)\t"
        line += "Duration: \(twoDecimals(report.duration.milliseconds)) ms\t"
        line += "Billed Duration: \(report.billedMilliseconds) ms\t"
        line += "Memory Size: \(report.memorySize) MB\tMax Memory Used: \(report.maximumMemoryUsed) MB\t"
        if let duration = report.initDuration {
            line += "Init Duration: \(twoDecimals(duration.milliseconds)) ms\t"
        }
        switch report.status {
        case .success: break
        case .timeout: line += "Status: timeout"
        case .error where report.isReported: break
        case .error: line += "Status: error" + (report.errorType.map { "\tError Type: \($0)" } ?? "")
        }
        var lines = ["END RequestId: \(report.requestID)", line]
        if context.isSampled {
            let root = context.traceID.split(separator: ";").first { $0.hasPrefix("Root=") }?.dropFirst(5) ?? ""
            let segment = Identifiers.hex(8)
            lines.append("XRAY TraceId: \(root)\tSegmentId: \(segment)\tSampled: true\t")
        }
        return lines
    }

    /// How important it is, which only a JSON log needs.
    var level: LogLevel {
        switch self {
        case .initStart, .start, .extensionState: .info
        case .initReport(let function, _, _, let failure):
            failure != nil ? .warn : function.initializationType == "on-demand" ? .debug : .info
        case .runtimeDone(let report, _): report.status == .success ? .debug : .warn
        case .report(let report, _): report.status == .success ? .info : .warn
        }
    }

    /// The line of a JSON log.
    func json(at time: Timestamp) -> JSONValue {
        let (type, record) = typeAndRecord
        return .object([("time", .string(time.iso8601)), ("type", .string(type)), ("record", record)])
    }

    private var typeAndRecord: (String, JSONValue) {
        switch self {
        case .initStart(let function, let environment):
            let record = JSONValue.object([
                ("initializationType", .string(function.initializationType)), ("phase", "init"),
                ("runtimeVersion", .string(Self.runtimeVersion)),
                ("runtimeVersionArn", .string(Self.runtimeVersionARN(function.region))),
                ("functionName", .string(function.name)), ("functionVersion", .string(function.version)),
                ("instanceId", .string(environment)), ("instanceMaxMemory", .int(function.memory << 20)),
            ])
            return ("platform.initStart", record)
        case .initReport(let function, let phase, let duration, let failure):
            let status = failure.map { $0.isTimeout ? "timeout" : "error" } ?? "success"
            let record = JSONValue.members(
                ("initializationType", .string(function.initializationType)),
                ("phase", .string(phase.rawValue)),
                ("status", .string(status)),
                ("errorType", failure.flatMap { $0.isTimeout ? nil : .string($0.type) }),
                ("metrics", .object([("durationMs", Self.milliseconds(duration))]))
            )
            return ("platform.initReport", record)
        case .start(let invocation):
            let context = invocation.context
            let record = JSONValue.members(
                ("requestId", .string(invocation.id)),
                ("functionArn", .string(context.arn)),
                ("version", .string(context.version)),
                ("tracing", Self.tracing(context)),
                ("tenantId", context.tenantID.map { .string($0) })
            )
            return ("platform.start", record)
        case .runtimeDone(let report, let context):
            let metrics = JSONValue.object([
                ("durationMs", Self.milliseconds(report.duration)), ("producedBytes", .int(report.producedBytes)),
            ])
            let record = JSONValue.members(
                ("requestId", .string(report.requestID)),
                ("status", .string(report.status.rawValue)),
                ("errorType", report.errorType.map { .string($0) }),
                ("metrics", metrics),
                ("tracing", Self.tracing(context))
            )
            return ("platform.runtimeDone", record)
        case .report(let report, let context):
            let metrics = JSONValue.members(
                ("durationMs", Self.milliseconds(report.duration)),
                ("billedDurationMs", .int(report.billedMilliseconds)),
                ("memorySizeMB", .int(report.memorySize)),
                ("maxMemoryUsedMB", .int(report.maximumMemoryUsed)),
                ("initDurationMs", report.initDuration.map { Self.milliseconds($0) })
            )
            let record = JSONValue.members(
                ("requestId", .string(report.requestID)),
                ("metrics", metrics),
                ("tracing", Self.tracing(context)),
                ("status", .string(report.status.rawValue)),
                ("errorType", report.errorType.map { .string($0) })
            )
            return ("platform.report", record)
        case .extensionState(let name, let state, let events, let errorType):
            let record = JSONValue.members(
                ("name", .string(name)),
                ("state", .string(state)),
                ("events", .array(events.map { .string($0) })),
                ("errorType", errorType.map { .string($0) })
            )
            return ("platform.extension", record)
        }
    }

    private static func milliseconds(_ duration: Duration) -> JSONValue {
        .number((duration.milliseconds * 1000).rounded() / 1000)
    }

    /// Only a trace that is kept is reported.
    private static func tracing(_ context: CallerContext) -> JSONValue? {
        context.isSampled ? .object([("type", "X-Amzn-Trace-Id"), ("value", .string(context.traceID))]) : nil
    }
}
