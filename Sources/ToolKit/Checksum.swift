import Foundation

/// SHA-256 of files, by the system's `sha256sum`.
package struct Checksum {
    private let toolbox: Toolbox

    /// Computes sums with the tools of a toolbox.
    package init(toolbox: Toolbox) { self.toolbox = toolbox }

    /// The sum in hexadecimal digits.
    package func hex(_ path: String) throws -> String {
        let output = try toolbox.run(.sha256sum, ["--", path]).text
        // A name with a backslash is escaped, which the tool marks in front of the sum.
        return String(output.drop { $0 == "\\" }.prefix(64))
    }

    /// The sum as Lambda shows it (`CodeSha256`): base64.
    package func base64(_ path: String) throws -> String {
        let digits = try hex(path)
        var bytes = Data()
        var rest = digits[...]
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes.base64EncodedString()
    }
}
