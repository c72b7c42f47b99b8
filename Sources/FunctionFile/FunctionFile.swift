import Foundation

/// The description of one function: what `shim-deploy` puts on AWS and `shim-sim serve --config` runs here.
///
/// Its members are those of Lambda's CreateFunction, by AWS's own names, so that the answer of `aws lambda
/// get-function-configuration` and the `function.json` of lambroll are such files; one more, `Deploy`, has the rest. What the
/// file does not name is not managed.
package struct FunctionFile: Sendable, Equatable {
    /// The members of CreateFunction, checked; without `FunctionName` and those that only answers have.
    package var configuration: [String: JSON] = [:]
    /// The function's name.
    package var name: String?
    /// The member `Deploy`.
    package var deploy = DeploySettings()
    /// The folder from which the file's relative paths are taken.
    package var folder = "."

    /// A file that says nothing.
    package init() {}

    /// Reads a file's text.
    ///
    /// - Parameters:
    ///   - text: The bytes of the file.
    ///   - file: Its path, for messages and for the paths in it.
    ///   - variables: The values of `${NAME}`.
    /// - Throws: ``FunctionFileError`` that names the member.
    package init(_ text: [UInt8], file: String, variables: [String: String]) throws(FunctionFileError) {
        let value = try Self.substituted(try Self.parse(text, file: file), file: file, variables)
        guard case .object(let members) = value else {
            throw FunctionFileError(
                file: file,
                "it must be an object with the members of Lambda's CreateFunction"
            )
        }
        folder =
            file.lastIndex(of: "/").map { file.startIndex == $0 ? "/" : String(file[..<$0]) } ?? "."
        let known = ConfigurationKeys.shapes.merging(["Deploy": .any]) { $1 }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            if key == "Deploy" {
                deploy = try DeploySettings(value, file: file)
            } else if !ConfigurationKeys.answersOnly.contains(key) {
                try Shape.shape(of: key, among: known, key, file: file).check(value, key, file: file)
                configuration[key] = value
            }
        }
        name = configuration.removeValue(forKey: "FunctionName")?.string
        Self.dropAnswers(from: &configuration)
    }

    /// Whether the text looks like such a file, and not like one with several functions for the simulator.
    package static func isOne(_ text: [UInt8]) -> Bool {
        guard
            let members = JSON.parse(text)?.object
                ?? JSON.parse(Substitution.withoutTemplates(String(decoding: text, as: UTF8.self)).utf8)?
                .object
        else { return false }
        return members["Deploy"] != nil || members.keys.contains { ConfigurationKeys.shapes[$0] != nil }
    }

    private static func parse(_ text: [UInt8], file: String) throws(FunctionFileError) -> JSON {
        let text = Substitution.withoutTemplates(String(decoding: text, as: UTF8.self))
        if let range = text.range(of: #"\{\{.*?\}\}"#, options: .regularExpression) {
            throw FunctionFileError(
                file: file,
                "a template of lambroll that is not for the environment: \(text[range])",
                hint: "write ${NAME} and set NAME in the environment"
            )
        }
        do {
            return try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
        } catch DecodingError.dataCorrupted(let context) {
            let detail = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
            throw FunctionFileError(file: file, "it is not JSON: " + (detail ?? context.debugDescription))
        } catch {
            throw FunctionFileError(file: file, "it is not JSON")
        }
    }

    private static func substituted(
        _ value: JSON,
        file: String,
        _ variables: [String: String]
    ) throws(FunctionFileError) -> JSON {
        do {
            return try Substitution(variables: variables).apply(value)
        } catch let missing as Substitution.Missing {
            throw FunctionFileError(
                file: file,
                "the variable '\(missing.name)' is not set",
                hint: "export \(missing.name), or write ${\(missing.name):-VALUE}"
            )
        } catch {
            throw FunctionFileError(
                file: file,
                "a '${' that is neither ${NAME} nor ${NAME:-VALUE}",
                hint: "$${ stands for ${ itself"
            )
        }
    }

    /// What answers of Lambda have below members that can be set.
    private static func dropAnswers(from configuration: inout [String: JSON]) {
        func edit(_ key: String, _ change: (inout [String: JSON]) -> Void) {
            guard var members = configuration[key]?.object else { return }
            change(&members)
            configuration[key] = .object(members)
        }
        edit("VpcConfig") { $0["VpcId"] = nil }
        edit("Environment") { $0["Error"] = nil }
        edit("SnapStart") { $0["OptimizationStatus"] = nil }
        if let layers = configuration["Layers"]?.array {
            configuration["Layers"] = .array(layers.map { $0["Arn"] ?? $0 })
        }
    }
}

extension FunctionFile {
    /// The variables that the file sets; `nil` where it does not speak of them.
    package var variables: [String: String]? {
        guard let environment = configuration["Environment"] else { return nil }
        return (environment["Variables"]?.object ?? [:]).compactMapValues(\.string)
    }

    /// The layers, ARNs and paths of zip files or folders; `nil` where the file does not speak of them.
    package var layers: [String]? { configuration["Layers"]?.strings }

    /// A path of the file, from the working directory.
    package func path(_ path: String) -> String {
        path.hasPrefix("/") || folder == "." ? path : folder + "/" + path
    }
}
