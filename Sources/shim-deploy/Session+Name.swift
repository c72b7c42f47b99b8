import CommandLineKit
import DeployKit
import FunctionFile

extension Session {
    /// The function that the words or the description name.
    ///
    /// - Parameters:
    ///   - file: The description.
    ///   - spec: The command, for what is said of a wrong use.
    ///   - isCalled: Whether it may also be `NAME:ALIAS` or an ARN, as all of Lambda's calls take it.
    /// - Returns: The name.
    /// - Throws: `UsageError` where there is none, ``DeployError`` for what cannot be one.
    func name(_ file: FunctionFile, _ spec: CommandSpec, isCalled: Bool = false) throws -> String {
        guard arguments.positionals.count <= 1 else {
            throw UsageError("unexpected argument '\(arguments.positionals[1])'", hint: spec.helpHint)
        }
        guard let name = arguments.positionals.first ?? file.name else {
            throw UsageError("which function? its NAME is missing", hint: spec.helpHint)
        }
        if !isCalled || !name.contains(":") { try SettingsCheck.checkName(name) }
        return name
    }
}
