import LambdaWire
import Platform

/// Starts the processes of one environment, extensions and runtime: in its folders, with its variables, into its log.
struct ProcessStarter {
    /// The name of the environment, which is that of its log stream.
    let name: String
    /// Gets what the processes write.
    let log: FunctionLog
    /// The folders; whoever ends the environment removes them.
    let sandbox: Sandbox
    private let deployment: Deployment
    private let loop: EventLoop
    private let orphans: Orphans
    private let endpoint: String?
    private let shared: [String: String]

    /// Makes the folders; nothing is started.
    init(
        _ function: FunctionConfiguration,
        _ deployment: Deployment,
        context: SimulatorContext,
        write: @escaping ([UInt8]) -> Void
    ) throws(SimError) {
        name = "\(Timestamp.now.datePath)/[\(function.version)]\(Identifiers.hex(16))"
        let level = function.environment[LambdaVariable.logLevel].flatMap { LogLevel(name: $0) } ?? .info
        log = FunctionLog(
            format: function.logFormat,
            minimumLevel: level,
            systemLevel: function.systemLogLevel,
            write: write
        )
        sandbox = try Sandbox(function, deployment, in: context.workspace)
        self.deployment = deployment
        loop = context.loop
        orphans = context.orphans
        endpoint = context.endpoint
        shared = function.shared
    }

    /// What the function's configuration says wins over what all functions get.
    private func variables(api: String) -> [String: String] {
        var variables = sandbox.variables(api: api, logStream: name)
        variables.merge(shared) { own, _ in own }
        if let endpoint, variables[LambdaVariable.endpoint] == nil { variables[LambdaVariable.endpoint] = endpoint }
        return variables
    }

    /// Starts the external extensions, without waiting for any of them.
    ///
    /// - Parameters:
    ///   - extensions: Those of the environment.
    ///   - api: Host and port of its Runtime API.
    func launchExtensions(_ extensions: ExtensionHost, api: String) {
        let variables = variables(api: api)
        let log = log
        extensions.launch(
            deployment.extensions,
            { path throws(SystemError) in try sandbox.externalExtension(path, variables) },
            orphans: orphans,
            output: { log.output($0) }
        )
    }

    /// Starts the runtime.
    ///
    /// - Parameters:
    ///   - api: Host and port of the environment's Runtime API.
    ///   - ended: Called once it has ended, with what that means where it was expected to run.
    /// - Returns: Its process.
    /// - Throws: ``StartFailure`` where there is nothing to start, or the system refuses.
    func launchRuntime(
        api: String,
        ended: @escaping (FailureReason) -> Void
    ) throws(StartFailure) -> RuntimeProcess {
        guard let bootstrap = deployment.bootstrap else { throw StartFailure(reason: .noBootstrap) }
        do throws(SystemError) {
            let (log, sandbox, tail) = (log, sandbox, OutputTail())
            return try RuntimeProcess(
                try sandbox.runtime(bootstrap, variables(api: api)),
                loop: loop,
                output: {
                    log.output($0)
                    if sandbox.isIsolated { tail.add($0) }
                },
                ended: { ended(sandbox.failure(of: bootstrap, $0, tail)) }
            )
        } catch {
            throw StartFailure(reason: .cannotStart(sandbox.pathInside(bootstrap), SystemError.text(error.errno)))
        }
    }
}

/// Why a runtime could not be started, in Lambda's words.
struct StartFailure: Error {
    let reason: FailureReason
}
