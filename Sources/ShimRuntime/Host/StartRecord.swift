import LambdaWire
import Platform

/// What is known about failed starts: for the report of one, and to decide whether the shim can go on.
struct StartRecord {
    private var anyFailed = false
    private var isOver = false

    /// What one more program takes while it runs and the next one is prepared: Process's sockets, a pidfd, pipes, /proc.
    private static let descriptorsOfAProgram = 8

    /// The error of an event whose program could not be started.
    mutating func report(_ error: any Error, _ context: HostContext) -> ErrorReport {
        switch error {
        case let failure as StartFailure:
            anyFailed = true
            isOver = isOver || failure.isFinal
            return failure.report(program: context.program)
        case let failure as PrivateFolders.Failure:
            return ErrorReport(type: ErrorType.startFailed, message: failure.description)
        default:
            return ErrorReport(
                type: ErrorType.startFailed,
                message: "\(context.program.name) could not be run: \(error)"
            )
        }
    }

    /// What keeps the shim from running another program, if anything.
    var problem: ShimError? {
        isOver ? .noDescriptorForAProgram : canGoOn ? nil : .descriptorsSpent(limit: Descriptor.limit)
    }

    /// Whether the next program finds the descriptors that it needs.
    ///
    /// Process keeps two for each program that the system did not start, and nothing gets them back. With none left its
    /// sockets would be descriptor 0, and no later event could be handled; so the runtime ends before, and Lambda starts
    /// it again. Checked only after a start has failed.
    private var canGoOn: Bool {
        guard anyFailed, let open = try? Files.list("/proc/self/fd").count else { return true }
        return open + Self.descriptorsOfAProgram <= Descriptor.limit
    }
}
