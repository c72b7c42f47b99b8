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

    /// Where the code is.
    enum Code {
        /// The paths of a zip, and of the layers' zips in order.
        case zip(String, layers: [String])
        /// The folder of an image, and what takes the place of its own words.
        case image(String, ImageOverrides)
    }

    /// Bytes that identify what runs: a version of another code or configuration needs another host.
    let identity: FunctionVersion
    private var function: FunctionConfiguration
    private let context: SimulatorContext
    private let write: ([UInt8]) -> Void
    private let folder: String
    private var state = State.preparing(waiting: [])
    private var sequence: ToolSequence?
    private var unpacking: BackgroundWork<Result<UnpackedImage, SimError>>?
    private var onStopped: (() -> Void)?
    private var retirement: EventLoop.Timer?
    private var onPrepared: [(String?) -> Void] = []

    /// Begins to unpack.
    ///
    /// - Parameters:
    ///   - version: What it is.
    ///   - function: How it runs; its target and layers are set here.
    ///   - code: Where the code is.
    ///   - context: What the simulator's parts share.
    ///   - write: Gets lines of the log.
    /// - Throws: ``ControlError`` where no folder can be made.
    init(
        _ version: FunctionVersion,
        _ function: FunctionConfiguration,
        _ code: Code,
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
        self.function = function
        switch code {
        case .zip(let zip, let layers): unzip(zip, layers)
        case .image(let image, let overrides): try unpack(image, overrides)
        }
    }

    private func unzip(_ zip: String, _ layers: [String]) {
        function.target = .folder(path: folder + "/task")
        function.layersFolder = folder + "/opt"
        // unzip says 1 for warnings, with everything unpacked.
        var steps = [
            ToolSequence.Step(tool: .unzip, arguments: ["-q", "-o", zip, "-d", folder + "/task"], accepted: 0...1)
        ]
        for layer in layers {
            steps.append(.init(tool: .unzip, arguments: ["-q", "-o", layer, "-d", folder + "/opt"], accepted: 0...1))
        }
        sequence = ToolSequence(steps, loop: context.loop) { [weak self] in self?.prepared($0) }
    }

    private func unpack(_ image: String, _ overrides: ImageOverrides) throws(ControlError) {
        function.isolation = .namespaces(root: .image)
        let folder = folder
        do throws(SystemError) {
            unpacking = try BackgroundWork(loop: context.loop) { interrupts in
                Result { () throws(SimError) in
                    try Isolator.check(.namespaces(root: .image))
                    var unpacked = try UnpackedImage.unpack(
                        image,
                        to: folder + "/root/image",
                        scratch: folder + "/layers",
                        interrupts: interrupts
                    )
                    unpacked.configuration = overrides.applied(to: unpacked.configuration)
                    return unpacked
                }
            } done: { [weak self] in
                self?.unpacked($0)
            }
        } catch {
            throw .service("\(error)")
        }
    }

    private func unpacked(_ result: Result<UnpackedImage, SimError>) {
        unpacking = nil
        if let onStopped {
            self.onStopped = nil
            return onStopped()
        }
        switch result {
        case .success(let image):
            function.target = .unpackedImage(image)
            prepared(nil)
        case .failure(let error): prepared("\(error)")
        }
    }

    deinit { context.workspace.remove(folder) }

    private static func makeFolders(_ folder: String) throws(SimError) {
        for name in ["task", "opt", "root"] {
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

    /// Whether the code cannot be used.
    var hasFailed: Bool {
        if case .failed = state { return true }
        return false
    }

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
            // The folder belongs to the thread until it has ended.
            guard let unpacking else { return context.loop.later(done) }
            onStopped = done
            unpacking.cancel()
        case .failed, .retired: context.loop.later(done)
        }
    }
}
