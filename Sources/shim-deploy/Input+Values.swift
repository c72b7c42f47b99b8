import CommandLineKit
import DeployKit
import FunctionFile
import ToolKit

/// What the user hands in, as values.
extension Input {
    /// `JSON` or `@FILE`.
    static func json(_ text: String, of option: String) throws -> JSON {
        guard let value = JSON.parse(try bytes(text)) else {
            throw UsageError(
                "'\(text)' is not a value for \(option)",
                hint: "JSON, or @FILE with JSON in it"
            )
        }
        return value
    }

    /// The variables of a file of `NAME=VALUE` lines.
    static func variables(_ path: String) throws -> [String: String] {
        do {
            return try AssignmentLines.parse(String(decoding: try file(path), as: UTF8.self))
        } catch let error as AssignmentLines.Malformed {
            throw ToolError.cannotRead(path: path, cause: "line \(error.line) is not NAME=VALUE")
        }
    }
}
