import FunctionFile

/// The addresses by which the world reaches the function: its URL, an HTTP API.
extension Planner {
    /// Statements first, then the URL, so that it never answers 403 for lack of them.
    var addressSteps: Lane { urlSteps + apiSteps }

    private func permission(_ id: String, _ members: [String: JSON]) -> AWSCall {
        AWSCall(
            "lambda",
            "add-permission",
            target.merging(["StatementId": .string(id)]) { $1 }.merging(members) { $1 }
        )
    }

    private func removal(_ id: String) -> AWSCall {
        AWSCall("lambda", "remove-permission", target.merging(["StatementId": .string(id)]) { $1 })
            .forgiving("ResourceNotFoundException")
    }

    private var urlSteps: Lane {
        switch desired.deploy.url {
        case .asItIs: return []
        case .none: return urlRemoval
        case .some(let url):
            return url.authType == "NONE" ? publicStatements + [urlStep(url)] : [urlStep(url)] + closing
        }
    }

    /// The two statements that a public URL needs; the second one since October 2025, so that older URLs lack it.
    private var publicStatements: Lane {
        var steps: Lane = []
        let repairs = observed.url != nil ? ", without which the URL answers 403" : ""
        for (id, action, condition, holds) in [
            (
                Naming.urlStatement, "lambda:InvokeFunctionUrl",
                ("FunctionUrlAuthType", JSON.string("NONE")),
                observed.statements.contains(where: \.permitsPublicURL)
            ),
            (
                Naming.urlInvokeStatement, "lambda:InvokeFunction",
                ("InvokedViaFunctionUrl", JSON.bool(true)),
                observed.statements.contains(where: \.permitsPublicInvocation)
            ),
        ] where !holds {
            var calls: [AWSCall] = []
            // The name is taken by a statement that permits something else.
            if observed.statements.contains(where: { $0.id == id }) { calls.append(removal(id)) }
            calls.append(
                permission(
                    id,
                    ["Action": .string(action), "Principal": .string("*"), condition.0: condition.1]
                ).forgiving("ResourceConflictException")
            )
            steps.append(
                Step(
                    [PlanLine(.add, "permission \(action) for everybody\(repairs)")],
                    calls.map { .call($0) }
                )
            )
        }
        return steps
    }

    private func urlStep(_ url: DeploySettings.URL) -> Step {
        var input = target
        input["AuthType"] = .string(url.authType)
        // The default stays unsaid: AWS CLIs of before April 2023 do not know the member.
        if url.invokeMode != "BUFFERED" || observed.url?["InvokeMode"]?.string?.uppercased() == "RESPONSE_STREAM" {
            input["InvokeMode"] = .string(url.invokeMode)
        }
        input["Cors"] = url.cors
        let capture = AWSCall.Capture("URL", "FunctionUrl")
        guard let present = observed.url else {
            return Step(
                .add,
                "URL (\(url.authType), \(url.invokeMode))",
                AWSCall("lambda", "create-function-url-config", input).capturing(capture)
            )
        }
        var lines: [PlanLine] = []
        for (label, before, after) in [
            ("URL auth", present["AuthType"]?.string ?? "", url.authType),
            ("URL mode", (present["InvokeMode"]?.string ?? "BUFFERED").uppercased(), url.invokeMode),
        ] where before != after { lines.append(PlanLine(.change, "\(label) \(before) -> \(after)")) }
        if let cors = url.cors,
            !Comparison.holds(cors, in: present["Cors"] ?? .object([:]), key: "Cors")
                || (cors.object?.isEmpty == true && present["Cors"]?.object?.isEmpty == false)
        {
            lines.append(PlanLine(.change, "URL CORS"))
        }
        guard !lines.isEmpty else { return .keep("URL") }
        return Step(
            lines,
            [.call(AWSCall("lambda", "update-function-url-config", input).capturing(capture))]
        )
    }

    /// A URL that is no longer for everybody loses the statements of one that is; others stay.
    private var closing: Lane {
        observed.statements.filter { $0.permitsPublicURL || $0.permitsPublicInvocation }.map {
            statement in
            Step(.remove, "permission \(statement.id) for everybody", removal(statement.id))
        }
    }

    private var urlRemoval: Lane {
        guard observed.url != nil else { return closing }
        return [
            Step(
                .remove,
                "URL",
                AWSCall("lambda", "delete-function-url-config", target).forgiving(
                    "ResourceNotFoundException"
                )
            )
        ] + closing
    }

    private var apiSteps: Lane {
        switch desired.deploy.httpAPI {
        case .asItIs: return []
        case .none:
            var calls: [AWSCall] = []
            if let id = observed.api?["ApiId"] {
                calls.append(AWSCall("apigatewayv2", "delete-api", ["ApiId": id]).forgiving("NotFoundException"))
            }
            // Also where a run that was cut short has left it.
            if observed.statements.contains(where: { $0.id == naming.apiStatement }) {
                calls.append(removal(naming.apiStatement))
            }
            return calls.isEmpty ? [] : [Step([PlanLine(.remove, "HTTP API")], calls.map { .call($0) })]
        case .some(let api): return apiSteps(api)
        }
    }

    private func apiSteps(_ api: DeploySettings.HTTPAPI) -> Lane {
        var steps: Lane = []
        let id: String
        if let present = observed.api, let present = present["ApiId"]?.string {
            id = present
            var changes: [String: JSON] = [:]
            if let target = observed.apiTarget, target != targetARN {
                changes["Target"] = .string(targetARN)
            }
            if let cors = api.cors,
                !Comparison.holds(cors, in: observed.api?["CorsConfiguration"], key: "Cors")
            {
                changes["CorsConfiguration"] = cors
            }
            if !changes.isEmpty {
                steps.append(
                    Step(
                        [PlanLine(.change, "HTTP API \(changes.keys.sorted().joined(separator: ", "))")],
                        [
                            .call(
                                AWSCall(
                                    "apigatewayv2",
                                    "update-api",
                                    changes.merging(["ApiId": .string(id)]) { $1 }
                                )
                            )
                        ]
                    )
                )
            }
        } else {
            id = Variable.place("API")
            var input: [String: JSON] = [
                "Name": name, "ProtocolType": .string("HTTP"), "Target": .string(targetARN), "Tags": mark,
            ]
            input["CorsConfiguration"] = api.cors
            steps.append(
                Step(
                    .add,
                    "HTTP API \(desired.name)",
                    AWSCall("apigatewayv2", "create-api", input)
                        .capturing(.init("API", "ApiId"), .init("API_ENDPOINT", "ApiEndpoint"))
                )
            )
        }
        let source =
            "arn:\(observed.partition):execute-api:\(observed.region):\(observed.account):\(id)/*/*"
        if !observed.statements.contains(where: {
            $0.permits("apigateway.amazonaws.com", source: source)
        }) {
            var calls: [AWSCall] = []
            if observed.statements.contains(where: { $0.id == naming.apiStatement }) {
                calls.append(removal(naming.apiStatement))
            }
            calls.append(
                permission(
                    naming.apiStatement,
                    [
                        "Action": .string("lambda:InvokeFunction"),
                        "Principal": .string("apigateway.amazonaws.com"),
                        "SourceArn": .string(source),
                    ]
                )
            )
            steps.append(Step([PlanLine(.add, "permission of the HTTP API")], calls.map { .call($0) }))
        }
        return steps.isEmpty ? [.keep("HTTP API")] : steps
    }
}
