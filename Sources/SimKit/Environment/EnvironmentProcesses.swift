import Platform

/// The processes of one environment, runtime and extensions: started, stopped and ended together.
final class EnvironmentProcesses {
    let extensions: ExtensionHost
    /// Is told what happens to them.
    weak var environment: ExecutionEnvironment?
    /// How long they may take to end.
    var budget = Duration.seconds(2)

    private let starter: ProcessStarter
    private let api: String
    private let loop: EventLoop
    private let orphans: Orphans
    private var runtime: RuntimeProcess?
    /// Why all are being ended, while they are.
    private var ending: Lifecycle.ResetWord?

    init(_ starter: ProcessStarter, _ extensions: ExtensionHost, api: String, context: SimulatorContext) {
        self.starter = starter
        self.extensions = extensions
        self.api = api
        loop = context.loop
        orphans = context.orphans
    }

    /// Those that run.
    var ids: [ProcessID] { all.map(\.pid) }

    private var all: [RuntimeProcess] { (runtime.map { [$0] } ?? []) + extensions.processes }

    /// Stops or continues all.
    func freeze(_ frozen: Bool) {
        for process in all { process.freeze(frozen) }
    }

    /// Passes on what they have written up to now.
    func drainOutput() {
        for process in all { process.drainOutput() }
    }

    /// Starts the external extensions.
    func launchExtensions() { starter.launchExtensions(extensions, api: api) }

    /// Starts the runtime; that it cannot be started is an end like any other.
    func startRuntime() {
        do throws(StartFailure) {
            let process = try starter.launchRuntime(api: api) { [weak self] in self?.runtimeEnded($0) }
            orphans.add(process.pid)
            runtime = process
        } catch {
            let reason = error.reason
            loop.later { [weak self] in self?.runtimeEnded(reason) }
        }
    }

    /// The runtime has said that it cannot go on: it is not waited for if it does not exit now.
    func expectExit() {
        let reporting = runtime
        loop.after(.milliseconds(500)) { if reporting?.isRunning == true { reporting?.kill() } }
    }

    /// Ends all of them, as Lambda does: with extensions the runtime has a moment of its own, and is asked first.
    func end(_ word: Lifecycle.ResetWord, atOnce: Bool) {
        guard ending == nil else { return }
        ending = word
        guard let runtime else { return endExtensions(word) }
        guard !extensions.isEmpty, !atOnce else { return runtime.kill() }
        runtime.terminate()
        loop.after(budget * 3 / 20) { if runtime.isRunning { runtime.kill() } }
    }

    private func runtimeEnded(_ reason: FailureReason) {
        if let pid = runtime?.pid { orphans.remove(pid) }
        runtime = nil
        if let ending { endExtensions(ending) } else { environment?.send(.runtimeEnded(reason)) }
    }

    private func endExtensions(_ word: Lifecycle.ResetWord) {
        extensions.shutDown(reason: word.rawValue, within: budget) { [weak self] in
            self?.ending = nil
            self?.environment?.send(.processesGone)
        }
    }
}
