import Foundation

/// Sums of files, by the system's tools (`sha256sum`).
package struct Checksum {
    private let toolbox: Toolbox

    /// Computes sums with the tools of a toolbox.
    package init(toolbox: Toolbox) { self.toolbox = toolbox }

    /// The sum in hexadecimal digits.
    package func hex(_ path: String) throws -> String { try hex([path])[0] }

    /// The sums of files in hexadecimal digits, in their order.
    ///
    /// - Parameters:
    ///   - paths: The files, at least one.
    ///   - tool: What computes them: coreutils' `sha256sum` or one like it.
    ///   - work: What to do here while it does.
    /// - Returns: As many sums as files.
    /// - Throws: ``ToolError`` for a file that cannot be read, or what `work` throws.
    package func hex(
        _ paths: [String],
        by tool: Tool = .sha256sum,
        meanwhile work: () throws -> Void = {}
    ) throws -> [String] {
        let result = try toolbox.results([ToolRun(tool, ["--"] + paths)], meanwhile: work)[0]
        guard result.succeeded else { throw toolbox.failure(of: tool, result) }
        return result.text.split(separator: "\n").map { line in
            // A name with a backslash is escaped, which the tool marks in front of the sum.
            String(line.drop { $0 == "\\" }.prefix { $0 != " " })
        }
    }

    /// The sum as Lambda shows it (`CodeSha256`): base64.
    package func base64(_ path: String, meanwhile work: () throws -> Void = {}) throws -> String {
        let digits = try hex([path], meanwhile: work)[0]
        var bytes = Data()
        var rest = digits[...]
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes.base64EncodedString()
    }
}
