/// A code signing configuration: kept and answered; no signature is checked here.
struct SigningRecord: Codable, Equatable, Sendable {
    /// `csc-` and 17 digits.
    let id: String
    var description: String
    /// ARNs of signing profiles.
    var publishers: [String]
    /// `Warn` or `Enforce`.
    var policy: String
    var lastModified: String
    var tags: [String: String] = [:]

    func answer(in place: Place) -> JSONValue {
        .object([
            ("CodeSigningConfigId", .string(id)), ("CodeSigningConfigArn", .string(place.signing(id))),
            ("Description", .string(description)),
            ("AllowedPublishers", .object([("SigningProfileVersionArns", .array(publishers.map { .string($0) }))])),
            ("CodeSigningPolicies", .object([("UntrustedArtifactOnDeployment", .string(policy))])),
            ("LastModified", .string(lastModified)),
        ])
    }
}
