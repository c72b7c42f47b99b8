import Foundation

/// What was found in a package.
package struct Inspection: Equatable, Sendable, Encodable {
    /// The file or folder that was looked at.
    package let package: String
    /// Where it is to start.
    package let target: String
    /// Its architecture in Lambda's words, where its files agree on one.
    package let architecture: String?
    /// How many files it has.
    package let files: Int
    /// Their size together.
    package let bytes: Int
    /// The size of the archive.
    package let zippedBytes: Int?
    /// Version needs beyond the target that the package meets by itself.
    package let needs: [String]
    /// Libraries that neither it nor the target has.
    package let missing: [String]
    /// What would stop it.
    package let problems: [String]
    /// What might.
    package let warnings: [String]

    init(of path: String, _ inspected: InspectedPackage, _ findings: [Finding]) {
        func texts(_ kind: Finding.Kind) -> [String] { findings.filter { $0.kind == kind }.map(\.text) }
        package = path
        target = inspected.target.rawValue
        let machines = inspected.machines
        architecture = machines.count == 1 ? machines.first?.description : nil
        files = inspected.files.count
        bytes = inspected.bytes
        zippedBytes = inspected.zippedBytes
        needs = texts(.need)
        missing = texts(.missing)
        problems = texts(.problem) + missing.map { "library missing: \($0)" }
        warnings = texts(.warning)
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
