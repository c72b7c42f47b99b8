import LambdaWire
import Platform

/// A process of its own for each event.
///
/// The next child's pipes are made while nobody waits for them, between response and reply.
final class ProcessPerEvent: Host {
    private let context: HostContext
    private var prepared: Child?
    private var run: ProgramRun?
    private var privateFolders: [String] = []
    private var anyStartFailed = false

    init(_ context: HostContext) { self.context = context }

    func start(_ done: @escaping (ShimError?) -> Void) {
        prepare()
        done(nil)
    }

    func prepare() {
        // Failing here (no descriptor left) is told where it matters: when the next event needs the child.
        if prepared == nil { prepared = try? Child(program: context.program) }
    }

    func respond(
        to invocation: Invocation,
        within limit: TimeLimit?,
        into writer: any ResponseWriter,
        _ done: @escaping (Verdict) -> Void
    ) {
        let number = context.reaper.number()
        do {
            let folder = try makePrivateFolder()
            let child = try prepared ?? Child(program: context.program)
            prepared = nil
            let run = ProgramRun(
                child: child,
                invocation: invocation,
                limit: limit,
                writer: writer,
                context: context
            ) { [weak self] in self?.ended($0, limit, done) }
            self.run = run
            try run.start(
                environment: context.environment.variables(for: invocation, privateFolder: folder, number: number),
                number: number
            )
        } catch {
            run = nil
            done(.failure(report(error)))
        }
    }

    private func ended(_ result: ProgramResult, _ limit: TimeLimit?, _ done: (Verdict) -> Void) {
        run = nil
        let report = result.failure(
            program: context.program.name,
            memory: context.memory,
            margin: limit?.margin ?? .zero
        )
        done(report.map { .failure($0) } ?? .success)
    }

    private func report(_ error: any Error) -> ErrorReport {
        switch error {
        case let failure as StartFailure:
            anyStartFailed = true
            return failure.report(program: context.program)
        case let failure as NoPrivateFolder:
            return ErrorReport(type: ErrorType.startFailed, message: failure.description)
        default:
            return ErrorReport(
                type: ErrorType.startFailed,
                message: "\(context.program.name) could not be run: \(error)"
            )
        }
    }

    func stop(_ signal: Int32) { run?.stop(.shutdown(signal), .shutdown) }

    func tidy(_ done: @escaping (ShimError?) -> Void) {
        context.reaper.tidy { [self] in
            removePrivateFolders()
            done(canGoOn ? nil : .descriptorsSpent(limit: Descriptor.limit))
        }
    }

    func close(_ done: @escaping () -> Void) { context.reaper.tidy(done) }

    func cleanUp() { removePrivateFolders() }

    // MARK: - Descriptors

    /// What one more program takes while it runs and the next one is prepared: Process's sockets, a pidfd, pipes, /proc.
    private static let descriptorsOfAProgram = 8

    /// Whether the next program finds the descriptors that it needs.
    ///
    /// Process keeps two for each program that the system did not start, and nothing gets them back. With none left its
    /// sockets would be descriptor 0, and no later event could be handled; so the runtime ends before, and Lambda starts
    /// it anew. Looked at only where a start has failed.
    private var canGoOn: Bool {
        guard anyStartFailed, let open = try? Files.list("/proc/self/fd").count else { return true }
        return open + Self.descriptorsOfAProgram <= Descriptor.limit
    }

    // MARK: - Private folders

    private struct NoPrivateFolder: Error, CustomStringConvertible {
        let place: String
        let cause: SystemError

        var description: String { "cannot make a private folder in '\(place)': \(cause); SHIM_TMPDIR is 'private'" }
    }

    private func makePrivateFolder() throws(NoPrivateFolder) -> String? {
        guard context.configuration.temporaryFolder == .private else { return nil }
        let place = context.environment.temporaryFolder
        do throws(SystemError) {
            let folder = try Files.makeTemporaryFolder(prefix: place + "/shim-")
            privateFolders.append(folder)
            return folder
        } catch {
            throw NoPrivateFolder(place: place, cause: error)
        }
    }

    /// Only when nobody is left who could write into one.
    private func removePrivateFolders() {
        for folder in privateFolders {
            do throws(SystemError) {
                try Files.removeTree(folder)
            } catch {
                context.log(.warn, "cannot remove the private folder '\(folder)': \(error)")
            }
        }
        privateFolders = []
    }
}
