/// What one check of a package found.
struct Finding: Equatable, Sendable {
    /// What it means for the package.
    enum Kind: Equatable, Sendable {
        /// It would stop the package.
        case problem
        /// It might.
        case warning
        /// A library that neither the package nor the target has, which stops it as well.
        case missing
        /// A version beyond the target's that the package meets by itself.
        case need
    }

    let kind: Kind
    /// A line for the user.
    let text: String

    static func problem(_ text: String) -> Finding { Finding(kind: .problem, text: text) }
    static func warning(_ text: String) -> Finding { Finding(kind: .warning, text: text) }
    static func missing(_ text: String) -> Finding { Finding(kind: .missing, text: text) }
    static func need(_ text: String) -> Finding { Finding(kind: .need, text: text) }
}

/// One thing that is looked at in a package.
protocol PackageCheck {
    /// Says what is wrong; nothing where nothing is.
    static func findings(in package: InspectedPackage) throws -> [Finding]
}
