/// Where a package is to start.
package enum Target: String, CaseIterable, Sendable {
    /// Lambda's OS-only runtime on Amazon Linux 2023.
    case al2023 = "provided.al2023"
    /// Lambda's OS-only runtime on Amazon Linux 2.
    case al2 = "provided.al2"
    /// A container image, whose system is what the image holds.
    case image

    /// The glibc it has; `nil` where it has none.
    package var glibc: GlibcVersion? {
        switch self {
        case .al2023: GlibcVersion(2, 34)
        case .al2: GlibcVersion(2, 26)
        case .image: nil
        }
    }

    /// Libraries beyond glibc that its image has, for packages of others that count on them; ours bring their own.
    var commonLibraries: Set<String> { self == .image ? [] : ["libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"] }

    /// The interpreters it has, by their paths and by the names `env` finds.
    var interpreters: Set<String> {
        self == .image ? [] : ["/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash", "sh", "bash"]
    }
}

/// Whether the program's own glibc goes into the package (`--glibc`).
package enum GlibcChoice: String, CaseIterable, Sendable {
    /// It comes along where the target's is too old.
    case auto
    /// It always comes along.
    case bundle
    /// It never does; a target whose glibc is too old is an error.
    case target
}

/// The system that a package runs on: that of a target, or of a base image.
struct TargetSystem: Sendable {
    /// What messages call it.
    let name: String
    /// Its glibc; `nil` where it has none.
    let glibc: GlibcVersion?
    /// The interpreters it has; `nil` where that is unknown, so that any may be there.
    let interpreters: Set<String>?
    /// Whether it has the locale en_US.UTF-8, which Lambda names.
    let hasLocale: Bool

    /// The system that a request's package will start on.
    init(_ request: PackRequest, base: BaseImage?) throws {
        // The image that a Dockerfile names is Amazon Linux 2023 or 2, whatever else was said.
        let target = request.form == .dockerfile && request.target == .image ? Target.al2023 : request.target
        name = request.target.rawValue
        glibc = try base.map { try $0.glibcVersion() } ?? target.glibc
        interpreters = base == nil && request.form != .dockerfile ? target.interpreters : nil
        hasLocale = target == .al2
    }
}
