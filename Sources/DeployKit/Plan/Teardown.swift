import FunctionFile

/// What is ours of a function, and how it is removed: only what has our mark, in an order in which nothing that is left
/// calls what is gone.
package struct Teardown {
    /// What is there.
    package struct Inventory: Sendable, Equatable {
        /// What a deployment looks at as well.
        package var observed: Observed
        /// The permissions of the function and of its aliases, with the alias.
        package var statements: [(alias: String?, statement: PolicyStatement)] = []
        /// The names of the role's inline policies.
        package var inlinePolicies: [String] = []
        /// The policies attached to the scheduler's role.
        package var scheduleRolePolicies: [String] = []
        /// The repository, where it has our mark.
        package var repository: String?
        /// The packages in the bucket.
        package var objects: [String] = []

        package static func == (left: Inventory, right: Inventory) -> Bool {
            left.observed == right.observed
        }
    }

    private let desired: Desired
    private let inventory: Inventory
    private let naming: Naming

    /// Plans the end of a function.
    package init(desired: Desired, inventory: Inventory) {
        self.desired = desired
        self.inventory = inventory
        naming = desired.naming
    }

    private var observed: Observed { inventory.observed }
    private var name: JSON { .string(desired.name) }

    /// Everything that goes.
    ///
    /// - Parameters:
    ///   - logs: Whether the log group is deleted too.
    ///   - force: Whether a function without our mark is deleted.
    /// - Returns: The calls, in their order.
    /// - Throws: ``DeployError/contradiction(_:hint:)`` for a function that is not ours.
    package func plan(logs: Bool, force: Bool) throws(DeployError) -> Plan {
        if observed.function != nil, !observed.isOurs, !force {
            throw .contradiction(
                "'\(desired.name)' was not made by shim-deploy: it has no tag '\(Naming.tag)'",
                hint: "--force deletes it all the same"
            )
        }
        var plan = Plan()
        if observed.function != nil { addTriggers(to: &plan) }
        addSchedules(to: &plan)
        if observed.function != nil { addBuckets(to: &plan) }
        if let id = observed.api?["ApiId"] {
            plan.add(
                Step(
                    .remove,
                    "HTTP API",
                    AWSCall("apigatewayv2", "delete-api", ["ApiId": id]).forgiving("NotFoundException")
                )
            )
        }
        if observed.url != nil {
            var input: [String: JSON] = ["FunctionName": name]
            input["Qualifier"] = desired.deploy.alias.map { .string($0) }
            plan.add(
                Step(
                    .remove,
                    "URL",
                    AWSCall("lambda", "delete-function-url-config", input).forgiving(
                        "ResourceNotFoundException"
                    )
                )
            )
        }
        if observed.function != nil {
            let versions = observed.versions.count
            plan.add(
                Step(
                    .remove,
                    "function \(desired.name)"
                        + (versions > 0 ? " with \(versions) version\(versions == 1 ? "" : "s")" : ""),
                    AWSCall("lambda", "delete-function", ["FunctionName": name]).forgiving(
                        "ResourceNotFoundException"
                    )
                )
            )
        }
        if logs, let group = observed.logGroup?["logGroupName"] {
            plan.add(
                Step(
                    .remove,
                    "log group \(group.string ?? "")",
                    AWSCall("logs", "delete-log-group", ["logGroupName": group]).forgiving(
                        "ResourceNotFoundException"
                    )
                )
            )
        }
        addRole(to: &plan)
        addStorage(to: &plan)
        if !logs, let group = observed.logGroup?["logGroupName"]?.string {
            plan.notes.append("the log group '\(group)' stays; --logs deletes it too")
        }
        return plan
    }

    private func addTriggers(to plan: inout Plan) {
        for mapping in observed.mappings {
            guard let uuid = mapping["UUID"]?.string else { continue }
            let source = mapping["EventSourceArn"]?.string?.split(separator: ":").last ?? ""
            plan.add(
                Step(
                    [PlanLine(.remove, "events of \(source)")],
                    [
                        .call(
                            AWSCall("lambda", "delete-event-source-mapping", ["UUID": .string(uuid)])
                                .forgiving("ResourceNotFoundException")
                        ), .waitForMapping(uuid: uuid, gone: true),
                    ]
                )
            )
        }
    }

    private func addSchedules(to plan: inout Plan) {
        for schedule in observed.schedules.keys.sorted() {
            plan.add(
                Step(
                    .remove,
                    "schedule \(observed.schedules[schedule]?["ScheduleExpression"]?.string ?? schedule)",
                    AWSCall("scheduler", "delete-schedule", ["Name": .string(schedule)])
                        .forgiving("ResourceNotFoundException")
                )
            )
        }
        guard isOurs(observed.scheduleRole) else { return }
        plan.add(roleRemoval(naming.scheduleRole, attached: [], inline: [naming.policy]))
    }

    private func addBuckets(to plan: inout Plan) {
        for (_, statement) in inventory.statements {
            guard statement.id.hasPrefix("shim-deploy-s3-"), let bucket = statement.bucket else {
                continue
            }
            plan.add(Notifications.removal(from: bucket, of: desired.name, observed))
        }
    }

    private func addRole(to plan: inout Plan) {
        guard isOurs(observed.role) else { return }
        plan.add(
            roleRemoval(
                naming.role,
                attached: observed.attachedPolicies,
                inline: inventory.inlinePolicies
            )
        )
    }

    private func isOurs(_ role: JSON?) -> Bool {
        (role?["Tags"]?.array ?? []).contains {
            $0["Key"]?.string == Naming.tag && $0["Value"]?.string == desired.name
        }
    }

    private func roleRemoval(_ role: String, attached: [String], inline: [String]) -> Step {
        let base: [String: JSON] = ["RoleName": .string(role)]
        func call(_ operation: String, _ more: [String: JSON] = [:]) -> Action {
            .call(
                AWSCall("iam", operation, base.merging(more) { $1 }).forgiving(
                    "NoSuchEntity",
                    "NoSuchEntityException"
                )
            )
        }
        return Step(
            [PlanLine(.remove, "role \(role)")],
            attached.map { call("detach-role-policy", ["PolicyArn": .string($0)]) }
                + inline.map { call("delete-role-policy", ["PolicyName": .string($0)]) } + [
                    call("delete-role")
                ]
        )
    }

    private func addStorage(to plan: inout Plan) {
        if let repository = inventory.repository {
            plan.add(
                Step(
                    .remove,
                    "repository \(repository)",
                    AWSCall(
                        "ecr",
                        "delete-repository",
                        ["repositoryName": .string(repository), "force": .bool(true)]
                    )
                    .forgiving("RepositoryNotFoundException")
                )
            )
        }
        guard let bucket = desired.deploy.s3Bucket, !inventory.objects.isEmpty else { return }
        plan.add(
            Step(
                inventory.objects.map { PlanLine(.remove, "package s3://\(bucket)/\($0)") },
                inventory.objects.map {
                    .call(AWSCall("s3api", "delete-object", ["Bucket": .string(bucket), "Key": .string($0)]))
                }
            )
        )
    }
}

extension Survey {
    /// Reads everything that a function may have left.
    package func inventory(_ desired: Desired) throws -> Teardown.Inventory {
        var inventory = Teardown.Inventory(observed: try observe(desired, everything: true))
        let observed = inventory.observed
        inventory.statements = observed.statements.map { (nil, $0) }
        let aliases = observed.aliases.compactMap { $0["Name"]?.string }
        var calls = aliases.map {
            AWSCall(
                "lambda",
                "get-policy",
                ["FunctionName": .string(desired.name), "Qualifier": .string($0)]
            )
            .forgiving("ResourceNotFoundException")
        }
        calls.append(
            AWSCall("lambda", "get-policy", ["FunctionName": .string(desired.name)]).forgiving(
                "ResourceNotFoundException"
            )
        )
        // Lambda lists them by the name that they were made with.
        for name in [desired.name] + aliases.map({ "\(desired.name):\($0)" }) {
            calls.append(
                AWSCall("lambda", "list-event-source-mappings", ["FunctionName": .string(name)])
                    .forgiving("ResourceNotFoundException")
            )
        }
        calls.append(
            AWSCall("iam", "list-role-policies", ["RoleName": .string(desired.naming.role)]).forgiving(
                "NoSuchEntity"
            )
        )
        let repository = desired.deploy.repository ?? desired.name.lowercased()
        let isImage =
            observed.configuration?["PackageType"]?.string == "Image" || desired.deploy.repository != nil
        if isImage {
            let arn =
                "arn:\(observed.partition):ecr:\(observed.region):\(observed.account):repository/\(repository)"
            calls.append(
                AWSCall("ecr", "list-tags-for-resource", ["resourceArn": .string(arn)])
                    .forgiving("RepositoryNotFoundException")
            )
        }
        if let bucket = desired.deploy.s3Bucket {
            let prefix = "\(desired.deploy.s3Prefix)/\(desired.name)/"
            calls.append(
                AWSCall("s3api", "list-objects-v2", ["Bucket": .string(bucket), "Prefix": .string(prefix)])
                    .forgiving("NoSuchBucket")
            )
        }
        for (call, answer) in zip(calls, try client.answers(calls)) {
            guard case .success(let value) = answer else {
                if case .failure(let failure) = answer, !call.forgiven.contains(failure.code ?? "") {
                    throw DeployError.refused(failure)
                }
                continue
            }
            switch call.operation {
            case "get-policy":
                let alias = call.input["Qualifier"]?.string
                for statement in PolicyStatement.read(value)
                where !inventory.statements.contains(where: { $0.statement == statement }) {
                    inventory.statements.append((alias, statement))
                }
            case "list-event-source-mappings":
                for mapping in value["EventSourceMappings"]?.array ?? []
                where !inventory.observed.mappings.contains(where: { $0["UUID"] == mapping["UUID"] }) {
                    inventory.observed.mappings.append(mapping)
                }
            case "list-role-policies": inventory.inlinePolicies = value["PolicyNames"]?.strings ?? []
            case "list-tags-for-resource":
                let tags = value["tags"]?.array ?? []
                let isOurs = tags.contains {
                    $0["Key"]?.string == Naming.tag && $0["Value"]?.string == desired.name
                }
                inventory.repository = isOurs ? repository : nil
            default: inventory.objects = (value["Contents"]?.array ?? []).compactMap { $0["Key"]?.string }
            }
        }
        return inventory
    }
}
