import Platform
import ToolKit

/// A file of an image that is named by the sum of its bytes.
package struct ImageBlob: Equatable, Sendable {
    /// How the sum is computed (OCI image-spec, descriptor.md: the registered algorithms).
    package enum Algorithm: String, CaseIterable, Sendable {
        case sha256, sha512

        /// Hexadecimal digits of a sum.
        var digits: Int { self == .sha256 ? 64 : 128 }
        var tool: Tool { self == .sha256 ? .sha256sum : .sha512sum }
    }

    /// How the sum is computed.
    package let algorithm: Algorithm
    /// The sum, in hexadecimal digits.
    package let sum: String

    /// Takes apart `sha256:HEX`; `nil` for anything else, as it names a file.
    package init?(_ digest: String) {
        let parts = digest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])),
            parts[1].utf8.count == algorithm.digits,
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.algorithm = algorithm
        sum = String(parts[1])
    }

    /// As it is written in a descriptor.
    package var digest: String { "\(algorithm.rawValue):\(sum)" }
    /// Its place in an OCI layout.
    package var place: String { "blobs/\(algorithm.rawValue)/\(sum)" }

    /// Compares files with their sums.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - path: What the user named, for messages.
    ///   - toolbox: Runs the tools that compute sums, one for each algorithm.
    /// - Throws: ``ImageError/unusable(path:problem:)`` for the first that is another.
    package static func check(_ files: [(blob: ImageBlob, file: String)], path: String, toolbox: Toolbox) throws {
        for algorithm in Algorithm.allCases {
            let own = files.filter { $0.blob.algorithm == algorithm }
            guard !own.isEmpty else { continue }
            let sums = try Checksum(toolbox: toolbox).hex(own.map(\.file), by: algorithm.tool)
            for (index, entry) in own.enumerated() where index >= sums.count || sums[index] != entry.blob.sum {
                throw ImageError.unusable(
                    path: path,
                    problem: "it is damaged: '\(entry.blob.digest)' has another sum"
                )
            }
        }
    }
}
