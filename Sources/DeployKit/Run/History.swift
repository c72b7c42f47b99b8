import FunctionFile

/// The versions of a function and the aliases that name them.
package struct History: Sendable {
    private let function: String
    private let versions: [JSON]
    private let aliases: [JSON]

    /// What was read.
    package init(function: String, versions: [JSON], aliases: [JSON]) {
        self.function = function
        self.versions = versions
        self.aliases = aliases
    }

    /// Reads them.
    package static func read(_ function: String, _ client: AWSClient) throws -> History {
        let input: [String: JSON] = ["FunctionName": .string(function)]
        let calls = [
            AWSCall("lambda", "list-versions-by-function", input),
            AWSCall("lambda", "list-aliases", input),
        ]
        let answers = try client.answers(calls).map { answer in
            switch answer {
            case .success(let value): return value
            case .failure(let failure):
                guard failure.code == "ResourceNotFoundException" else {
                    throw DeployError.refused(failure)
                }
                throw DeployError.noFunction(function)
            }
        }
        return History(
            function: function,
            versions: (answers[0]["Versions"]?.array ?? []).filter { $0["Version"]?.string != "$LATEST" },
            aliases: answers[1]["Aliases"]?.array ?? []
        )
    }

    private var numbers: [Int] {
        versions.compactMap { $0["Version"]?.string.flatMap { Int($0) } }.sorted()
    }

    private func names(of version: String) -> [String] {
        aliases.filter { $0["FunctionVersion"]?.string == version }.compactMap { $0["Name"]?.string }
            .sorted()
    }

    /// One line a version, the newest first.
    package var text: String {
        guard !versions.isEmpty else { return "no versions are published\n" }
        let sorted = versions.sorted {
            ($0["Version"]?.string.flatMap { Int($0) } ?? 0)
                > ($1["Version"]?.string.flatMap { Int($0) } ?? 0)
        }
        return sorted.map { version in
            let number = version["Version"]?.string ?? ""
            let parts = [
                number, version["LastModified"]?.string ?? "",
                String((version["CodeSha256"]?.string ?? "").prefix(12)),
                version["Description"]?.string ?? "",
                names(of: number).map { "<- \($0)" }.joined(separator: " "),
            ]
            return parts.filter { !$0.isEmpty }.joined(separator: "  ") + "\n"
        }.joined()
    }

    /// The versions as JSON.
    package var json: JSON {
        .array(
            versions.map { version in
                .object([
                    "version": version["Version"] ?? .null, "codeSha256": version["CodeSha256"] ?? .null,
                    "lastModified": version["LastModified"] ?? .null,
                    "description": version["Description"] ?? .null,
                    "aliases": .list(names(of: version["Version"]?.string ?? "")),
                ])
            }
        )
    }

    /// Moves an alias back.
    ///
    /// - Parameters:
    ///   - name: The alias; the only one where `nil`.
    ///   - version: The version; the one before where `nil`.
    /// - Returns: The one call that moves it.
    /// - Throws: ``DeployError/contradiction(_:hint:)`` where there is no such alias or version.
    package func rollback(alias name: String?, to version: String?) throws(DeployError) -> Plan {
        let alias = try self.alias(name)
        let current = alias["FunctionVersion"]?.string ?? ""
        let target: String
        if let version {
            target = version
        } else {
            target = try self.version(before: current, alias: alias)
        }
        guard numbers.contains(Int(target) ?? -1) else {
            throw .contradiction(
                "there is no version \(target)",
                hint: "there are " + numbers.map(String.init).joined(separator: ", ")
            )
        }
        let aliasName = alias["Name"]?.string ?? ""
        var plan = Plan()
        guard target != current else {
            plan.add(.keep("alias \(aliasName) is at version \(target)"))
            return plan
        }
        var input: [String: JSON] = [
            "FunctionName": .string(function), "Name": .string(aliasName),
            "FunctionVersion": .string(target),
            "RoutingConfig": .object(["AdditionalVersionWeights": .object([:])]),
            "Description": .string("previous=\(current)"),
        ]
        input["RevisionId"] = alias["RevisionId"]
        plan.add(
            Step(
                .change,
                "alias \(aliasName) \(current) -> \(target)",
                AWSCall("lambda", "update-alias", input)
            )
        )
        return plan
    }

    private func alias(_ name: String?) throws(DeployError) -> JSON {
        let known = aliases.compactMap { $0["Name"]?.string }.sorted()
        if let name {
            guard let alias = aliases.first(where: { $0["Name"]?.string == name }) else {
                throw .contradiction(
                    "there is no alias '\(name)'",
                    hint: known.isEmpty
                        ? "shim-deploy --alias NAME makes one" : "there are " + known.joined(separator: ", ")
                )
            }
            return alias
        }
        guard aliases.count == 1, let alias = aliases.first else {
            throw .contradiction(
                known.isEmpty ? "the function has no alias" : "the function has \(known.count) aliases",
                hint: known.isEmpty
                    ? "shim-deploy --alias NAME makes one"
                    : "which of them? --alias " + known.joined(separator: "|")
            )
        }
        return alias
    }

    /// The version from which the alias came, or the next lower one.
    private func version(before current: String, alias: JSON) throws(DeployError) -> String {
        let description = alias["Description"]?.string ?? ""
        if description.hasPrefix("previous="), let previous = Int(description.dropFirst(9)),
            numbers.contains(previous),
            String(previous) != current
        {
            return String(previous)
        }
        guard let number = Int(current), let lower = numbers.last(where: { $0 < number }) else {
            throw .contradiction(
                "there is no version before \(current)",
                hint: "--version-number N names another"
            )
        }
        return String(lower)
    }
}
