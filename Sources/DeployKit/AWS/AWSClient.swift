import FunctionFile
import Platform
import ToolKit

/// How long to wait, and between what.
package struct Timing: Sendable, Equatable {
    /// The first delay before a refused call is tried again.
    package var firstDelay = Duration.seconds(1)
    /// The first delay between two looks at something that is not ready; the last is four times as long.
    package var poll = Duration.milliseconds(500)
    /// How long something may take to become ready.
    package var patience = Duration.seconds(300)

    /// What suits AWS.
    package init() {}
}

/// Calls the AWS CLI.
package struct AWSClient: Sendable {
    /// The commands.
    package let commands: CommandLineText
    /// Delays and limits.
    package let timing: Timing
    let toolbox: Toolbox
    private let tell: @Sendable (String) -> Void

    /// Prepares calls.
    ///
    /// - Parameters:
    ///   - settings: Where they go.
    ///   - toolbox: What runs the CLI.
    ///   - timing: Delays and limits.
    ///   - tell: Called with what is waited for, and why.
    package init(
        settings: AWSSettings,
        toolbox: Toolbox,
        timing: Timing = Timing(),
        tell: @escaping @Sendable (String) -> Void
    ) {
        commands = CommandLineText(settings)
        self.toolbox = toolbox
        self.timing = timing
        self.tell = tell
    }

    /// The same client with tools that no signal stops, for what must not be left half done.
    func ignoringSignals(_ toolbox: Toolbox) -> AWSClient {
        AWSClient(settings: commands.settings, toolbox: toolbox, timing: timing, tell: tell)
    }

    /// Makes one call and tries it again as ``RetryTable`` says.
    ///
    /// - Returns: The answer; `null` where there is none, and where a forgiven error says that it has been done.
    /// - Throws: ``DeployError/refused(_:)``, ``Platform/Interruption``, ``ToolKit/ToolError``.
    @discardableResult
    package func perform(_ call: AWSCall) throws -> JSON {
        switch try answers([call])[0] {
        case .success(let answer): return answer
        case .failure(let failure):
            if let code = failure.code, call.forgiven.contains(code) { return .null }
            throw DeployError.refused(failure)
        }
    }

    /// Makes calls side by side, each tried again as ``RetryTable`` says.
    ///
    /// - Returns: What became of each, in their order.
    package func answers(_ calls: [AWSCall]) throws -> [Result<JSON, AWSFailure>] {
        var results = [Result<JSON, AWSFailure>?](repeating: nil, count: calls.count)
        var pending = calls.indices.map { (index: $0, attempt: 1, due: ContinuousClock.Instant.now) }
        let began = ContinuousClock.Instant.now
        while !pending.isEmpty {
            let now = ContinuousClock.Instant.now
            let due = pending.filter { $0.due <= now }
            guard !due.isEmpty else {
                try pause(now.duration(to: pending.map(\.due).min() ?? now))
                continue
            }
            pending.removeAll { $0.due <= now }
            let ended = try toolbox.results(due.map { commands.run(calls[$0.index]) })
            for (work, result) in zip(due, ended) {
                let answer = Self.answer(calls[work.index], result)
                results[work.index] = answer
                guard case .failure(let failure) = answer,
                    !calls[work.index].forgiven.contains(failure.code ?? "-"),
                    let again = RetryTable.delay(
                        after: failure,
                        attempt: work.attempt,
                        elapsed: began.duration(to: .now),
                        first: timing.firstDelay
                    )
                else { continue }
                tell("waiting: \(again.reason)")
                pending.append((work.index, work.attempt + 1, .now.advanced(by: again.delay)))
            }
        }
        return results.compactMap(\.self)
    }

    /// Waits, unless a signal asks to stop.
    package func pause(_ duration: Duration) throws {
        let end = ContinuousClock.Instant.now.advanced(by: duration)
        while true {
            try toolbox.checkInterrupt()
            let rest = ContinuousClock.Instant.now.duration(to: end)
            if rest <= .zero { return }
            _ = try poll([PollRequest(toolbox.interrupts ?? -1, .readable)], timeout: rest)
        }
    }

    private static func answer(_ call: AWSCall, _ result: ToolResult) -> Result<JSON, AWSFailure> {
        guard result.succeeded else { return .failure(AWSFailure(call, result)) }
        if result.output.allSatisfy({ $0 <= 0x20 }) { return .success(.null) }
        guard let answer = JSON.parse(result.output) else {
            return .failure(
                AWSFailure(kind: .other, operation: call.name, message: "its answer is not JSON")
            )
        }
        return .success(answer)
    }
}
