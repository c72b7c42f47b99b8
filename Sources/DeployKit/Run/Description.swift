import FunctionFile

/// The description of a function that is there: a file for `--config`.
package enum Description {
    /// What a file would have to say, defaults left out and the values of variables left open.
    package static func of(_ desired: Desired, _ observed: Observed) -> JSON {
        let configuration = observed.configuration ?? .null
        var members: [String: JSON] = ["FunctionName": .string(desired.name)]
        for key in ConfigurationKeys.shapes.keys where !ConfigurationKeys.notUpdatable.contains(key) {
            guard var value = configuration[key], value != ConfigurationKeys.defaults[key] else {
                continue
            }
            switch key {
            case "Environment":
                let names = (value["Variables"]?.object ?? [:]).keys
                guard !names.isEmpty else { continue }
                value = .object([
                    "Variables": .object(
                        Dictionary(uniqueKeysWithValues: names.map { ($0, .string("${\($0)}")) })
                    )
                ])
            case "Layers": value = .list((value.array ?? []).compactMap { $0["Arn"]?.string })
            case "VpcConfig":
                var vpc = value.object ?? [:]
                vpc["VpcId"] = nil
                guard vpc["SubnetIds"]?.array?.isEmpty == false else { continue }
                value = .object(vpc)
            case "LoggingConfig":
                guard
                    value["LogFormat"]?.string != "Text"
                        || value["LogGroup"]?.string != desired.naming.logGroup
                else {
                    continue
                }
            case "SnapStart":
                guard value["ApplyOn"]?.string != "None" else { continue }
                value = .object(["ApplyOn": value["ApplyOn"] ?? .null])
            case "Role" where value.string == observed.roleARN(desired.naming.role): continue
            case "TracingConfig", "EphemeralStorage", "DeadLetterConfig":
                if Comparison.holds(value, in: ConfigurationKeys.defaults[key]) { continue }
            default: break
            }
            members[key] = value
        }
        if let architectures = configuration["Architectures"], architectures.strings != ["x86_64"] {
            members["Architectures"] = architectures
        }
        let tags = (observed.function?["Tags"]?.object ?? [:])
            .filter { !$0.key.hasPrefix("aws:") && $0.key != Naming.tag }
        if !tags.isEmpty { members["Tags"] = .object(tags) }
        let deploy = deploy(desired, observed)
        if !deploy.isEmpty { members["Deploy"] = .object(deploy) }
        return .object(members)
    }

    private static func deploy(_ desired: Desired, _ observed: Observed) -> [String: JSON] {
        var deploy: [String: JSON] = [:]
        deploy["Alias"] = desired.deploy.alias.map { .string($0) }
        if let url = observed.url {
            var member: [String: JSON] = [:]
            member["AuthType"] = url["AuthType"]
            member["InvokeMode"] = url["InvokeMode"].map { .string(($0.string ?? "").uppercased()) }
            member["Cors"] = url["Cors"]
            deploy["Url"] = .object(member)
        }
        if let days = observed.logGroup?["retentionInDays"] { deploy["LogRetention"] = days }
        if let number = observed.function?.at("Concurrency", "ReservedConcurrentExecutions") {
            deploy["ReservedConcurrency"] = number
        }
        if let api = observed.api {
            deploy["HttpApi"] = api["CorsConfiguration"].map { .object(["Cors": $0]) } ?? .bool(true)
        }
        let sources = observed.mappings.compactMap { mapping -> JSON? in
            guard let arn = mapping["EventSourceArn"] else { return nil }
            var source: [String: JSON] = ["EventSourceArn": arn]
            source["BatchSize"] = mapping["BatchSize"]
            return .object(source)
        }
        if !sources.isEmpty { deploy["EventSources"] = .array(sources) }
        let schedules = schedules(observed)
        if !schedules.isEmpty { deploy["Schedules"] = .array(schedules) }
        let buckets = buckets(desired, observed)
        if !buckets.isEmpty { deploy["S3"] = .array(buckets) }
        let asynchronous = ["MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"].compactMap { key in
            observed.asynchronous?[key].map { (key, withoutEmpty($0)) }
        }.filter { $0.1 != .object([:]) }
        if !asynchronous.isEmpty {
            deploy["Asynchronous"] = .object(Dictionary(uniqueKeysWithValues: asynchronous))
        }
        return deploy
    }

    /// Answers have members without content: `"OnSuccess": {}`.
    private static func withoutEmpty(_ value: JSON) -> JSON {
        guard let members = value.object else { return value }
        return .object(members.filter { $0.value.object?.isEmpty != true })
    }

    /// The number that ids of ours end in.
    private static func number(_ id: String) -> Int { id.split(separator: "-").last.flatMap { Int($0) } ?? 0 }

    private static func schedules(_ observed: Observed) -> [JSON] {
        observed.schedules.sorted { number($0.key) < number($1.key) }
            .compactMap { _, schedule in
                guard let expression = schedule["ScheduleExpression"] else { return nil }
                var member = ["Expression": expression]
                let usual = DeploySettings.Schedule(expression: "").timezone
                if let zone = schedule["ScheduleExpressionTimezone"], zone.string != usual { member["Timezone"] = zone }
                if let input = schedule.at("Target", "Input")?.string {
                    member["Input"] = JSON.parse(input.utf8) ?? .string(input)
                }
                return .object(member)
            }
    }

    /// Our notifications of the buckets that may call the function, in the order of their ids.
    private static func buckets(_ desired: Desired, _ observed: Observed) -> [JSON] {
        let all = observed.notifications.flatMap { bucket, document in
            (document["LambdaFunctionConfigurations"]?.array ?? []).map { (bucket, $0) }
        }.filter { desired.naming.isNotification($0.1["Id"]?.string ?? "") }
        func order(_ entry: (String, JSON)) -> Int { number(entry.1["Id"]?.string ?? "") }
        return all.sorted { order($0) < order($1) }.map { bucket, notification in
            var member: [String: JSON] = ["Bucket": .string(bucket)]
            for rule in notification.at("Filter", "Key", "FilterRules")?.array ?? [] {
                // S3 writes the names of rules in its own case.
                member[rule["Name"]?.string?.lowercased() == "prefix" ? "Prefix" : "Suffix"] = rule["Value"]
            }
            if let events = notification["Events"], events.strings != DeploySettings.Bucket(name: bucket).events {
                member["Events"] = events
            }
            return .object(member)
        }
    }
}
