import FunctionFile

/// What calls the function: schedules, buckets, queues and streams; and the settings of calls that nobody waits for.
extension Planner {
    /// Everything that may call a function that is ready.
    var triggerSteps: Lane { asynchronousSteps + scheduleSteps + bucketSteps + sourceSteps }

    private var asynchronousSteps: Lane {
        guard let wanted = desired.deploy.asynchronous else { return [] }
        if let present = observed.asynchronous, Comparison.holds(wanted, in: present) {
            return [.keep("asynchronous calls")]
        }
        return [
            Step(
                observed.asynchronous == nil ? .add : .change,
                "settings of asynchronous calls",
                AWSCall(
                    "lambda",
                    "put-function-event-invoke-config",
                    target.merging(wanted.object ?? [:]) { $1 }
                )
            )
        ]
    }

    private var scheduleSteps: Lane {
        guard let wanted = desired.deploy.schedules else { return [] }
        let roleARN = observed.scheduleRole?["Arn"]?.string ?? observed.roleARN(naming.scheduleRole)
        var steps: Lane = []
        for (index, schedule) in wanted.enumerated() {
            let scheduleName = naming.schedule(index + 1)
            var aim: [String: JSON] = ["Arn": .string(targetARN), "RoleArn": .string(roleARN)]
            if let event = schedule.input { aim["Input"] = .string(event.string ?? event.text()) }
            let input: [String: JSON] = [
                "Name": .string(scheduleName), "ScheduleExpression": .string(schedule.expression),
                "ScheduleExpressionTimezone": .string(schedule.timezone), "State": .string("ENABLED"),
                "FlexibleTimeWindow": .object(["Mode": .string("OFF")]), "Target": .object(aim),
            ]
            let present = observed.schedules[scheduleName]
            if let present, Comparison.holds(.object(input), in: present) {
                steps.append(.keep("schedule \(schedule.expression)"))
                continue
            }
            steps.append(
                Step(
                    present == nil ? .add : .change,
                    "schedule \(schedule.expression) (\(schedule.timezone))",
                    AWSCall("scheduler", present == nil ? "create-schedule" : "update-schedule", input)
                )
            )
        }
        let kept = Set(wanted.indices.map { naming.schedule($0 + 1) })
        for scheduleName in observed.schedules.keys.sorted() where !kept.contains(scheduleName) {
            steps.append(
                Step(
                    .remove,
                    "schedule \(observed.schedules[scheduleName]?["ScheduleExpression"]?.string ?? scheduleName)",
                    AWSCall("scheduler", "delete-schedule", ["Name": .string(scheduleName)])
                        .forgiving("ResourceNotFoundException")
                )
            )
        }
        return steps
    }

    private var bucketSteps: Lane {
        guard let wanted = desired.deploy.buckets else { return [] }
        var steps: Lane = []
        for bucket in Set(wanted.map(\.name)).sorted() {
            let source = "arn:\(observed.partition):s3:::\(bucket)"
            if !observed.statements.contains(where: { $0.permits("s3.amazonaws.com", source: source) }) {
                steps.append(
                    Step(
                        .add,
                        "permission of bucket \(bucket)",
                        AWSCall(
                            "lambda",
                            "add-permission",
                            target.merging([
                                "StatementId": .string(naming.bucketStatement(bucket)),
                                "Action": .string("lambda:InvokeFunction"),
                                "Principal": .string("s3.amazonaws.com"),
                                "SourceArn": .string(source), "SourceAccount": .string(observed.account),
                            ]) { $1 }
                        ).forgiving("ResourceConflictException")
                    )
                )
            }
            steps.append(notificationStep(bucket, wanted))
        }
        return steps + staleBuckets(kept: Set(wanted.map(\.name)))
    }

    private func notificationStep(_ bucket: String, _ wanted: [DeploySettings.Bucket]) -> Step {
        let configurations = wanted.enumerated().filter { $0.element.name == bucket }.map {
            index,
            wish -> JSON in
            var rules: [JSON] = []
            for (rule, value) in [("prefix", wish.prefix), ("suffix", wish.suffix)] where !value.isEmpty {
                rules.append(.object(["Name": .string(rule), "Value": .string(value)]))
            }
            var configuration: [String: JSON] = [
                "Id": .string(naming.notification(index + 1)), "LambdaFunctionArn": .string(targetARN),
                "Events": .list(wish.events),
            ]
            if !rules.isEmpty {
                configuration["Filter"] = .object(["Key": .object(["FilterRules": .array(rules)])])
            }
            return .object(configuration)
        }
        let present = (observed.notifications[bucket]?["LambdaFunctionConfigurations"]?.array ?? [])
            .filter { naming.isNotification($0["Id"]?.string ?? "") }
        if Notifications.areEqual(configurations, present) {
            return .keep("notifications of bucket \(bucket)")
        }
        return Step(
            [PlanLine(present.isEmpty ? .add : .change, "notifications of bucket \(bucket)")],
            [
                .notify(
                    bucket: bucket,
                    account: observed.account,
                    function: desired.name,
                    configurations: configurations
                )
            ]
        )
    }

    /// Buckets that were named once: their permissions tell.
    private func staleBuckets(kept: Set<String>) -> Lane {
        observed.statements.compactMap { statement in
            guard statement.id.hasPrefix("shim-deploy-s3-"), let bucket = statement.bucket,
                !kept.contains(bucket)
            else {
                return nil
            }
            var step = Notifications.removal(from: bucket, of: desired.name, observed)
            step.actions.append(
                .call(
                    AWSCall(
                        "lambda",
                        "remove-permission",
                        target.merging(["StatementId": .string(statement.id)]) { $1 }
                    ).forgiving("ResourceNotFoundException")
                )
            )
            return step
        }
    }

    private var sourceSteps: Lane {
        (desired.deploy.sources ?? []).map { source in
            var input = source.settings
            let label = "events of \(source.arn.split(separator: ":").last ?? "")"
            let present = observed.mappings.first { $0["EventSourceArn"]?.string == source.arn }
            guard let present, let uuid = present["UUID"]?.string else {
                input["EventSourceArn"] = .string(source.arn)
                input["FunctionName"] = .string(desired.qualifiedName)
                if !source.arn.contains(":sqs:"), input["StartingPosition"] == nil {
                    input["StartingPosition"] = .string("LATEST")
                }
                let call = AWSCall("lambda", "create-event-source-mapping", input).capturing(
                    .init("MAPPING", "UUID")
                )
                return Step(
                    [PlanLine(.add, label)],
                    [.call(call), .waitForMapping(uuid: Variable.place("MAPPING"), gone: false)]
                )
            }
            // A stream is read from its position once; Lambda does not take a new one.
            input["StartingPosition"] = nil
            if let enabled = input.removeValue(forKey: "Enabled")?.bool {
                let state = present["State"]?.string ?? ""
                if enabled != state.hasPrefix("Enabl") { input["Enabled"] = .bool(enabled) }
            }
            let changes = input.filter { !Comparison.holds($0.value, in: present[$0.key], key: $0.key) }
            guard !changes.isEmpty else { return .keep(label) }
            return Step(
                [PlanLine(.change, "\(label): \(changes.keys.sorted().joined(separator: ", "))")],
                [
                    .call(
                        AWSCall(
                            "lambda",
                            "update-event-source-mapping",
                            changes.merging(["UUID": .string(uuid)]) { $1 }
                        )
                    ), .waitForMapping(uuid: uuid, gone: false),
                ]
            )
        }
    }

    /// Mappings that are not named here were made by somebody else, so they stay.
    var sourceNotes: [String] {
        guard let wanted = desired.deploy.sources else { return [] }
        return observed.mappings.compactMap { $0["EventSourceArn"]?.string }
            .filter { arn in !wanted.contains { $0.arn == arn } }
            .map { "'\($0)' also sends events to the function; it is not in the description and stays" }
    }
}

/// The notifications of a bucket: one document for everybody, with no lock.
enum Notifications {
    /// Our configurations replace our old ones; everybody else's stay as they are.
    static func merge(_ own: [JSON], into present: JSON, naming: Naming) -> JSON {
        var members = present.object ?? [:]
        let others = (members["LambdaFunctionConfigurations"]?.array ?? [])
            .filter { !naming.isNotification($0["Id"]?.string ?? "") }
        let all = others + own
        members["LambdaFunctionConfigurations"] = all.isEmpty ? nil : .array(all)
        return .object(members)
    }

    /// Takes ours out of what a bucket has.
    static func removal(from bucket: String, of function: String, _ observed: Observed) -> Step {
        Step(
            [PlanLine(.remove, "notifications of bucket \(bucket)")],
            [.notify(bucket: bucket, account: observed.account, function: function, configurations: [])]
        )
    }

    /// Whether two lists say the same: S3 writes the names of rules in its own case.
    static func areEqual(_ left: [JSON], _ right: [JSON]) -> Bool {
        func key(_ value: JSON) -> String { normalized(value).text() }
        return left.map(key).sorted() == right.map(key).sorted()
    }

    private static func normalized(_ value: JSON) -> JSON {
        guard let members = value.object else { return value }
        let rules = (value.at("Filter", "Key", "FilterRules")?.array ?? []).map { rule in
            "\(rule["Name"]?.string?.lowercased() ?? "")=\(rule["Value"]?.string ?? "")"
        }.sorted()
        return .object([
            "Id": members["Id"] ?? .null, "Arn": members["LambdaFunctionArn"] ?? .null,
            "Events": .list((members["Events"]?.strings ?? []).sorted()), "Rules": .list(rules),
        ])
    }
}
