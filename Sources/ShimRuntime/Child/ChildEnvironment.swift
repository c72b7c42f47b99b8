/// The variables that a program is started with.
struct ChildEnvironment {
    /// What is the same for each invocation.
    let constant: [String: String]
    /// Where private folders are made.
    let temporaryFolder: String

    /// What is the same for each invocation: the bootstrap's own variables, the program's libraries, a home that can be
    /// written to.
    init(configuration: Configuration) {
        var variables = configuration.environment
        let root = configuration.taskRoot
        let own = [root, root + "/lib"]
        // Lambda has them in its list, further back; the loader would look into each a second time for each library.
        // The loader takes an empty name for the current folder, but not an empty list.
        let list =
            variables["LD_LIBRARY_PATH"].flatMap {
                $0.isEmpty ? nil : $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            } ?? []
        variables["LD_LIBRARY_PATH"] = (own + list.filter { !own.contains($0) }).joined(separator: ":")
        if variables["HOME"] == nil { variables["HOME"] = "/tmp" }
        // A value from the last invocation, or from whatever started the bootstrap, would be wrong.
        for (_, name) in Invocation.headers { variables[name] = nil }
        constant = variables
        temporaryFolder = configuration.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// The variables for one invocation; those whose header is missing are unset.
    ///
    /// - Parameters:
    ///   - invocation: The event.
    ///   - privateFolder: What `TMPDIR` is, if it is the invocation's own.
    ///   - number: What tells this child's descendants from those of others, see ``Reaper``.
    /// - Returns: The whole environment.
    func variables(for invocation: Invocation, privateFolder: String?, number: Int?) -> [String: String] {
        var variables = variables(privateFolder: privateFolder, number: number)
        for (name, value) in invocation.variables { variables[name] = value }
        return variables
    }

    /// The variables of a program that is started before its event, or for many.
    func variables(privateFolder: String?, number: Int?) -> [String: String] {
        var variables = constant
        if let privateFolder { variables["TMPDIR"] = privateFolder }
        if let number { variables[Reaper.mark] = "\(number)" }
        return variables
    }
}
