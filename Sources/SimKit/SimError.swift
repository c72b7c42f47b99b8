import ImageKit
import LambdaWire
import Platform

/// Why the simulator cannot do what was asked.
package enum SimError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is nothing at the target's path.
    case noSuchTarget(String)
    /// There is nothing at a layer's path.
    case noSuchLayer(String)
    /// The target is a file that is neither executable nor a zip.
    case targetNotExecutable(String)
    /// The folder or zip has no `bootstrap`, and no layer has one.
    case noBootstrap(String)
    /// `shim` is not where it is looked for.
    case noShim(String)
    /// A system call on a file or folder failed.
    case file(operation: String, path: String, SystemError)
    /// The address cannot be listened on.
    case cannotListen(String, SystemError)
    /// The zip is cut off, or is not a zip.
    case incompleteZip(String)
    /// A program of the system that is needed is not there.
    case missingTool(String, purpose: String)
    /// No program of the system can make namespaces here; what each said.
    case cannotIsolate([String])
    /// The root file system for isolated functions is not a folder.
    case noSuchRoot(String)
    /// An image that cannot be run.
    case image(ImageError)
    /// A folder for `docker build` that says more than can be followed without docker.
    case unusableDockerfile(String, problem: String)
    /// A program of the system failed.
    case toolFailed(String, object: String, detail: String)
    /// A signal came while a program of the system was working.
    case interrupted
    /// A variable that Lambda does not let users set.
    case reservedVariables([String])
    /// A name that Lambda does not allow for a variable.
    case badVariableName(String)
    /// The variables together are larger than Lambda allows.
    case environmentTooLarge(bytes: Int)
    /// A line of an environment file that is not an assignment.
    case badEnvironmentLine(file: String, line: Int)
    /// A configuration file that cannot be used.
    case badConfiguration(file: String, problem: String)
    /// A name that Lambda does not allow for a function.
    case badFunctionName(String)
    /// The folder of a control plane is used by another simulator.
    case dataInUse(String)
    /// A file in the folder of a control plane is not what a simulator wrote.
    case badData(String)
    /// There are no records of calls in this folder.
    case noRecords(String)
    /// There is no sample event of this name.
    case noSuchEvent(String)
    /// The event is not JSON.
    case eventNotJSON(String)
    /// The event is larger than Lambda takes.
    case eventTooLarge(bytes: Int)

    package var description: String {
        switch self {
        case .noSuchTarget(let path): "cannot use the target '\(path)': No such file or directory"
        case .noSuchLayer(let path): "cannot use the layer '\(path)': No such file or directory"
        case .targetNotExecutable(let path):
            """
            cannot use the target '\(path)': it is neither executable nor a zip file
            hint: 'chmod +x \(path)' makes a program or script executable
            """
        case .noBootstrap(let path):
            """
            cannot use the target '\(path)': it has no file 'bootstrap'
            hint: name the program itself, or a folder or zip (or --layer) with an executable bootstrap at its root
            """
        case .noShim(let path):
            """
            cannot find the bootstrap '\(path)': No such file or directory
            hint: build it with 'swift build --product shim'; it must lie beside shim-sim
            """
        case .file(let operation, let path, let cause): "cannot \(operation) '\(path)': \(cause)"
        case .cannotListen(let address, let cause):
            cause.errno == 98
                ? """
                cannot listen on '\(address)': \(cause)
                hint: another program uses the port; 0 takes a free one
                """
                : "cannot listen on '\(address)': \(cause)"
        case .incompleteZip(let path): "cannot unpack '\(path)': it is not a complete zip file"
        case .missingTool(let tool, let purpose):
            """
            cannot \(purpose): the program '\(tool)' is not installed
            hint: on Debian, 'apt-get install \(tool)'
            """
        case .cannotIsolate(let reasons):
            """
            cannot isolate the function: \(reasons.joined(separator: "; "))
            hint: on Debian, 'apt-get install bubblewrap'; in a container, namespaces may have to be allowed
            """
        case .noSuchRoot(let path):
            """
            cannot use the root '\(path)': it is not a folder
            hint: 'bare' is what Lambda's own system has, 'host' is this machine
            """
        case .image(let error): error.description
        case .unusableDockerfile(let path, let problem):
            """
            cannot use '\(path)' without docker: \(problem)
            hint: 'docker build' it, 'docker save -o image.tar' it, and run image.tar
            """
        case .toolFailed(let tool, let object, let detail): "\(tool) failed on '\(object)': \(detail)"
        case .interrupted: "interrupted by a signal"
        case .reservedVariables(let names):
            "cannot set '\(names.joined(separator: ", "))': Lambda reserves these environment variables"
        case .badVariableName(let name):
            """
            cannot set the variable '\(name)': Lambda does not allow this name
            hint: a letter, then at least one letter, digit or underscore
            """
        case .environmentTooLarge(let bytes):
            "the environment variables have \(bytes) bytes as JSON: Lambda takes at most \(LambdaLimit.variables)"
        case .badEnvironmentLine(let file, let line): "cannot read '\(file)': line \(line) is not NAME=VALUE"
        case .badConfiguration(let file, let problem): "cannot use the configuration '\(file)': \(problem)"
        case .badFunctionName(let name):
            """
            '\(name)' is not a name for a function
            hint: 1 to 64 letters, digits, hyphens and underscores
            """
        case .dataInUse(let path):
            """
            cannot use the data folder '\(path)': another shim-sim uses it
            hint: end that one, or name another folder with --data
            """
        case .badData(let path):
            """
            cannot use '\(path)': it is not what shim-sim wrote
            hint: move it away to start without it
            """
        case .noRecords(let path):
            """
            there are no records of calls in '\(path)'
            hint: 'shim-sim serve --record DIR' makes them
            """
        case .noSuchEvent(let name):
            """
            there is no sample event '\(name)'
            hint: 'shim-sim event' lists them
            """
        case .eventNotJSON(let problem):
            """
            the event is not JSON: \(problem)
            hint: a text must be quoted, as in -d '"text"'
            """
        case .eventTooLarge(let bytes): "the event has \(bytes) bytes: Lambda takes at most 6291456"
        }
    }
}
