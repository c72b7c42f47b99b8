import FunctionFile

/// What is to be there in the end: the file and the options, with the package looked at.
package struct Desired: Sendable, Equatable {
    /// The code.
    package enum Code: Sendable, Equatable {
        /// A zip file, with its SHA-256 in base64.
        case zip(path: String, sha256: String, bytes: Int)
        /// An image in an OCI archive, with its digest in hexadecimal.
        case image(path: String, digest: String)
        /// An image that lies in a registry already.
        case reference(String)
        /// A zip file that lies in a bucket already.
        case object(bucket: String, key: String, version: String?)

        /// Whether it is an image.
        package var isImage: Bool {
            switch self {
            case .image, .reference: true
            case .zip, .object: false
            }
        }
    }

    /// A layer.
    package enum Layer: Sendable, Equatable {
        /// One that is published.
        case arn(String)
        /// A zip file, published where its content is new.
        case zip(name: String, path: String, sha256: String, bytes: Int)
    }

    /// The function's name.
    package var name: String
    /// The code; `nil` leaves it as it is.
    package var code: Code?
    /// The architecture of the code, where it has one.
    package var architecture: String?
    /// The members of CreateFunction that are managed, without those that have a place of their own here.
    package var configuration: [String: JSON] = [:]
    /// The variables; `nil` leaves them as they are.
    package var variables: [String: String]?
    /// The layers; `nil` leaves them as they are.
    package var layers: [Layer]?
    /// The tags; `nil` leaves them as they are.
    package var tags: [String: String]?
    /// The ARN of a role that the user has; `nil` for one that is made.
    package var role: String?
    /// The rest.
    package var deploy = DeploySettings()

    /// Describes a function.
    package init(name: String) { self.name = name }

    /// The names of what is made for it.
    package var naming: Naming { Naming(function: name) }

    /// The name that is called, with the alias where there is one.
    var qualifiedName: String { ([name] + [deploy.alias].compactMap(\.self)).joined(separator: ":") }

    /// Whether versions are published.
    package var publishes: Bool { deploy.publishes || deploy.alias != nil }
}
