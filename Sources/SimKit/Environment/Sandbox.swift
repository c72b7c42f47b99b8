import Platform

/// The folders of one environment, and how its processes are started in them.
struct Sandbox {
    /// What belongs to this environment alone; `/tmp` is in it.
    let folder: String
    private let function: FunctionConfiguration
    private let deployment: Deployment
    private let places: Variables.Places

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
        if case .namespaces = function.isolation {
            places = Isolator.places
        } else {
            places = Variables.Places(
                taskRoot: deployment.taskRoot,
                layers: deployment.layers,
                runtimeDirectory: folder + "/runtime",
                temporary: folder + "/tmp"
            )
        }
    }

    /// The variables of the runtime's process.
    func variables(api: String, logStream: String) -> [String: String] {
        Variables.runtime(function, api: api, logStream: logStream, places: places)
    }

    /// A path as it is on Lambda, for messages.
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
        return child(bootstrap, deployment.arguments, variables)
    }

    /// How an external extension is started.
    func externalExtension(_ path: String, _ variables: [String: String]) -> ChildSpec {
        child(path, [], Variables.extensions(variables))
    }

    /// How a process of ``runtime(_:)`` ended.
    func end(_ end: ProcessEnd) -> ProcessEnd { function.isolation == .none ? end : Isolator.end(end) }

    private func child(_ executable: String, _ arguments: [String], _ variables: [String: String]) -> ChildSpec {
        guard case .namespaces(let root) = function.isolation else {
            return ChildSpec(
                executable: executable,
                arguments: [executable] + arguments,
                environment: variables,
                directory: places.taskRoot
            )
        }
        var shim: String?
        var inside = shownPath(executable)
        if case .program(_, let path, _) = function.target, executable == path {
            shim = path
            inside = Isolator.shim
        }
        let child = ChildSpec(
            executable: inside,
            arguments: [inside] + arguments.prefix(1).map(shownPath) + arguments.dropFirst(),
            environment: variables,
            directory: places.taskRoot
        )
        return Isolator.isolated(
            child,
            Isolator.View(
                root: root,
                task: deployment.taskRoot,
                layers: deployment.layers,
                temporary: folder + "/tmp",
                scratch: folder + "/runtime",
                shim: shim
            )
        )
    }
}
