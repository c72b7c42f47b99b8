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

    /// The variables of a file of `NAME=VALUE` lines; empty lines and those that begin with `#` are skipped.
    static func variables(_ path: String) throws -> [String: String] {
        let text = String(decoding: try file(path), as: UTF8.self)
        var variables: [String: String] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            var line = line.drop { $0 == " " || $0 == "\t" }
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = line.dropFirst(7) }
            guard let equals = line.firstIndex(of: "="), equals != line.startIndex else {
                throw ToolError.cannotRead(path: path, cause: "line \(index + 1) is not NAME=VALUE")
            }
            var value = line[line.index(after: equals)...]
            for quote in ["\"", "'"]
            where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
                value = value.dropFirst().dropLast()
                break
            }
            variables[String(line[..<equals])] = String(value)
        }
        return variables
    }
}
