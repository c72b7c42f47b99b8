import FunctionFile

/// The role, the log group, and what must lie somewhere before the function can use it.
extension Planner {
    /// Whether the function gets the role that is made for it: not where the user has named one, nor where the function has
    /// another already.
    var usesOwnRole: Bool {
        guard desired.role == nil else { return false }
        guard let present = observed.configuration?["Role"]?.string else { return true }
        return present == ownRoleARN
    }

    var ownRoleARN: String { observed.role?["Arn"]?.string ?? observed.roleARN(naming.role) }

    /// The role of the function; `nil` leaves it as it is.
    var roleARN: String? { desired.role ?? (usesOwnRole ? ownRoleARN : nil) }

    /// The trust policy that lets a service take on a role.
    private func trust(_ service: String, account: String? = nil) -> JSON {
        var statement: [String: JSON] = [
            "Effect": .string("Allow"), "Action": .string("sts:AssumeRole"),
            "Principal": .object(["Service": .string(service)]),
        ]
        if let account {
            statement["Condition"] = .object([
                "StringEquals": .object(["aws:SourceAccount": .string(account)])
            ])
        }
        return .string(
            JSON.object(["Version": .string("2012-10-17"), "Statement": .array([.object(statement)])])
                .text()
        )
    }

    /// AWS's own policies that the function's settings need.
    var neededPolicies: [String] {
        var names = ["AWSLambdaBasicExecutionRole"]
        let subnets = desired.configuration["VpcConfig"]?["SubnetIds"]?.array ?? []
        if !subnets.isEmpty { names.append("AWSLambdaVPCAccessExecutionRole") }
        for (service, policy) in [
            (":sqs:", "AWSLambdaSQSQueueExecutionRole"), (":kinesis:", "AWSLambdaKinesisExecutionRole"),
            (":dynamodb:", "AWSLambdaDynamoDBExecutionRole"),
        ] where (desired.deploy.sources ?? []).contains(where: { $0.arn.contains(service) }) {
            names.append(policy)
        }
        var policies = names.map { "arn:\(observed.partition):iam::aws:policy/service-role/\($0)" }
        if desired.configuration["TracingConfig"]?["Mode"]?.string == "Active" {
            policies.append("arn:\(observed.partition):iam::aws:policy/AWSXRayDaemonWriteAccess")
        }
        return policies + desired.deploy.rolePolicies.compactMap(\.string)
    }

    /// The statements of the user's policy documents, as one document.
    var inlinePolicy: JSON? {
        let documents = desired.deploy.rolePolicies.filter { $0.string == nil }
        var statements = documents.flatMap {
            $0["Statement"]?.array ?? [$0["Statement"]].compactMap(\.self)
        }
        if let arn = desired.configuration["DeadLetterConfig"]?["TargetArn"]?.string, !arn.isEmpty {
            statements.append(permission(arn.contains(":sqs:") ? "sqs:SendMessage" : "sns:Publish", arn))
        }
        for outcome in ["OnFailure", "OnSuccess"] {
            guard
                let arn = desired.deploy.asynchronous?.at("DestinationConfig", outcome, "Destination")?
                    .string
            else {
                continue
            }
            let actions = [
                (":sqs:", "sqs:SendMessage"), (":sns:", "sns:Publish"),
                (":lambda:", "lambda:InvokeFunction"),
                (":events:", "events:PutEvents"), (":s3:", "s3:PutObject"),
            ]
            if let action = actions.first(where: { arn.contains($0.0) })?.1 {
                statements.append(permission(action, arn))
            }
        }
        guard !statements.isEmpty else { return nil }
        // One queue may be for two purposes.
        let unique = statements.enumerated().filter { !statements[..<$0.offset].contains($0.element) }.map(\.element)
        return .object(["Version": .string("2012-10-17"), "Statement": .array(unique)])
    }

    private func permission(_ action: String, _ arn: String) -> JSON {
        .object([
            "Effect": .string("Allow"), "Action": .string(action),
            "Resource": .string(arn.contains(":s3:") ? arn + "/*" : arn),
        ])
    }

    /// The role that is made.
    var roleLane: Lane {
        guard usesOwnRole else { return [] }
        let role = JSON.string(naming.role)
        var lane: Lane = []
        if observed.role == nil {
            lane.append(
                Step(
                    .add,
                    "role \(naming.role)",
                    AWSCall(
                        "iam",
                        "create-role",
                        [
                            "RoleName": role, "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
                            "Description": .string("Execution role of the Lambda function \(desired.name)"),
                            "Tags": markList(),
                        ]
                    ).forgiving("EntityAlreadyExists")
                )
            )
        }
        for policy in neededPolicies where !observed.attachedPolicies.contains(policy) {
            lane.append(
                Step(
                    .add,
                    "policy \(policy.split(separator: "/").last ?? "") of the role",
                    AWSCall("iam", "attach-role-policy", ["RoleName": role, "PolicyArn": .string(policy)])
                )
            )
        }
        if let policy = inlinePolicy, policy != observed.inlinePolicy {
            lane.append(
                Step(
                    observed.inlinePolicy == nil ? .add : .change,
                    "policy \(naming.policy) of the role",
                    AWSCall(
                        "iam",
                        "put-role-policy",
                        [
                            "RoleName": role, "PolicyName": .string(naming.policy),
                            "PolicyDocument": .string(policy.text()),
                        ]
                    )
                )
            )
        }
        return lane.isEmpty ? [.keep("role \(naming.role)")] : lane
    }

    /// The log group, made before the function: one that Lambda makes keeps logs for ever.
    var logLane: Lane {
        let group = desired.configuration["LoggingConfig"]?["LogGroup"]?.string ?? naming.logGroup
        let wish = desired.deploy.logRetention
        guard wish != .asItIs else { return [] }
        var lane: Lane = []
        if observed.logGroup == nil {
            lane.append(
                Step(
                    .add,
                    "log group \(group)",
                    AWSCall("logs", "create-log-group", ["logGroupName": .string(group), "tags": mark])
                        .forgiving("ResourceAlreadyExistsException")
                )
            )
        }
        let present = observed.logGroup?["retentionInDays"]?.int
        func days(_ number: Int?) -> String { number.map { "\($0) days" } ?? "for ever" }
        switch wish {
        case .some(let number) where number != present:
            lane.append(
                Step(
                    .change,
                    "logs are kept \(days(present)) -> \(days(number))",
                    AWSCall(
                        "logs",
                        "put-retention-policy",
                        ["logGroupName": .string(group), "retentionInDays": .int(number)]
                    )
                )
            )
        case .none where present != nil:
            lane.append(
                Step(
                    .change,
                    "logs are kept \(days(present)) -> for ever",
                    AWSCall("logs", "delete-retention-policy", ["logGroupName": .string(group)])
                )
            )
        default: if lane.isEmpty { lane.append(.keep("log group \(group)")) }
        }
        return lane
    }

    /// The role by which the scheduler calls the function.
    var scheduleRoleLane: Lane {
        guard let schedules = desired.deploy.schedules, !schedules.isEmpty else { return [] }
        let role = JSON.string(naming.scheduleRole)
        let function = observed.functionARN(desired.name)
        let policy = JSON.object([
            "Version": .string("2012-10-17"),
            "Statement": .array([
                .object([
                    "Effect": .string("Allow"), "Action": .string("lambda:InvokeFunction"),
                    "Resource": .list([function, function + ":*"]),
                ])
            ]),
        ])
        var lane: Lane = []
        if observed.scheduleRole == nil {
            lane.append(
                Step(
                    .add,
                    "role \(naming.scheduleRole)",
                    AWSCall(
                        "iam",
                        "create-role",
                        [
                            "RoleName": role,
                            "AssumeRolePolicyDocument": trust("scheduler.amazonaws.com", account: observed.account),
                            "Description": .string(
                                "Lets EventBridge Scheduler call the Lambda function \(desired.name)"
                            ),
                            "Tags": markList(),
                        ]
                    ).forgiving("EntityAlreadyExists")
                )
            )
        }
        if policy != observed.scheduleRolePolicy {
            lane.append(
                Step(
                    observed.scheduleRolePolicy == nil ? .add : .change,
                    "policy \(naming.policy) of the role \(naming.scheduleRole)",
                    AWSCall(
                        "iam",
                        "put-role-policy",
                        [
                            "RoleName": role, "PolicyName": .string(naming.policy),
                            "PolicyDocument": .string(policy.text()),
                        ]
                    )
                )
            )
        }
        return lane
    }
}
