import Platform
import ToolKit

/// Programs of the system, one after the other, while everything else goes on.
final class ToolSequence {
    /// One of them.
    struct Step {
        let tool: Tool
        let arguments: [String]
        /// Exit statuses that are fine.
        var accepted: ClosedRange<Int32> = 0...0
    }

    private let loop: EventLoop
    private var steps: ArraySlice<Step>
    private let done: (String?) -> Void
    private var process: RuntimeProcess?
    private var tail = OutputTail()

    /// Starts the first of them.
    ///
    /// - Parameters:
    ///   - steps: What to run.
    ///   - loop: The loop that waits for them.
    ///   - done: Called once, never from in here: with what the one that failed said, or with `nil`.
    init(_ steps: [Step], loop: EventLoop, done: @escaping (String?) -> Void) {
        self.loop = loop
        self.steps = steps[...]
        self.done = done
        loop.later { [weak self] in self?.next() }
    }

    /// The last line that was written.
    var lastLine: String { tail.lastLine ?? "" }

    private func next() {
        guard let step = steps.popFirst() else { return done(nil) }
        tail = OutputTail()
        let path: String
        do throws(ToolError) {
            path = try Toolbox.path(of: step.tool)
        } catch {
            return done("\(error)")
        }
        let child = ChildSpec(
            executable: path,
            arguments: [step.tool.name] + step.arguments,
            environment: Toolbox.environment(),
            directory: "/"
        )
        do throws(SystemError) {
            process = try RuntimeProcess(
                child,
                loop: loop,
                output: { [weak self] in self?.tail.add($0) },
                ended: { [weak self] in self?.ended(step, $0) }
            )
        } catch {
            done("\(step.tool.name): \(error)")
        }
    }

    private func ended(_ step: Step, _ end: ProcessEnd) {
        process = nil
        if case .exited(let status) = end, step.accepted.contains(status) { return next() }
        done("\(step.tool.name): \(tail.lastLine ?? "no message")")
    }
}
