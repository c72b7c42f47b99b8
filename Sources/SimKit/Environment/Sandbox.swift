import ImageKit
import LambdaWire
import Platform
import ToolKit

/// The folders of one environment, and how its processes are started in them.
struct Sandbox {
    /// What belongs to this environment alone; `/tmp` is in it.
    let folder: String
    private let function: FunctionConfiguration
    private let deployment: Deployment
    private let places: Variables.Places
    /// What isolated processes see.
    private var view: Isolator.View?

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
            view = try Self.view(deployment, folder)
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
        Variables.runtime(function, api: api, logStream: logStream, places: places, image: deployment.image)
    }

    /// A path as it is on Lambda.
    private func shownPath(_ path: String) -> String {
        if deployment.image != nil { return String(path.dropFirst(deployment.root.count)) }
        for (real, shown) in [(deployment.taskRoot, "/var/task"), (deployment.layers, "/opt")]
        where path.hasPrefix(real + "/") {
            return shown + path.dropFirst(real.count)
        }
        return path
    }

    /// Where a path of Lambda's is here.
    private func realPath(_ path: String) -> String {
        for (real, shown) in [(deployment.taskRoot, "/var/task"), (deployment.layers, "/opt")]
        where path.hasPrefix(shown + "/") {
            return real + path.dropFirst(shown.count)
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
        let runtime = isIsolated ? pathInside(bootstrap) : bootstrap
        if let wrapper = function.execWrapper {
            let real = realPath(wrapper)
            if Files.status(real)?.isRegular == true, Files.isExecutable(real) {
                return try child(real, [runtime] + deployment.arguments, variables)
            }
            // The shell of Lambda's own runtimes says so, and ends as shells do.
            let isThere = Files.status(real) != nil
            let script = "echo \"$0: $1\"; exit $2"
            let words = isThere ? ["is not an executable", "126"] : ["does not exist", "127"]
            return try child("/bin/sh", ["-c", script, wrapper] + words, variables)
        }
        guard let first = function.wrapper.first else { return try child(bootstrap, deployment.arguments, variables) }
        let words = function.wrapper.dropFirst() + [runtime] + deployment.arguments
        return try child(first, Array(words), variables)
    }

    /// How an external extension is started; throws as ``runtime(_:_:)``.
    func externalExtension(_ path: String, _ variables: [String: String]) throws(SystemError) -> ChildSpec {
        try child(path, [], Variables.extensions(variables))
    }

    /// What it means that the runtime has ended, where it was expected to run.
    func failure(of bootstrap: String, _ end: ProcessEnd, _ output: OutputTail) -> FailureReason {
        guard isIsolated else { return .exit(end) }
        let path = pathInside(bootstrap)
        if let directory = deployment.image?.directory,
            ContainedPath.real(directory, in: deployment.root).map({ Files.status($0)?.isDirectory }) != true
        {
            return .noWorkingDirectory(directory)
        }
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
        guard var view else {
            return ChildSpec(
                executable: executable,
                arguments: [executable] + arguments,
                environment: variables,
                directory: places.taskRoot
            )
        }
        let inside = pathInside(executable)
        let real = deployment.image == nil ? executable : ContainedPath.real(inside, in: deployment.root)
        try Isolator.checkFormat(real ?? executable)
        // The first argument of a bare program's shim is that program.
        let shown: [String] = deployment.image == nil ? arguments.prefix(1).map(shownPath) : Array(arguments.prefix(1))
        if inside == Isolator.shim { view.files[inside] = executable }
        let child = ChildSpec(
            executable: inside,
            arguments: [inside] + shown + Array(arguments.dropFirst()),
            environment: variables,
            directory: deployment.image?.directory ?? places.taskRoot
        )
        return Isolator.isolated(child, view)
    }

    private static func view(_ deployment: Deployment, _ folder: String) throws(SimError) -> Isolator.View {
        var view = Isolator.View(
            root: deployment.root,
            task: deployment.image == nil ? deployment.taskRoot : nil,
            layers: deployment.image == nil ? deployment.layers : nil,
            temporary: folder + "/tmp",
            scratch: folder + "/runtime"
        )
        do throws(SystemError) {
            if Isolator.keepsOwners, let user = UInt32(Isolator.user), let group = UInt32(Isolator.group) {
                try Files.setOwner(view.temporary, user: user, group: group)
            }
            // So that getpwuid finds a name, as it does on Lambda.
            for (place, line) in [("/etc/passwd", ProvidedSystem.user), ("/etc/group", ProvidedSystem.group)] {
                // What a link leads to must not be overwritten.
                guard ContainedPath.real(place, in: deployment.root) == deployment.root + place,
                    Files.entry(deployment.root + place)?.kind == .file
                else { continue }
                let bytes = try Files.read(deployment.root + place, atMost: 1 << 20)
                let text = String(decoding: bytes, as: UTF8.self)
                let id = ":x:" + (line.split(separator: ":").dropFirst(2).first ?? "") + ":"
                if text.contains(id) { continue }
                let end = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
                view.files[place] = folder + "/" + Paths.name(place)
                try Files.write("\(text)\(end)\(line)\n", to: folder + "/" + Paths.name(place))
            }
        } catch {
            throw .file(operation: "prepare the environment in", path: folder, error)
        }
        return view
    }
}
