import FunctionFile

/// What there is of a function, to be shown.
package struct FunctionStatus: Sendable {
    /// Rows of a name and a value.
    package let rows: [(name: String, value: String)]
    /// What is wrong with it.
    package let warnings: [String]

    /// Sums up what was read; `nil` where there is no function.
    package init?(_ desired: Desired, _ observed: Observed) {
        guard let configuration = observed.configuration else { return nil }
        func text(_ key: String) -> String { Comparison.label(configuration[key]) }
        let state = configuration["State"]?.string ?? "Active"
        let update = configuration["LastUpdateStatus"]?.string ?? "Successful"
        var rows: [(String, String)] = [
            ("function", configuration["FunctionArn"]?.string ?? observed.functionARN(desired.name)),
            ("made by", observed.isOurs ? "shim-deploy" : "somebody else"),
            ("state", update == "Successful" ? state : "\(state), last update \(update)"),
            ("code", text("CodeSha256")),
            (
                "settings",
                "\(text("Runtime") == "none" ? "image" : text("Runtime")), \(text("Architectures")), \(text("MemorySize")) MB, "
                    + "\(text("Timeout")) s"
            ), ("role", text("Role")),
        ]
        let variables = (configuration.at("Environment", "Variables")?.object ?? [:]).keys.sorted()
        if !variables.isEmpty { rows.append(("variables", variables.joined(separator: ", "))) }
        let layers = (configuration["Layers"]?.array ?? []).compactMap { $0["Arn"]?.string }
        rows += layers.map { ("layer", $0) }
        for alias in observed.aliases {
            rows.append(
                ("alias", "\(alias["Name"]?.string ?? "") -> \(alias["FunctionVersion"]?.string ?? "")")
            )
        }
        if let url = observed.url {
            let mode = (url["InvokeMode"]?.string ?? "BUFFERED").uppercased()
            rows.append(
                ("URL", "\(url["FunctionUrl"]?.string ?? "") (\(url["AuthType"]?.string ?? ""), \(mode))")
            )
        }
        if let api = observed.api?["ApiEndpoint"]?.string { rows.append(("HTTP API", api)) }
        for schedule in observed.schedules.sorted(by: { $0.key < $1.key }) {
            rows.append(("schedule", schedule.value["ScheduleExpression"]?.string ?? schedule.key))
        }
        for mapping in observed.mappings {
            rows.append(
                (
                    "events of",
                    "\(mapping["EventSourceArn"]?.string ?? "") (\(mapping["State"]?.string ?? ""))"
                )
            )
        }
        for statement in observed.statements {
            if let bucket = statement.bucket { rows.append(("events of", "bucket \(bucket)")) }
        }
        if let group = observed.logGroup {
            let days = group["retentionInDays"]?.int.map { "\($0) days" } ?? "for ever"
            rows.append(("logs", "\(group["logGroupName"]?.string ?? ""), kept \(days)"))
        }
        self.rows = rows
        warnings = Self.warnings(desired, observed, configuration)
    }

    private static func warnings(_ desired: Desired, _ observed: Observed, _ configuration: JSON)
        -> [String]
    {
        var warnings: [String] = []
        if observed.url?["AuthType"]?.string == "NONE" {
            let missing = [
                (observed.statements.contains(where: \.permitsPublicURL), "lambda:InvokeFunctionUrl"),
                (observed.statements.contains(where: \.permitsPublicInvocation), "lambda:InvokeFunction"),
            ].filter { !$0.0 }.map(\.1)
            if !missing.isEmpty {
                warnings.append(
                    "the URL answers 403: everybody lacks the permission \(missing.joined(separator: " and "))"
                        + "\nhint: 'shim-deploy --url' adds it"
                )
            }
        }
        for prefix in ["State", "LastUpdateStatus"] where configuration[prefix]?.string == "Failed" {
            warnings.append(configuration["\(prefix)Reason"]?.string ?? "\(prefix) is Failed")
        }
        return warnings
    }

    /// The rows as lines.
    package var text: String {
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map {
            $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.value + "\n"
        }.joined()
    }

    /// The rows as JSON: an array of objects.
    package var json: JSON {
        .object([
            "status": .array(
                rows.map { .object(["name": .string($0.name), "value": .string($0.value)]) }
            ),
            "warnings": .list(warnings),
        ])
    }
}
