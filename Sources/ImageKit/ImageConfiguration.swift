import Platform

/// How an image says that it is started (OCI image-spec, `config`).
package struct ImageConfiguration: Equatable, Sendable {
    /// The program and its arguments.
    package var words: [String] = []
    /// Its variables.
    package var variables: [String: String] = [:]
    /// The working directory.
    package var directory = "/"

    /// Describes it.
    package init(words: [String] = [], variables: [String: String] = [:], directory: String = "/") {
        (self.words, self.variables, self.directory) = (words, variables, directory)
    }

    /// The program's place in the image, as it is named: what has no slash is looked for in the image's PATH.
    package func program(in root: String) -> String {
        let name = words.first ?? ""
        if name.hasPrefix("/") { return name }
        if name.contains("/") { return "\(directory == "/" ? "" : directory)/\(name)" }
        let folders = (variables["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").split(
            separator: ":"
        )
        return folders.map { "\($0)/\(name)" }.first { path in
            ContainedPath.real(path, in: root).map { Files.status($0)?.isRegular == true } ?? false
        } ?? name
    }
}
