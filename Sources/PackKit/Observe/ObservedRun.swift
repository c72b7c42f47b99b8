import Foundation
import LambdaWire
import Platform
import ToolKit

/// One run of a program under strace, with the variables that Lambda sets.
struct ObservedRun {
    let request: PackRequest
    let program: ProgramFile
    let context: PackContext
    let staging: Staging
    let view: TaskView

    /// The folders of Lambda's PATH.
    static let searchPath = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/bin"]

    /// Whether strace is here; without it, only libraries are seen.
    var hasTracer: Bool { (try? context.toolbox.path(of: .strace)) != nil }

    /// What the program did with which path.
    ///
    /// - Parameters:
    ///   - event: What it reads from standard input.
    ///   - observation: What is known so far: its variables and arguments are those of the package.
    ///   - system: Where folders of the system are hidden, if they are.
    /// - Returns: Its accesses, those of the processes that it started too.
    /// - Throws: ``PackError/observedProgramFailed(program:status:output:)`` where it fails.
    func accesses(event: Data, knowing observation: Observation, in system: HiddenSystem?) throws -> [TracedAccess] {
        let path = observation.programPlace.map { view.folder + "/" + $0 } ?? Paths.absolute(request.program ?? "")
        let command = program.command(context, as: path)
        let log = staging.path("observed")
        let words = (observation.words + request.programWords).map { PackVariable(name: "", value: $0) }
        let arguments = words.map { $0.value(root: view.folder) } + request.arguments
        var environment = environment(observation.variables)
        let result: ToolResult
        if hasTracer {
            let options = ["-ff", "-y", "-qq", "-s", "4096", "-e", TraceLog.filter, "-e", "signal=none", "-o", log]
            let words = options + command + arguments
            result = try context.toolbox.result(
                system == nil ? .strace : .unshare,
                try system?.words([context.toolbox.path(of: .strace)] + words) ?? words,
                input: event,
                directory: view.folder,
                environment: environment
            )
        } else {
            // The loader says itself what it loads, though not which other files are opened.
            environment["LD_DEBUG"] = "files"
            environment["LD_DEBUG_OUTPUT"] = log
            result = try context.toolbox.result(
                .at(command[0]),
                command.dropFirst() + arguments,
                input: event,
                directory: view.folder,
                environment: environment
            )
        }
        let prefix = Paths.name(log) + "."
        let logs = try Disk.list(staging.folder).filter { $0.hasPrefix(prefix) }.map(staging.path)
        // The next run writes its own.
        defer { for log in logs { try? Files.removeTree(log) } }
        guard result.succeeded else {
            throw PackError.observedProgramFailed(program: path, status: result.status, output: Self.tail(result))
        }
        return try logs.flatMap { log in
            let bytes = try Disk.read(log)
            return hasTracer
                ? TraceLog.accesses(in: [UInt8](bytes), directory: view.folder)
                : TraceLog.loaded(in: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// The last lines of what it wrote, standard error after standard output.
    private static func tail(_ result: ToolResult) -> String {
        [result.text, result.errors].flatMap { text in
            text.split(separator: "\n").suffix(10).map { String($0.prefix(500)) }
        }.joined(separator: "\n")
    }

    /// What a function of the program's name finds on Lambda; nothing of this process's own, so that neither keys nor the
    /// user's settings have a part in it.
    private func environment(_ variables: [PackVariable]) -> [String: String] {
        var result = [
            "PATH": Self.searchPath.joined(separator: ":"), "LANG": "en_US.UTF-8", "LC_ALL": "C.UTF-8", "TZ": ":UTC",
            "HOME": "/tmp", "TMPDIR": "/tmp", "PWD": view.folder, "SHLVL": "0",
            LambdaVariable.taskRoot: view.folder, LambdaVariable.runtimeDirectory: "/var/runtime",
            LambdaVariable.handler: program.name, LambdaVariable.functionName: program.name,
            LambdaVariable.functionVersion: "$LATEST", LambdaVariable.memorySize: "128",
            LambdaVariable.region: "us-east-1", LambdaVariable.defaultRegion: "us-east-1",
            LambdaVariable.logGroup: "/aws/lambda/" + program.name, LambdaVariable.logStream: "observed",
            LambdaVariable.initializationType: "on-demand",
        ]
        // The packer finds libraries by it, and packs them where they are found without it.
        result["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
        for variable in variables + request.variables { result[variable.name] = variable.value(root: view.folder) }
        return result
    }
}
