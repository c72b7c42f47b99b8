import FunctionFile

/// From changed code to callers that get it: version, test, alias.
extension Planner {
    private static let version = Variable.place("VERSION")

    /// Publishes a version, tests it, and moves the alias to it.
    func addRelease(to plan: inout Plan) {
        let isNew = observed.function == nil
        let changes = plan.steps.contains { step in
            step.actions.contains { action in
                guard case .call(let call) = action else { return false }
                return ["update-function-configuration", "update-function-code", "create-function"]
                    .contains(
                        call.operation
                    )
            }
        }
        guard desired.publishes else {
            if changes, let smoke = smokeStep("$LATEST") { plan.add(smoke) }
            return
        }
        guard changes || aliasIsBehind || hasWeights else {
            if let alias = desired.deploy.alias { plan.add(.keep("alias \(alias)")) }
            return
        }
        if !isNew { plan.add(publication(codeChanges: plan)) }
        if let smoke = smokeStep(Self.version) { plan.add(smoke) }
        if let alias = desired.deploy.alias { plan.add(aliasSteps(alias)) }
    }

    /// Whether callers get something other than `$LATEST`: after a rollback, or a deployment that was cut short.
    private var aliasIsBehind: Bool {
        guard desired.deploy.alias != nil else { return false }
        guard observed.alias != nil, let configuration = observed.aliasConfiguration else {
            return true
        }
        guard configuration["CodeSha256"] == observed.configuration?["CodeSha256"] else { return true }
        let keys = [
            "Environment", "Layers", "MemorySize", "Timeout", "Role", "Handler", "Runtime", "Description",
        ]
        return keys.contains { key in
            Comparison.value(of: key, in: configuration, function: desired.name)
                != Comparison.value(of: key, in: observed.configuration ?? .null, function: desired.name)
        }
    }

    private var hasWeights: Bool {
        observed.alias?.at("RoutingConfig", "AdditionalVersionWeights")?.object?.isEmpty == false
    }

    private func publication(codeChanges plan: Plan) -> Step {
        let sends = plan.steps.contains { step in
            step.actions.contains {
                if case .call(let call) = $0 { call.operation == "update-function-code" } else { false }
            }
        }
        var input: [String: JSON] = ["FunctionName": name]
        // Refused where somebody else has deployed code meanwhile.
        if sends {
            input["CodeSha256"] = .string(Variable.place("SHA256"))
        } else if let sum = observed.configuration?["CodeSha256"] {
            input["CodeSha256"] = sum
        }
        return Step(
            .add,
            "version",
            AWSCall("lambda", "publish-version", input).capturing(.init("VERSION", "Version"))
        )
    }

    private func smokeStep(_ version: String) -> Step? {
        guard let event = desired.deploy.smoke else { return nil }
        return Step(
            [PlanLine(.run, "smoke test of the new version")],
            [.smoke(function: desired.name, version: version, event: event)]
        )
    }

    private func aliasSteps(_ alias: String) -> Lane {
        guard let present = observed.alias else {
            return [
                Step(
                    .add,
                    "alias \(alias)",
                    AWSCall(
                        "lambda",
                        "create-alias",
                        [
                            "FunctionName": name, "Name": .string(alias),
                            "FunctionVersion": .string(Self.version),
                        ]
                    )
                )
            ]
        }
        let old = present["FunctionVersion"]?.string ?? ""
        var steps: Lane = []
        var revision = present["RevisionId"]
        func update(_ version: String, _ weights: [String: JSON]) -> AWSCall {
            var input: [String: JSON] = [
                "FunctionName": name, "Name": .string(alias), "FunctionVersion": .string(version),
                "RoutingConfig": .object(["AdditionalVersionWeights": .object(weights)]),
                "Description": .string("previous=\(old)"),
            ]
            input["RevisionId"] = revision
            return AWSCall("lambda", "update-alias", input)
        }
        if let canary = desired.deploy.canary, old != "$LATEST" {
            let weight = JSON.number(canary.percent / 100)
            steps.append(
                Step(
                    [
                        PlanLine(
                            .change,
                            "alias \(alias): \(canary.percent)% of the calls for \(canary.seconds) s"
                        )
                    ],
                    [
                        .call(
                            update(old, [Self.version: weight]).capturing(.init("ALIAS_REVISION", "RevisionId"))
                        ),
                        .watch(
                            function: desired.name,
                            alias: alias,
                            version: Self.version,
                            seconds: canary.seconds
                        ),
                    ]
                )
            )
            if revision != nil { revision = .string(Variable.place("ALIAS_REVISION")) }
        }
        steps.append(
            Step(.change, "alias \(alias) \(old) -> the new version", update(Self.version, [:]))
        )
        return steps
    }

    /// Removes versions that are old and that no alias uses.
    func pruning(_ plan: Plan) -> Step? {
        guard let keep = desired.deploy.keepVersions else { return nil }
        let publishes = plan.steps.contains { $0.lines.contains(PlanLine(.add, "version")) }
        var used = Set<String>()
        for alias in observed.aliases {
            if let version = alias["FunctionVersion"]?.string { used.insert(version) }
            used.formUnion(
                alias.at("RoutingConfig", "AdditionalVersionWeights")?.object?.keys.map { $0 } ?? []
            )
        }
        let numbers = observed.versions.compactMap { $0["Version"]?.string.flatMap { Int($0) } }.sorted(
            by: >
        )
        let old = numbers.dropFirst(publishes ? keep - 1 : keep).filter { !used.contains(String($0)) }
            .sorted()
        guard !old.isEmpty else { return nil }
        return Step(
            old.map { PlanLine(.remove, "version \($0)") },
            old.map { number in
                .call(
                    AWSCall(
                        "lambda",
                        "delete-function",
                        ["FunctionName": name, "Qualifier": .string(String(number))]
                    )
                    .forgiving("ResourceNotFoundException")
                )
            }
        )
    }
}
