/// Where an image is, as `ImageUri` says it: in a registry, as on Lambda, or on this machine.
struct ImageReference: Equatable {
    /// One way to name the image to `skopeo`.
    struct Source: Equatable {
        /// `docker://HOST/NAME:TAG`, `oci-archive:/PATH`, ...
        let name: String
        /// What `skopeo copy` has to be told beside it.
        var options: [String] = []
    }

    /// What was asked for.
    let uri: String
    /// What to try, in order: the first that can be read is meant.
    let sources: [Source]
    /// The image without its tag, to which the digest is appended.
    let repository: String

    private static let transports = ["oci-archive", "docker-archive", "oci", "dir"]

    /// Reads an `ImageUri`.
    ///
    /// - Returns: `nil` for what Lambda calls no valid source image, which every name without a registry or without a tag or
    ///   digest is.
    init?(_ uri: String) {
        self.uri = uri
        guard !uri.isEmpty, !uri.contains("\0"), uri.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        if let colon = uri.firstIndex(of: ":"), Self.transports.contains(String(uri[..<colon])) {
            let rest = String(uri[uri.index(after: colon)...])
            guard !rest.isEmpty else { return nil }
            repository = String(rest.prefix { $0 != ":" })
            sources = [Self.local(String(uri[..<colon]), rest)]
        } else if ["/", "./", "../"].contains(where: uri.hasPrefix) {
            repository = uri
            sources = ["oci-archive", "docker-archive", "oci", "dir"].map { Self.local($0, uri) }
        } else {
            let name = uri.hasPrefix("docker://") ? String(uri.dropFirst(9)) : uri
            guard let (host, repository, version) = Self.parts(name) else { return nil }
            self.repository = repository
            // A registry of this machine needs no certificate; skopeo takes a tag or a digest, not both.
            let isLocal = ["127.0.0.1", "localhost", "[::1]"].contains { host == $0 || host.hasPrefix($0 + ":") }
            sources = [
                Source(name: "docker://" + repository + version, options: isLocal ? ["--src-tls-verify=false"] : [])
            ]
        }
    }

    private static func local(_ transport: String, _ path: String) -> Source {
        // What docker keeps uncompressed is compressed on its way to a registry.
        Source(
            name: "\(transport):\(path)",
            options: transport == "docker-archive" ? ["--dest-compress"] : []
        )
    }

    /// The registry, the name with it, and `:TAG` or `@DIGEST`.
    private static func parts(_ name: String) -> (host: String, repository: String, version: String)? {
        guard let slash = name.firstIndex(of: "/") else { return nil }
        let host = String(name[..<slash])
        guard host == "localhost" || host.contains(".") || host.contains(":") else { return nil }
        let path = name[name.index(after: slash)...]
        let at = path.firstIndex(of: "@")
        let tagged = path[..<(at ?? path.endIndex)]
        let colon = tagged.lastIndex(of: ":")
        let repository = String(name[..<(colon ?? tagged.endIndex)])
        if let at { return (host, repository, String(path[at...])) }
        guard let colon, path.index(after: colon) < path.endIndex, colon > path.startIndex else { return nil }
        return (host, repository, String(path[colon...]))
    }
}
