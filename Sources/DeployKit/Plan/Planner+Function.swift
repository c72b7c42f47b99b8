import FunctionFile

/// The function itself: its configuration, its code, its tags.
extension Planner {
    /// The variables that the function is to have; `nil` leaves them as they are.
    var variables: [String: String]? {
        let present = (observed.configuration?.at("Environment", "Variables")?.object ?? [:])
            .compactMapValues(\.string)
        let unset = desired.deploy.unsetVariables
        if desired.deploy.mergesEnvironment || (desired.variables == nil && !unset.isEmpty) {
            var merged = present.merging(desired.variables ?? [:]) { $1 }
            for name in unset { merged[name] = nil }
            return merged
        }
        guard var variables = desired.variables else { return nil }
        for name in unset { variables[name] = nil }
        return variables
    }

    /// The configuration by the members that CreateFunction and UpdateFunctionConfiguration share.
    private var wanted: [String: JSON] {
        var wanted = desired.configuration.filter { !ConfigurationKeys.notUpdatable.contains($0.key) }
        if let roleARN { wanted["Role"] = .string(roleARN) }
        if let variables { wanted["Environment"] = .object(["Variables": .texts(variables)]) }
        if let layerARNs { wanted["Layers"] = .list(layerARNs) }
        return wanted
    }

    /// What makes the function.
    func creation() throws(DeployError) -> Step? {
        guard let code = desired.code else { return nil }
        var input = desired.configuration.merging(wanted) { $1 }
        input["FunctionName"] = name
        input["Tags"] = .object(
            (desired.tags ?? [:]).mapValues { .string($0) }.merging([Naming.tag: name]) { $1 }
        )
        if code.isImage {
            input["PackageType"] = .string("Image")
            for key in ["Runtime", "Handler", "Layers"] { input[key] = nil }
        } else {
            input["Runtime"] = input["Runtime"] ?? .string("provided.al2023")
            input["Handler"] = input["Handler"] ?? .string("bootstrap")
        }
        if let architecture = desired.architecture { input["Architectures"] = .list([architecture]) }
        input["Publish"] = desired.publishes ? .bool(true) : nil
        guard input["Role"] != nil else {
            throw .contradiction("the function needs a role", hint: "--role ARN")
        }
        var call = self.code(AWSCall("lambda", "create-function", input), creating: true)
        if call.input["Code"] == .object([:]) { call.input["Code"] = nil }
        if desired.publishes { call = call.capturing(.init("VERSION", "Version")) }
        var step = Step(
            [PlanLine(.add, "function \(desired.name)")],
            [.call(call), .waitForFunction(desired.name)]
        )
        step.lines += variableLines(present: [:])
        return step
    }

    /// What changes the function.
    func addUpdates(to plan: inout Plan) throws(DeployError) {
        let configuration = configurationStep
        let code = codeStep
        // Layers are of one architecture: code of another one must come first.
        let codeFirst = changesArchitecture && observed.configuration?["Layers"] != nil
        let steps = (codeFirst ? [code, configuration] : [configuration, code]).compactMap(\.self)
        if steps.contains(where: { !$0.actions.isEmpty }), isBusy {
            plan.add(
                Step([PlanLine(.run, "wait for the update in progress")], [.waitForFunction(desired.name)])
            )
        }
        for step in steps { plan.add(step) }
        if let tags = tagStep { plan.add(tags) }
    }

    private var isBusy: Bool {
        observed.configuration?["LastUpdateStatus"]?.string == "InProgress"
            || observed.configuration?["State"]?.string == "Pending"
    }

    private var configurationStep: Step? {
        guard let present = observed.configuration else { return nil }
        var changes: [String: JSON] = [:]
        var lines: [PlanLine] = []
        for (key, value) in wanted.sorted(by: { $0.key < $1.key }) {
            if key == "Environment" {
                let failed = present["Environment"]?["Error"] != nil
                let own = variableLines(
                    present: (present.at("Environment", "Variables")?.object ?? [:]).compactMapValues(
                        \.string
                    )
                )
                guard !own.isEmpty || failed else { continue }
                lines += failed ? [PlanLine(.change, "variables, which KMS did not let anybody read")] : own
                changes[key] = value
                continue
            }
            guard !isSame(key, value, present) else { continue }
            let before = Comparison.value(of: key, in: present, function: desired.name)
            lines.append(
                PlanLine(
                    .change,
                    "\(Self.label(key)) \(Comparison.label(before)) -> \(shown(Comparison.label(value)))"
                )
            )
            changes[key] = value
        }
        guard !changes.isEmpty else { return .keep("configuration") }
        changes["FunctionName"] = name
        return Step(
            lines,
            [
                .call(AWSCall("lambda", "update-function-configuration", changes)),
                .waitForFunction(desired.name),
            ]
        )
    }

    private func isSame(_ key: String, _ value: JSON, _ present: JSON) -> Bool {
        if key == "Layers" {
            let arns = (present["Layers"]?.array ?? []).compactMap { $0["Arn"]?.string ?? $0.string }
            return arns == value.strings
        }
        return Comparison.holds(key, value, in: present, function: desired.name)
    }

    private func shown(_ text: String) -> String { Variable.replace(text) { _ in "(new)" } }

    private func variableLines(present: [String: String]) -> [PlanLine] {
        guard let variables else { return [] }
        return Set(variables.keys).union(present.keys).sorted().compactMap { name in
            switch (present[name], variables[name]) {
            case (nil, _?): PlanLine(.add, "variable \(name)")
            case (_?, nil): PlanLine(.remove, "variable \(name)")
            case (let before, let after): before == after ? nil : PlanLine(.change, "variable \(name)")
            }
        }
    }

    /// What a member is called in a line of a plan.
    private static func label(_ key: String) -> String {
        let labels = [
            "MemorySize": "memory", "Timeout": "timeout", "EphemeralStorage": "ephemeral storage",
            "VpcConfig": "VPC",
            "TracingConfig": "tracing", "LoggingConfig": "logging", "DeadLetterConfig": "dead letters",
            "FileSystemConfigs": "file systems", "KMSKeyArn": "KMS key",
            "ImageConfig": "image configuration",
            "SnapStart": "SnapStart",
        ]
        return labels[key] ?? key.lowercased()
    }

    private var changesArchitecture: Bool {
        guard let architecture = desired.architecture, let present = observed.configuration else {
            return false
        }
        return (present["Architectures"]?.strings ?? ["x86_64"]) != [architecture]
    }

    /// Whether a version has the code that is desired.
    func hasCode(_ configuration: JSON) -> Bool {
        let sum = configuration["CodeSha256"]?.string
        switch desired.code {
        case .zip(_, let own, _)?: return sum == own
        case .image(_, let digest)?: return sum == digest
        case .reference(let image)?:
            let code = observed.function?["Code"]
            return code?["ImageUri"]?.string == image || code?["ResolvedImageUri"]?.string == image
        // Only Lambda knows what is there now.
        case .object?: return false
        case nil: return true
        }
    }

    private var codeStep: Step? {
        guard desired.code != nil, let present = observed.configuration else { return nil }
        if hasCode(present), !changesArchitecture { return .keep("code") }
        var call = AWSCall("lambda", "update-function-code", ["FunctionName": name])
        if let architecture = desired.architecture {
            call.input["Architectures"] = .list([architecture])
        }
        call = code(call, creating: false).capturing(
            .init("SHA256", "CodeSha256"),
            .init("REVISION", "RevisionId")
        )
        var lines: [PlanLine] = hasCode(present) ? [] : [PlanLine(.change, "code")]
        if changesArchitecture {
            let before = (present["Architectures"]?.strings ?? ["x86_64"]).joined()
            lines.append(PlanLine(.change, "architecture \(before) -> \(desired.architecture ?? "")"))
        }
        return Step(lines, [.call(call), .waitForFunction(desired.name)])
    }

    private var tagStep: Step? {
        guard let tags = desired.tags else { return nil }
        let present = (observed.function?["Tags"]?.object ?? [:]).compactMapValues(\.string)
            .filter { !$0.key.hasPrefix("aws:") && $0.key != Naming.tag }
        let changed = tags.filter { present[$0.key] != $0.value }
        let gone = present.keys.filter { tags[$0] == nil }.sorted()
        let arn = JSON.string(
            observed.configuration?["FunctionArn"]?.string ?? observed.functionARN(desired.name)
        )
        var step = Step([], [])
        if !changed.isEmpty {
            step.lines += changed.keys.sorted().map {
                PlanLine(present[$0] == nil ? .add : .change, "tag \($0)")
            }
            step.actions.append(
                .call(AWSCall("lambda", "tag-resource", ["Resource": arn, "Tags": .texts(changed)]))
            )
        }
        if !gone.isEmpty {
            step.lines += gone.map { PlanLine(.remove, "tag \($0)") }
            step.actions.append(
                .call(AWSCall("lambda", "untag-resource", ["Resource": arn, "TagKeys": .list(gone)]))
            )
        }
        return step.actions.isEmpty ? .keep("tags") : step
    }

    /// How many environments there may be.
    var concurrencyStep: Step? {
        let present = observed.function?.at("Concurrency", "ReservedConcurrentExecutions")?.int
        func label(_ number: Int?) -> String { number.map(String.init) ?? "no limit" }
        switch desired.deploy.concurrency {
        case .some(let number) where number != present:
            return Step(
                .change,
                "reserved concurrency \(label(present)) -> \(number)",
                AWSCall(
                    "lambda",
                    "put-function-concurrency",
                    ["FunctionName": name, "ReservedConcurrentExecutions": .int(number)]
                )
            )
        case .none where present != nil:
            return Step(
                .change,
                "reserved concurrency \(label(present)) -> no limit",
                AWSCall("lambda", "delete-function-concurrency", ["FunctionName": name])
            )
        default: return nil
        }
    }
}
