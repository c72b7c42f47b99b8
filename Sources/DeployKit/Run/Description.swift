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
        if observed.api != nil { deploy["HttpApi"] = .bool(true) }
        let sources = observed.mappings.compactMap { mapping -> JSON? in
            guard let arn = mapping["EventSourceArn"] else { return nil }
            var source: [String: JSON] = ["EventSourceArn": arn]
            source["BatchSize"] = mapping["BatchSize"]
            return .object(source)
        }
        if !sources.isEmpty { deploy["EventSources"] = .array(sources) }
        return deploy
    }
}
