import LambdaWire
import Platform

/// A process of its own for each event.
///
/// The next child's pipes are made while nobody waits for them, between response and reply.
final class ProcessPerEvent: Host {
    private let context: HostContext
    private var prepared: Child?
    private var run: ProgramRun?
    private let folders: PrivateFolders
    private var starts = StartRecord()

    init(_ context: HostContext) {
        self.context = context
        folders = PrivateFolders(context)
    }

    func start(_ done: @escaping (ShimError?) -> Void) { done(nil) }

    func prepare() {
        // A failure here (no descriptor left) is reported when the next event needs the child.
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
            let folder = try folders.make()
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
            done(.failure(starts.report(error, context)))
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

    func stop(_ signal: Int32) { run?.stop(.shutdown(signal), .shutdown) }

    func tidy(_ done: @escaping (ShimError?) -> Void) {
        context.reaper.tidy { [self] in
            folders.removeAll()
            done(starts.problem)
        }
    }

    func close(_ done: @escaping () -> Void) { context.reaper.tidy(done) }

    func cleanUp() { folders.removeAll() }
}
