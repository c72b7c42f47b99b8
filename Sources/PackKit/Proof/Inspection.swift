import Foundation

/// What was found in a package.
package struct Inspection: Equatable, Sendable, Encodable {
    /// The file or folder that was looked at.
    package var package: String
    /// Where it is to start.
    package var target: String
    /// Its architecture in Lambda's words, where its files agree on one.
    package var architecture: String?
    /// How many files it has.
    package var files = 0
    /// Their size together.
    package var bytes = 0
    /// The size of the archive.
    package var zippedBytes: Int?
    /// Version needs beyond the target that the package meets by itself.
    package var needs: [String] = []
    /// Libraries that neither it nor the target has.
    package var missing: [String] = []
    /// What would stop it.
    package var problems: [String] = []
    /// What might.
    package var warnings: [String] = []

    init(package: String, target: String) {
        self.package = package
        self.target = target
    }

    /// Whether nothing would stop it.
    package var wouldStart: Bool { problems.isEmpty }

    private enum CodingKeys: String, CodingKey {
        case package, target, architecture, files, bytes, zippedBytes, needs, missing, problems, warnings, wouldStart
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(package, forKey: .package)
        try container.encode(target, forKey: .target)
        try container.encode(architecture, forKey: .architecture)
        try container.encode(files, forKey: .files)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(zippedBytes, forKey: .zippedBytes)
        try container.encode(needs, forKey: .needs)
        try container.encode(missing, forKey: .missing)
        try container.encode(problems, forKey: .problems)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(wouldStart, forKey: .wouldStart)
    }

    /// The findings as JSON.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// The findings as lines.
    package var text: String {
        var lines = ["\(package): \(architecture ?? "no architecture"), \(files) files, \(bytes) bytes unpacked"]
        lines += needs.map { "note: \($0)" }
        lines += warnings.map { "warning: \($0)" }
        lines += problems.map { "problem: \($0)" }
        lines.append(wouldStart ? "it would start on \(target)" : "it would not start on \(target)")
        return lines.joined(separator: "\n") + "\n"
    }
}
