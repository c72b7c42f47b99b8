import Platform

/// What an environment says about an invocation when it has finished with it.
package struct InvocationReport: Sendable {
    /// How it went.
    package enum Status: String, Sendable {
        /// The function answered.
        case success
        /// The function or its runtime failed.
        case error
        /// The time was over.
        case timeout
    }

    /// The request id.
    package var requestID: String
    /// When it began, on the wall clock.
    package var start: Timestamp
    /// How long it waited for an environment and its init.
    package var waited: Duration
    /// From the start to the end of the runtime's work.
    package var duration: Duration
    /// How long the init took, where there was one before this invocation.
    package var initDuration: Duration?
    /// The configured memory in MB.
    package var memorySize: Int
    /// The most that the processes used together, in MB.
    package var maximumMemoryUsed: Int
    /// How it went.
    package var status: Status
    /// What the failure is called.
    package var errorType: String?
    /// Whether the function itself has reported the failure, with its runtime alive.
    package var isReported = false
    /// Bytes of the answer.
    package var producedBytes: Int
    /// Which environment it ran in.
    package var environment: String
    /// The end of the log, at most ``InvocationLog/keptBytes``.
    package var log: [UInt8]
    /// The event.
    package var event: [UInt8] = []
    /// Where in the log the invocation itself begins, after an init.
    package var logStart = 0

    /// Milliseconds, rounded up, with the init (since August 2025).
    package var billedMilliseconds: Int {
        Int(((duration + (initDuration ?? .zero)).milliseconds).rounded(.up))
    }

    /// The last 4 KB of the log, which `X-Amz-Log-Result` carries: from START on, and not from the middle of a character,
    /// which clients that decode it would fail on.
    package var logTail: ArraySlice<UInt8> {
        let own = log.dropFirst(logStart)
        let tail = own.suffix(4096)
        guard tail.count < own.count else { return tail }
        let broken = tail.prefix(3).prefix { $0 & 0xC0 == 0x80 }.count
        return tail.dropFirst(broken)
    }
}

extension InvocationReport {
    /// The report of an invocation that has ended just now; its log is still to come.
    init(
        of invocation: Invocation,
        start: Timestamp,
        initDuration: Duration?,
        memorySize: Int,
        maximumMemoryUsed: Int,
        timeout: Duration,
        environment: String
    ) {
        let failure = invocation.failure
        let duration = invocation.started.duration(to: .now)
        self.init(
            requestID: invocation.id,
            start: start,
            waited: invocation.arrived.duration(to: invocation.started),
            duration: failure?.isTimeout == true ? timeout : duration,
            initDuration: initDuration,
            memorySize: memorySize,
            maximumMemoryUsed: maximumMemoryUsed,
            status: failure.map { $0.isTimeout ? .timeout : .error } ?? .success,
            errorType: failure.flatMap { $0.isTimeout ? nil : $0.type },
            isReported: failure?.isReported ?? false,
            producedBytes: invocation.producedBytes,
            environment: environment,
            log: [],
            event: invocation.event
        )
    }
}
