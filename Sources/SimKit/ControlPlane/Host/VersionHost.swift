import Platform
import ToolKit

/// One version of a function at work: its code unpacked, and its environments.
///
/// The code is unpacked in the background; calls that come meanwhile wait for it.
final class VersionHost {
    private enum State {
        case preparing(waiting: [Invocation])
        case ready(FunctionService)
        case failed(String)
        case retired
    }

    /// Bytes that identify what runs: a version of another code or configuration needs another host.
    let identity: FunctionVersion
    private var function: FunctionConfiguration
    private let context: SimulatorContext
    private let write: ([UInt8]) -> Void
    private let folder: String
    private var state = State.preparing(waiting: [])
    private var sequence: ToolSequence?
    private var retirement: EventLoop.Timer?
    private var onPrepared: [(String?) -> Void] = []

    /// Begins to unpack.
    ///
    /// - Parameters:
    ///   - version: What it is.
    ///   - function: How it runs; its target and layers are set here.
    ///   - zip: The path of the code.
    ///   - layers: The paths of the layers' zips, in order.
    ///   - context: What the simulator's parts share.
    ///   - write: Gets lines of the log.
    /// - Throws: ``ControlError`` where no folder can be made.
    init(
        _ version: FunctionVersion,
        _ function: FunctionConfiguration,
        zip: String,
        layers: [String],
        context: SimulatorContext,
        write: @escaping ([UInt8]) -> Void
    ) throws(ControlError) {
        identity = version
        self.context = context
        self.write = write
        do throws(SimError) {
            folder = try context.workspace.makeFolder("function")
            try Self.makeFolders(folder)
        } catch {
            throw .service("\(error)")
        }
        var function = function
        function.target = .folder(path: folder + "/task")
        function.layersFolder = folder + "/opt"
        self.function = function
        // unzip says 1 for warnings, with everything unpacked.
        var steps = [
            ToolSequence.Step(tool: .unzip, arguments: ["-q", "-o", zip, "-d", folder + "/task"], accepted: 0...1)
        ]
        for layer in layers {
            steps.append(.init(tool: .unzip, arguments: ["-q", "-o", layer, "-d", folder + "/opt"], accepted: 0...1))
        }
        sequence = ToolSequence(steps, loop: context.loop) { [weak self] in self?.prepared($0) }
    }

    deinit { context.workspace.remove(folder) }

    private static func makeFolders(_ folder: String) throws(SimError) {
        for name in ["task", "opt"] {
            do throws(SystemError) {
                try Files.makeFolder("\(folder)/\(name)")
            } catch {
                throw .file(operation: "make the folder", path: "\(folder)/\(name)", error)
            }
        }
    }

    /// Calls back when it is clear whether it can run: with the reason why not, or `nil`.
    func whenPrepared(_ action: @escaping (String?) -> Void) {
        switch state {
        case .preparing: onPrepared.append(action)
        case .ready, .retired: context.loop.later { action(nil) }
        case .failed(let reason): context.loop.later { action(reason) }
        }
    }

    private func prepared(_ failure: String?) {
        sequence = nil
        guard case .preparing(let waiting) = state else { return }
        if let failure {
            state = .failed(failure)
        } else {
            do throws(SimError) {
                state = .ready(try FunctionService(function, watches: false, context: context, write: write))
            } catch {
                state = .failed("\(error)")
            }
        }
        for invocation in waiting {
            do throws(ServiceError) {
                try invoke(invocation)
            } catch {
                invocation.abandon(FunctionFailure("Sandbox.Failure", "\(error)", requestID: invocation.id))
            }
        }
        var reason: String?
        if case .failed(let text) = state { reason = text }
        let actions = onPrepared
        onPrepared = []
        for action in actions { action(reason) }
    }

    /// The environments, once there are any.
    var service: FunctionService? {
        if case .ready(let service) = state { return service }
        return nil
    }

    /// Whether there is a bootstrap to start; `true` as long as nobody knows.
    var hasBootstrap: Bool { service?.hasBootstrap ?? true }

    /// Sets how many environments there may be from now on.
    func setConcurrency(_ limit: Int) {
        function.concurrency = limit
        service?.setConcurrency(limit)
    }

    /// How many calls are in progress or wait.
    var inProgress: Int {
        switch state {
        case .preparing(let waiting): waiting.count
        case .ready(let service): service.inProgress
        case .failed, .retired: 0
        }
    }

    /// Starts a call, or keeps it until the code is there.
    func invoke(_ invocation: Invocation) throws(ServiceError) {
        switch state {
        case .preparing(let waiting):
            guard waiting.count < 1000 else { throw .tooManyRequests }
            state = .preparing(waiting: waiting + [invocation])
        case .ready(let service): try service.invoke(invocation)
        case .failed(let reason): throw .service("The code cannot be used: \(reason)")
        case .retired: throw .service("The version is gone")
        }
    }

    /// Lets what is in progress finish, then ends everything.
    func retire(_ done: @escaping () -> Void) {
        guard inProgress > 0 else { return stop(waits: true, done) }
        retirement = context.loop.after(.milliseconds(50)) { [weak self] in self?.retire(done) }
    }

    /// Ends everything, at once or after the calls in progress.
    func stop(waits: Bool, _ done: @escaping () -> Void) {
        retirement?.cancel()
        sequence = nil
        switch state {
        case .ready(let service): service.stop(waits: waits, done)
        case .preparing(let waiting):
            state = .retired
            for invocation in waiting {
                invocation.abandon(
                    FunctionFailure("Sandbox.Failure", "The simulator is stopped", requestID: invocation.id)
                )
            }
            context.loop.later(done)
        case .failed, .retired: context.loop.later(done)
        }
    }
}
