import FunctionFile

/// From what is there and what is desired, what to do: a pure function.
///
/// The order is the one in which nothing half done is ever called: role and log group, configuration, code, version, test of
/// the version, alias, permissions, addresses and triggers, and old versions last. Until the alias moves, callers get what
/// they got before.
package struct Planner {
    let desired: Desired
    let observed: Observed
    let naming: Naming
    /// Why a function that is there goes first: it could not be made, and nobody can call it.
    private let stillborn: String?

    /// Plans for a function.
    package init(desired: Desired, observed: Observed) {
        self.desired = desired
        let rest = observed.withoutStillborn()
        self.observed = rest ?? observed
        stillborn = rest == nil ? nil : observed.defect
        naming = desired.naming
    }

    /// Everything to do.
    ///
    /// - Throws: ``DeployError/contradiction(_:hint:)`` for what Lambda cannot do.
    package func plan() throws(DeployError) -> Plan {
        try check()
        var plan = Plan()
        plan.add(
            sideBySide: [roleLane, logLane, storageLane, scheduleRoleLane].filter { !$0.isEmpty }
                + layerLanes
        )
        if observed.function == nil {
            guard let step = try creation() else { throw noCode }
            if let stillborn { plan.add(removal(of: stillborn)) }
            plan.add(step)
        } else {
            try addUpdates(to: &plan)
        }
        if let concurrency = concurrencyStep { plan.add(concurrency) }
        addRelease(to: &plan)
        plan.add(addressSteps)
        plan.add(triggerSteps)
        if let prune = pruning(plan) { plan.add(prune) }
        plan.stages = plan.stages.map { $0.filter { !$0.isEmpty } }.filter { !$0.isEmpty }
        plan.notes += notes + sourceNotes
        if plan.isEmpty, let defect = observed.defect {
            throw .notReady(what: "the function cannot run", reason: defect)
        }
        return plan
    }

    private var noCode: DeployError {
        .contradiction(
            "there is no function '\(desired.name)' yet, and no package to make it of",
            hint: "shim-deploy PACKAGE \(desired.name)"
        )
    }

    private func removal(of reason: String) -> Step {
        Step(
            .remove,
            "function \(desired.name), which could not be made: \(reason)",
            AWSCall("lambda", "delete-function", ["FunctionName": name]).forgiving("ResourceNotFoundException")
        )
    }

    private func check() throws(DeployError) {
        if let code = desired.code, let configuration = observed.configuration {
            let isImage = configuration["PackageType"]?.string == "Image"
            guard isImage == code.isImage else {
                throw .contradiction(
                    "'\(desired.name)' is a function of \(isImage ? "an image" : "a zip"), which Lambda cannot change",
                    hint: "give it another name, or delete it first: shim-deploy delete \(desired.name)"
                )
            }
        }
        if observed.role != nil, desired.role == nil, usesOwnRole,
            observed.role?["AssumeRolePolicyDocument"] != nil,
            observed.role?["AssumeRolePolicyDocument"]?.text().contains("lambda.amazonaws.com") != true
        {
            throw .contradiction(
                "the role '\(naming.role)' does not let Lambda assume it",
                hint: "name another with --role, or let its trust policy name lambda.amazonaws.com"
            )
        }
    }

    /// The function's name in requests.
    var name: JSON { .string(desired.name) }
    /// The tag that marks what is ours.
    var mark: JSON { .object([Naming.tag: name]) }
    /// The same, for services that take tags as a list.
    func markList(_ key: String = "Key", _ value: String = "Value") -> JSON {
        .array([.object([key: .string(Naming.tag), value: name])])
    }

    /// The ARN that is called: the alias's where there is one.
    var targetARN: String {
        observed.functionARN(desired.name) + (desired.deploy.alias.map { ":" + $0 } ?? "")
    }

    /// Names the function, and the alias where there is one.
    var target: [String: JSON] {
        var input: [String: JSON] = ["FunctionName": name]
        if let alias = desired.deploy.alias { input["Qualifier"] = .string(alias) }
        return input
    }

    private var notes: [String] {
        var notes: [String] = []
        if observed.function != nil, !observed.isOurs {
            notes.append("'\(desired.name)' was not made by shim-deploy: 'delete' will leave it alone without --force")
        }
        if let url = observed.urlWithoutAlias, url != observed.url?["FunctionUrl"]?.string,
            desired.deploy.url.value != nil, let alias = desired.deploy.alias
        {
            notes.append(
                "\(url) stays, and calls what is newest and not the alias '\(alias)': --no-url without --alias takes it away"
            )
        }
        return notes
    }
}
