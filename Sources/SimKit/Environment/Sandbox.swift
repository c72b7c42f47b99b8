import Platform

/// The folders of one environment, and how a process is started in them.
struct Sandbox {
    /// What belongs to this environment alone; `/tmp` is in it.
    let folder: String
    let places: Variables.Places
    private let function: FunctionConfiguration
    private let deployment: Deployment

    init(_ function: FunctionConfiguration, _ deployment: Deployment, in workspace: Workspace) throws(SimError) {
        self.function = function
        self.deployment = deployment
        folder = try workspace.makeFolder("environment")
        for name in ["tmp", "runtime"] {
            do throws(SystemError) {
                try Files.makeFolder("\(folder)/\(name)")
            } catch {
                throw .file(operation: "make the folder", path: "\(folder)/\(name)", error)
            }
        }
        places = Variables.Places(
            taskRoot: deployment.taskRoot,
            layers: deployment.layers,
            runtimeDirectory: folder + "/runtime",
            temporary: folder + "/tmp"
        )
    }

    /// Where the bootstrap is said to be in messages: paths of Lambda, not of this machine.
    func shownPath(_ path: String) -> String {
        for (real, shown) in [(deployment.taskRoot, "/var/task"), (deployment.layers, "/opt")]
        where path.hasPrefix(real + "/") {
            return shown + path.dropFirst(real.count)
        }
        return path
    }

    /// How the runtime is started; `nil` where there is no bootstrap.
    func runtime(_ variables: [String: String]) -> ChildSpec? {
        guard let bootstrap = deployment.bootstrap else { return nil }
        return ChildSpec(
            executable: bootstrap,
            arguments: [bootstrap] + deployment.arguments,
            environment: variables,
            directory: places.taskRoot
        )
    }
}
