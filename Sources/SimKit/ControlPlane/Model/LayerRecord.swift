/// A layer with its versions: what a file of the store holds.
package struct LayerRecord: Codable, Equatable, Sendable {
    /// One version.
    package struct Version: Codable, Equatable, Sendable {
        package let number: Int
        package var description: String
        package var createdDate: String
        package var code: CodeReference
        package var runtimes: [String]?
        package var architectures: [String]?
        package var license: String?
        package var policy: [JSONValue] = []
        package var policyRevision = ""
    }

    package let name: String
    /// Oldest first.
    package var versions: [Version] = []
    /// The number that the next version gets: numbers are never used again.
    package var nextVersion = 1

    /// A layer without versions.
    package init(name: String) { self.name = name }

    /// The version of a number.
    package func version(_ number: Int) -> Version? { versions.first { $0.number == number } }

    /// What lists say of a version.
    func listed(_ version: Version, in place: Place) -> JSONValue {
        .members(
            ("LayerVersionArn", .string(place.layer(name, version: version.number))),
            ("Version", .int(version.number)),
            ("Description", .string(version.description)),
            ("CreatedDate", .string(version.createdDate)),
            ("CompatibleArchitectures", version.architectures.map { .array($0.map { .string($0) }) }),
            ("CompatibleRuntimes", version.runtimes.map { .array($0.map { .string($0) }) }),
            ("LicenseInfo", version.license.map { .string($0) })
        )
    }

    /// What GetLayerVersion and PublishLayerVersion say.
    func answer(_ version: Version, location: String, in place: Place) -> JSONValue {
        let content = JSONValue.object([
            ("Location", .string(location)), ("CodeSha256", .string(version.code.sha256)),
            ("CodeSize", .int(version.code.size)),
        ])
        let listed = listed(version, in: place).members ?? []
        return .object([("Content", content), ("LayerArn", .string(place.layer(name)))] + listed)
    }
}
