/// One line of the table that says which request means which call (the `http` traits of the service's model).
struct ControlRoute {
    let operation: ControlOperation
    let method: String
    /// The path; a name in braces is a parameter, which takes one part of the path, percent-encoded slashes included.
    let pattern: String
    /// The status of success.
    let status: Int
    /// A parameter of the query that must be there with this value, to tell calls of one path apart.
    var query: (name: String, value: String)?

    private static let functions = "/2015-03-31/functions"
    private static let function = "/2015-03-31/functions/{FunctionName}"
    private static let layers = "/2018-10-31/layers"
    private static let layer = "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}"
    private static let signings = "/2020-04-22/code-signing-configs"
    private static let mappings = "/2015-03-31/event-source-mappings"

    private init(
        _ operation: ControlOperation,
        _ method: String,
        _ pattern: String,
        _ status: Int = 200,
        query: (name: String, value: String)? = nil
    ) {
        self.operation = operation
        self.method = method
        self.pattern = pattern
        self.status = status
        self.query = query
    }

    /// The whole table; the first line that fits is taken.
    static let all: [ControlRoute] = [
        .init(.createFunction, "POST", functions, 201),
        .init(.listFunctions, "GET", functions),
        .init(.getFunction, "GET", function),
        .init(.deleteFunction, "DELETE", function, 204),
        .init(.getFunctionConfiguration, "GET", function + "/configuration"),
        .init(.updateFunctionConfiguration, "PUT", function + "/configuration"),
        .init(.updateFunctionCode, "PUT", function + "/code"),
        .init(.publishVersion, "POST", function + "/versions", 201),
        .init(.listVersions, "GET", function + "/versions"),
        .init(.createAlias, "POST", function + "/aliases", 201),
        .init(.listAliases, "GET", function + "/aliases"),
        .init(.getAlias, "GET", function + "/aliases/{Name}"),
        .init(.updateAlias, "PUT", function + "/aliases/{Name}"),
        .init(.deleteAlias, "DELETE", function + "/aliases/{Name}", 204),
        .init(.addPermission, "POST", function + "/policy", 201),
        .init(.getPolicy, "GET", function + "/policy"),
        .init(.removePermission, "DELETE", function + "/policy/{StatementId}", 204),
        .init(.createFunctionURL, "POST", "/2021-10-31/functions/{FunctionName}/url", 201),
        .init(.getFunctionURL, "GET", "/2021-10-31/functions/{FunctionName}/url"),
        .init(.updateFunctionURL, "PUT", "/2021-10-31/functions/{FunctionName}/url"),
        .init(.deleteFunctionURL, "DELETE", "/2021-10-31/functions/{FunctionName}/url", 204),
        .init(.listFunctionURLs, "GET", "/2021-10-31/functions/{FunctionName}/urls"),
        .init(.putConcurrency, "PUT", "/2017-10-31/functions/{FunctionName}/concurrency"),
        .init(.deleteConcurrency, "DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", 204),
        .init(.getConcurrency, "GET", "/2019-09-30/functions/{FunctionName}/concurrency"),
        .init(
            .listProvisioned,
            "GET",
            "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
            query: ("List", "ALL")
        ),
        .init(.putProvisioned, "PUT", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency", 202),
        .init(.getProvisioned, "GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"),
        .init(.deleteProvisioned, "DELETE", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency", 204),
        .init(.putEventInvoke, "PUT", "/2019-09-25/functions/{FunctionName}/event-invoke-config"),
        .init(.updateEventInvoke, "POST", "/2019-09-25/functions/{FunctionName}/event-invoke-config"),
        .init(.getEventInvoke, "GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config"),
        .init(.deleteEventInvoke, "DELETE", "/2019-09-25/functions/{FunctionName}/event-invoke-config", 204),
        .init(.listEventInvokes, "GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config/list"),
        .init(.getLayerByARN, "GET", layers, query: ("find", "LayerVersion")),
        .init(.listLayers, "GET", layers),
        .init(.publishLayer, "POST", layers + "/{LayerName}/versions", 201),
        .init(.listLayerVersions, "GET", layers + "/{LayerName}/versions"),
        .init(.getLayer, "GET", layer),
        .init(.deleteLayer, "DELETE", layer, 204),
        .init(.addLayerPermission, "POST", layer + "/policy", 201),
        .init(.getLayerPolicy, "GET", layer + "/policy"),
        .init(.removeLayerPermission, "DELETE", layer + "/policy/{StatementId}", 204),
        .init(.listTags, "GET", "/2017-03-31/tags/{Resource}"),
        .init(.tagResource, "POST", "/2017-03-31/tags/{Resource}", 204),
        .init(.untagResource, "DELETE", "/2017-03-31/tags/{Resource}", 204),
        .init(.getAccountSettings, "GET", "/2016-08-19/account-settings"),
        .init(.putRuntimeManagement, "PUT", "/2021-07-20/functions/{FunctionName}/runtime-management-config"),
        .init(.getRuntimeManagement, "GET", "/2021-07-20/functions/{FunctionName}/runtime-management-config"),
        .init(.putRecursion, "PUT", "/2024-08-31/functions/{FunctionName}/recursion-config"),
        .init(.getRecursion, "GET", "/2024-08-31/functions/{FunctionName}/recursion-config"),
        .init(.getCodeSigning, "GET", "/2020-06-30/functions/{FunctionName}/code-signing-config"),
        .init(.putCodeSigning, "PUT", "/2020-06-30/functions/{FunctionName}/code-signing-config"),
        .init(.deleteCodeSigning, "DELETE", "/2020-06-30/functions/{FunctionName}/code-signing-config", 204),
        .init(.listSignings, "GET", signings),
        .init(.createSigning, "POST", signings, 201),
        .init(.getSigning, "GET", signings + "/{CodeSigningConfigArn}"),
        .init(.updateSigning, "PUT", signings + "/{CodeSigningConfigArn}"),
        .init(.deleteSigning, "DELETE", signings + "/{CodeSigningConfigArn}", 204),
        .init(.listFunctionsBySigning, "GET", signings + "/{CodeSigningConfigArn}/functions"),
        .init(.createMapping, "POST", mappings, 202),
        .init(.listMappings, "GET", mappings),
        .init(.getMapping, "GET", mappings + "/{UUID}"),
        .init(.updateMapping, "PUT", mappings + "/{UUID}", 202),
        .init(.deleteMapping, "DELETE", mappings + "/{UUID}", 202),
    ]

    /// The line of the table for a request, with the parameters of its path, decoded.
    static func find(
        method: String,
        path: Substring,
        query: [(name: String, value: String)]
    ) -> (route: ControlRoute, parameters: [String: String])? {
        // Go's client puts a slash at the end of some paths (`/2015-03-31/functions/`).
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        if parts.last == "" { parts.removeLast() }
        for route in all where route.method == method {
            if let wanted = route.query, !query.contains(where: { $0 == wanted }) { continue }
            if let parameters = route.parameters(of: parts) { return (route, parameters) }
        }
        return nil
    }

    private func parameters(of parts: [String]) -> [String: String]? {
        let pattern = pattern.split(separator: "/")
        guard pattern.count == parts.count else { return nil }
        var parameters: [String: String] = [:]
        for (wanted, part) in zip(pattern, parts) {
            if wanted.hasPrefix("{") {
                guard !part.isEmpty, let value = PercentCoding.decode(part) else { return nil }
                parameters[String(wanted.dropFirst().dropLast())] = value
            } else if wanted != part {
                return nil
            }
        }
        return parameters
    }
}
