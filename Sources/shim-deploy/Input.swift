import CommandLineKit
import DeployKit
import FunctionFile
import Platform
import ToolKit

/// What the user hands in: files, values of JSON.
enum Input {
    /// What an event may have: Lambda's own limit.
    private static let limit = 6 << 20

    static func file(_ path: String) throws -> [UInt8] {
        do throws(SystemError) {
            return path == "-"
                ? try Files.read(0, atMost: limit + 1) : try Files.read(path, atMost: limit + 1)
        } catch {
            throw ToolError.cannotRead(
                path: path == "-" ? "standard input" : path,
                cause: SystemError.text(error.errno)
            )
        }
    }

    /// `JSON` or `@FILE`.
    static func json(_ text: String, of option: String) throws -> JSON {
        let bytes = text.hasPrefix("@") ? try file(String(text.dropFirst())) : Array(text.utf8)
        guard let value = JSON.parse(bytes) else {
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
