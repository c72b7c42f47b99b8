import Platform

/// How an image says that it is started (OCI image-spec, `config`).
package struct ImageConfiguration: Equatable, Sendable {
    /// The program, and arguments that are always the same (`ENTRYPOINT`).
    package var entryPoint: [String] = []
    /// More arguments; the program too where there is no entry point (`CMD`).
    package var command: [String] = []
    /// Its variables.
    package var variables: [String: String] = [:]
    /// The working directory.
    package var directory = "/"

    /// Describes it.
    package init(
        entryPoint: [String] = [],
        command: [String] = [],
        variables: [String: String] = [:],
        directory: String = "/"
    ) {
        (self.entryPoint, self.command) = (entryPoint, command)
        (self.variables, self.directory) = (variables, directory)
    }

    /// The program and its arguments; empty where the image names none.
    package var words: [String] { entryPoint + command }

    /// Checks that it says what to start.
    ///
    /// - Parameter path: What the user named, for the message.
    /// - Throws: ``ImageError/unusable(path:problem:)``.
    package func checkStart(path: String) throws(ImageError) {
        guard words.isEmpty else { return }
        throw .unusable(path: path, problem: "it has neither an entry point nor a command")
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
