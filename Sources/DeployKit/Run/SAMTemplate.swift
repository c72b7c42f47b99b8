import FunctionFile

/// The same function as a template of AWS SAM, for teams whose pipeline wants one.
package struct SAMTemplate {
    private let desired: Desired

    /// A template for what is desired.
    package init(_ desired: Desired) { self.desired = desired }

    /// Members of CreateFunction that SAM calls otherwise.
    private static let renamed = [
        "TracingConfig": "Tracing", "KMSKeyArn": "KmsKeyArn", "DeadLetterConfig": "DeadLetterQueue",
    ]

    /// The template.
    package var json: JSON {
        var resources: [String: JSON] = [
            "Function": .object([
                "Type": .string("AWS::Serverless::Function"), "Properties": .object(properties),
            ])
        ]
        for (index, layer) in (desired.layers ?? []).enumerated() {
            guard case .zip(let name, let path, _, _) = layer else { continue }
            resources["Layer\(index + 1)"] = .object([
                "Type": .string("AWS::Serverless::LayerVersion"),
                "Properties": .object(["LayerName": .string(name), "ContentUri": .string(path)]),
            ])
        }
        if case .some(let days) = desired.deploy.logRetention {
            resources["Logs"] = .object([
                "Type": .string("AWS::Logs::LogGroup"),
                "Properties": .object([
                    "LogGroupName": .string(desired.naming.logGroup), "RetentionInDays": .int(days),
                ]),
            ])
        }
        var template: [String: JSON] = [
            "AWSTemplateFormatVersion": .string("2010-09-09"),
            "Transform": .string("AWS::Serverless-2016-10-31"),
            "Resources": .object(resources),
        ]
        if desired.deploy.url.value != nil {
            template["Outputs"] = .object([
                "Url": .object(["Value": .object(["Fn::GetAtt": .list(["FunctionUrl", "FunctionUrl"])])])
            ])
        }
        return .object(template)
    }

    private var properties: [String: JSON] {
        var properties: [String: JSON] = ["FunctionName": .string(desired.name)]
        for (key, value) in desired.configuration where !["Publish", "PackageType"].contains(key) {
            properties[Self.renamed[key] ?? key] = value
        }
        if let mode = desired.configuration["TracingConfig"]?["Mode"] { properties["Tracing"] = mode }
        if let arn = desired.configuration["DeadLetterConfig"]?["TargetArn"]?.string {
            properties["DeadLetterQueue"] = .object([
                "Type": .string(arn.contains(":sqs:") ? "SQS" : "SNS"), "TargetArn": .string(arn),
            ])
        }
        switch desired.code {
        case .zip(let path, _, _)?:
            properties["CodeUri"] = .string(path)
            properties["Runtime"] = properties["Runtime"] ?? .string("provided.al2023")
            properties["Handler"] = properties["Handler"] ?? .string("bootstrap")
        case .image(_, let digest)?:
            properties["PackageType"] = .string("Image")
            properties["ImageUri"] = .string(
                "\(desired.deploy.repository ?? desired.name.lowercased())@sha256:\(digest)"
            )
        case .reference(let image)?:
            properties["PackageType"] = .string("Image")
            properties["ImageUri"] = .string(image)
        case .object(let bucket, let key, _)?:
            properties["CodeUri"] = .object(["Bucket": .string(bucket), "Key": .string(key)])
        case nil: break
        }
        if let architecture = desired.architecture {
            properties["Architectures"] = .list([architecture])
        }
        if let role = desired.role { properties["Role"] = .string(role) }
        if !desired.deploy.rolePolicies.isEmpty, desired.role == nil {
            properties["Policies"] = .array(desired.deploy.rolePolicies)
        }
        // A template is kept and passed on: what may be secret stays out of it.
        if let variables = desired.variables, !variables.isEmpty {
            properties["Environment"] = .object([
                "Variables": .object(variables.mapValues { _ in .string("CHANGE-ME") })
            ])
        }
        if let layers = desired.layers {
            properties["Layers"] = .array(
                layers.enumerated().map { index, layer in
                    if case .arn(let arn) = layer {
                        .string(arn)
                    } else {
                        .object(["Ref": .string("Layer\(index + 1)")])
                    }
                }
            )
        }
        if let tags = desired.tags { properties["Tags"] = .texts(tags) }
        if let alias = desired.deploy.alias { properties["AutoPublishAlias"] = .string(alias) }
        if case .some(let number) = desired.deploy.concurrency {
            properties["ReservedConcurrentExecutions"] = .int(number)
        }
        if let url = desired.deploy.url.value {
            var configuration: [String: JSON] = [
                "AuthType": .string(url.authType), "InvokeMode": .string(url.invokeMode),
            ]
            configuration["Cors"] = url.cors
            properties["FunctionUrlConfig"] = .object(configuration)
        }
        if let asynchronous = desired.deploy.asynchronous {
            properties["EventInvokeConfig"] = asynchronous
        }
        let events = events
        if !events.isEmpty { properties["Events"] = .object(events) }
        return properties
    }

    private var events: [String: JSON] {
        var events: [String: JSON] = [:]
        func add(_ name: String, _ type: String, _ properties: [String: JSON]) {
            events[name] = .object(["Type": .string(type), "Properties": .object(properties)])
        }
        if desired.deploy.httpAPI.value != nil { add("Api", "HttpApi", [:]) }
        for (index, schedule) in (desired.deploy.schedules ?? []).enumerated() {
            var properties: [String: JSON] = [
                "ScheduleExpression": .string(schedule.expression),
                "ScheduleExpressionTimezone": .string(schedule.timezone),
            ]
            if let event = schedule.input { properties["Input"] = .string(event.string ?? event.text()) }
            add("Schedule\(index + 1)", "ScheduleV2", properties)
        }
        for (index, source) in (desired.deploy.sources ?? []).enumerated() {
            let isQueue = source.arn.contains(":sqs:")
            let type = isQueue ? "SQS" : source.arn.contains(":kinesis:") ? "Kinesis" : "DynamoDB"
            var properties = source.settings
            properties[isQueue ? "Queue" : "Stream"] = .string(source.arn)
            if !isQueue {
                properties["StartingPosition"] = properties["StartingPosition"] ?? .string("LATEST")
            }
            add("Source\(index + 1)", type, properties)
        }
        return events
    }
}
