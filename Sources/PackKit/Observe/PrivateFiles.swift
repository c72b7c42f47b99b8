import Foundation
import Platform

/// Files that observation never takes along: what only their owner may read, and the personal files in a user's folder.
struct PrivateFiles {
    /// The users' own folders.
    private let homes: [String]

    /// Folders of a user's folder that hold keys, passwords and settings.
    ///
    /// Other hidden folders hold programs and their files as well (`.local`, `.nvm`, `.rbenv`).
    private static let folders: Set<String> = [
        ".ssh", ".aws", ".gnupg", ".config", ".kube", ".docker", ".azure", ".gcloud", ".oci", ".password-store", ".pki",
        ".mozilla", ".thunderbird", ".subversion", ".gem", ".cargo/credentials", ".cargo/credentials.toml",
        ".local/share/keyrings", ".m2/settings.xml", ".gradle/gradle.properties",
    ]

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let own = [environment["HOME"] ?? "", Self.home(of: geteuid()) ?? ""].filter { $0.hasPrefix("/") && $0 != "/" }
        homes = Set(own.flatMap { [$0, FileSystemRoot().real($0) ?? $0] }).sorted()
    }

    /// The folder that `/etc/passwd` names for a user.
    ///
    /// `NSHomeDirectory` asks the C library, which loads plug-ins for a user who is not in that file, as in a container with a
    /// user of its own; in a static executable they crash it.
    static func home(of user: UInt32, in passwd: String = "/etc/passwd") -> String? {
        guard let text = try? Files.read(passwd, atMost: 1 << 20) else { return nil }
        for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count >= 7, fields[2] == "\(user)" { return String(fields[5]) }
        }
        return nil
    }

    /// Whether a file of this machine is private; what a link leads to has to be asked about as well.
    func contains(_ path: String) -> Bool {
        if let status = Files.status(path), !status.isDirectory, status.mode & 0o004 == 0 { return true }
        for home in homes where path.hasPrefix(home + "/") {
            let inside = path.dropFirst(home.count + 1)
            // Hidden files of the folder itself: .netrc, .gitconfig, .npmrc, .pgpass and the like.
            if inside.hasPrefix("."), !inside.contains("/"), Files.status(path)?.isDirectory != true { return true }
            if Self.folders.contains(where: { inside == $0 || inside.hasPrefix($0 + "/") }) { return true }
        }
        return false
    }
}
