extension DeploySettings {
    /// Reads the member `Deploy`.
    init(_ value: JSON, file: String) throws(FunctionFileError) {
        var reader = try MemberReader(value, path: "Deploy", file: file)
        package = try reader.text("Package")
        arguments = try reader.texts("Arguments") ?? []
        packOptions = try reader.texts("Pack") ?? []
        alias = try reader.text("Alias")
        publishes = try reader.flag("Publish") ?? false
        keepVersions = try reader.int("KeepVersions", 1...1000)
        if let canary = try reader.object("Canary") { self.canary = try Self.canary(canary, file) }
        smoke = reader.value("Smoke")
        if let policies = reader.value("RolePolicies") {
            guard let list = policies.array, list.allSatisfy({ $0.string != nil || $0.object != nil })
            else {
                throw reader.error("RolePolicies", "a list of ARNs, files and policy documents")
            }
            rolePolicies = list
        }
        mergesEnvironment = try reader.flag("MergeEnvironment") ?? false
        unsetVariables = try reader.texts("UnsetEnvironment") ?? []
        url = try Self.url(&reader, file)
        httpAPI = try Self.httpAPI(&reader, file)
        schedules = try Self.schedules(&reader)
        buckets = try Self.buckets(&reader)
        sources = try Self.sources(&reader)
        logRetention = try Self.retention(&reader)
        concurrency = try Self.concurrency(&reader)
        asynchronous = try reader.object("Asynchronous")
        s3Bucket = try reader.text("Bucket")
        s3Prefix = try reader.text("BucketPrefix") ?? s3Prefix
        repository = try reader.text("Repository")
        layerName = try reader.text("LayerName")
        try reader.finish()
    }

    private static func canary(_ value: JSON, _ file: String) throws(FunctionFileError) -> Canary {
        var reader = try MemberReader(value, path: "Deploy.Canary", file: file)
        let percent = try reader.number("Percent", 0.1...99.9)
        let seconds = try reader.int("Seconds", 1...86400)
        try reader.finish()
        guard let percent else { throw reader.error("Percent", "a number from 0.1 to 99.9") }
        return Canary(percent: percent, seconds: seconds ?? 300)
    }

    private static func url(_ reader: inout MemberReader, _ file: String) throws(FunctionFileError)
        -> Wish<URL>
    {
        switch reader.value("Url") {
        case nil: return .asItIs
        case .null?, .bool(false)?: return .none
        case .bool(true)?: return .some(URL())
        case let value?:
            var inner = try MemberReader(value, path: "Deploy.Url", file: file)
            var url = URL()
            url.authType = try inner.word("AuthType", ["NONE", "AWS_IAM"]) ?? url.authType
            url.invokeMode =
                try inner.word("InvokeMode", ["BUFFERED", "RESPONSE_STREAM"]) ?? url.invokeMode
            url.cors = try inner.object("Cors")
            try inner.finish()
            return .some(url)
        }
    }

    private static func httpAPI(_ reader: inout MemberReader, _ file: String)
        throws(FunctionFileError) -> Wish<HTTPAPI>
    {
        switch reader.value("HttpApi") {
        case nil: return .asItIs
        case .null?, .bool(false)?: return .none
        case .bool(true)?: return .some(HTTPAPI())
        case let value?:
            var inner = try MemberReader(value, path: "Deploy.HttpApi", file: file)
            var api = HTTPAPI()
            api.cors = try inner.object("Cors")
            try inner.finish()
            return .some(api)
        }
    }

    private static func schedules(_ reader: inout MemberReader) throws(FunctionFileError)
        -> [Schedule]?
    {
        guard let entries = try reader.objects("Schedules") else { return nil }
        var schedules: [Schedule] = []
        for var entry in entries {
            guard let expression = try entry.text("Expression") else {
                throw entry.error("Expression", "a text")
            }
            guard ScheduleExpression.isForScheduler(expression) else {
                throw entry.error("Expression", ScheduleExpression.forms)
            }
            var schedule = Schedule(expression: expression)
            schedule.timezone = try entry.text("Timezone") ?? schedule.timezone
            schedule.input = entry.value("Input")
            try entry.finish()
            schedules.append(schedule)
        }
        return schedules
    }

    private static func buckets(_ reader: inout MemberReader) throws(FunctionFileError) -> [Bucket]? {
        guard let entries = try reader.objects("S3") else { return nil }
        var buckets: [Bucket] = []
        for var entry in entries {
            guard let name = try entry.text("Bucket") else { throw entry.error("Bucket", "a text") }
            var bucket = Bucket(name: name)
            bucket.prefix = try entry.text("Prefix") ?? ""
            bucket.suffix = try entry.text("Suffix") ?? ""
            bucket.events = try entry.texts("Events") ?? bucket.events
            try entry.finish()
            buckets.append(bucket)
        }
        return buckets
    }

    private static func sources(_ reader: inout MemberReader) throws(FunctionFileError)
        -> [EventSource]?
    {
        guard let entries = try reader.objects("EventSources") else { return nil }
        var sources: [EventSource] = []
        for var entry in entries {
            guard let arn = try entry.text("EventSourceArn"), arn.hasPrefix("arn:") else {
                throw entry.error("EventSourceArn", "the ARN of a queue or stream")
            }
            var source = EventSource(arn: arn)
            for key in sourceKeys { source.settings[key] = entry.value(key) }
            try entry.finish()
            sources.append(source)
        }
        return sources
    }

    /// What an entry of `EventSources` may say beside its ARN: members of CreateEventSourceMapping.
    private static let sourceKeys = [
        "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled", "FilterCriteria",
        "FunctionResponseTypes", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds",
        "MaximumRetryAttempts",
        "ParallelizationFactor", "ScalingConfig", "StartingPosition", "TumblingWindowInSeconds",
    ]

    private static func retention(_ reader: inout MemberReader) throws(FunctionFileError) -> Wish<Int> {
        switch reader.value("LogRetention") {
        case nil: return .asItIs
        case .null?, .int(0)?: return .none
        case .int(let days)? where retentionDays.contains(days): return .some(days)
        default:
            throw reader.error(
                "LogRetention",
                "0 (for ever) or one of " + retentionDays.map(String.init).joined(separator: ", ")
            )
        }
    }

    private static func concurrency(_ reader: inout MemberReader) throws(FunctionFileError) -> Wish<
        Int
    > {
        if reader.value("ReservedConcurrency") == .null { return .none }
        return try reader.int("ReservedConcurrency", 0...1_000_000).map { .some($0) } ?? .asItIs
    }
}
