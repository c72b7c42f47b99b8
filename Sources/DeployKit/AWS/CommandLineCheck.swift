import FunctionFile
import ToolKit

extension AWSClient {
    /// Members of requests that AWS CLIs in use do not know yet, with what to do without them.
    private static let newMembers: [(service: String, operation: String, member: String, hint: String)] = [
        // October 2025.
        ("lambda", "add-permission", "InvokedViaFunctionUrl", "--url-auth aws_iam needs no such permission"),
        // April 2023.
        ("lambda", "create-function-url-config", "InvokeMode", "--invoke-mode buffered is the default without it"),
        ("lambda", "update-function-url-config", "InvokeMode", "--invoke-mode buffered is the default without it"),
    ]

    /// Looks whether the CLI knows what a plan is made of, before anything is done: its skeletons of requests tell, and ask
    /// nobody.
    ///
    /// - Throws: ``DeployError/contradiction(_:hint:)`` with the CLI's version.
    package func check(_ plan: Plan) throws {
        let calls = plan.steps.flatMap(\.actions).compactMap { action in
            if case .call(let call) = action { call } else { nil }
        }
        for (service, operation, member, hint) in Self.newMembers {
            guard
                calls.contains(where: {
                    $0.service == service && $0.operation == operation && $0.input[member] != nil
                })
            else { continue }
            var ask = AWSCall(service, operation)
            ask.positionals = ["--generate-cli-skeleton"]
            guard case .success(let skeleton) = try answers([ask])[0], let known = skeleton.object, known[member] == nil
            else { continue }
            throw DeployError.contradiction(
                "this AWS CLI\(try version()) is too old: its '\(service) \(operation)' does not know \(member)",
                hint: "update it; \(hint)"
            )
        }
    }

    /// ` (aws-cli/2.9.19)`; empty where the CLI does not say.
    private func version() throws -> String {
        let said = try toolbox.result(.aws, ["--version"])
        // Old ones of version 1 say it on standard error.
        let words = (said.text + said.errors).split(whereSeparator: \.isWhitespace)
        return words.first { $0.hasPrefix("aws-cli/") }.map { " (\($0))" } ?? ""
    }
}
