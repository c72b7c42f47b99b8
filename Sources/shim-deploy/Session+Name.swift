import CommandLineKit
import FunctionFile

extension Session {
    /// The function that the words or the description name.
    func name(_ file: FunctionFile, _ spec: CommandSpec) throws -> String {
        guard arguments.positionals.count <= 1 else {
            throw UsageError("unexpected argument '\(arguments.positionals[1])'", hint: spec.helpHint)
        }
        guard let name = arguments.positionals.first ?? file.name else {
            throw UsageError("which function? its NAME is missing", hint: spec.helpHint)
        }
        return name
    }
}
