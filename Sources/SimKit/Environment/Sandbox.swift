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

    /// A path as it is on Lambda.
    private func shownPath(_ path: String) -> String {
        for (real, shown) in [(deployment.taskRoot, "/var/task"), (deployment.layers, "/opt")]
        where path.hasPrefix(real + "/") {
            return shown + path.dropFirst(real.count)
        }
        return path
    }

    /// Whether the processes are in namespaces of their own.
    var isIsolated: Bool { function.isolation != .none }

    /// How the runtime is started.
    ///
    /// - Throws: ``SystemError`` where the kernel would not execute it and the program that isolates would not notice.
    func runtime(_ bootstrap: String, _ variables: [String: String]) throws(SystemError) -> ChildSpec {
        // In front of a program it is the bootstrap's business, which starts the program for each event.
        if case .program = function.target { return try child(bootstrap, deployment.arguments, variables) }
        guard let first = function.wrapper.first else { return try child(bootstrap, [], variables) }
        return try child(first, function.wrapper.dropFirst() + [pathInside(bootstrap)], variables)
    }

    /// How an external extension is started; throws as ``runtime(_:_:)``.
    func externalExtension(_ path: String, _ variables: [String: String]) throws(SystemError) -> ChildSpec {
        try child(path, [], Variables.extensions(variables))
    }

    /// What it means that the runtime has ended, where it was expected to run.
    func failure(of bootstrap: String, _ end: ProcessEnd, _ output: OutputTail) -> FailureReason {
        guard isIsolated else { return .exit(end) }
        let path = pathInside(bootstrap)
        if let words = Isolator.startFailure(path, end, lastLine: output.lastLine) {
            return .cannotStart(path, words)
        }
        return .exit(Isolator.end(end))
    }

    /// Where the processes find one of their files.
    func pathInside(_ path: String) -> String {
        if isIsolated, case .program(_, path, _) = function.target { return Isolator.shim }
        return shownPath(path)
    }

    private func child(
        _ executable: String,
        _ arguments: [String],
        _ variables: [String: String]
    ) throws(SystemError) -> ChildSpec {
        guard case .namespaces(let root) = function.isolation else {
            return ChildSpec(
                executable: executable,
                arguments: [executable] + arguments,
                environment: variables,
                directory: places.taskRoot
            )
        }
        try Isolator.checkFormat(executable)
        let inside = pathInside(executable)
        // The first argument of a bare program's shim is that program.
        let shown: [String] = arguments.prefix(1).map(shownPath)
        let child = ChildSpec(
            executable: inside,
            arguments: [inside] + shown + Array(arguments.dropFirst()),
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
                shim: inside == Isolator.shim ? executable : nil
            )
        )
    }
}
