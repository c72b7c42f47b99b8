import Platform

/// What comes with a call beside its event, from whoever made it to the runtime and the log.
package struct CallerContext: Sendable, Equatable {
    /// The ARN that was called, with the qualifier if there was one.
    package var arn: String
    /// What was called: `$LATEST` or the number of a version.
    package var version: String
    /// The X-Ray header.
    package var traceID: String
    /// The client context, decoded.
    package var clientContext: String?
    /// Who calls, as Cognito says.
    package var cognitoIdentity: String?
    /// The tenant of a tenant-isolated function.
    package var tenantID: String?

    /// What comes with a call; without a trace one is begun.
    package init(
        arn: String,
        version: String = "$LATEST",
        traceID: String? = nil,
        clientContext: String? = nil,
        cognitoIdentity: String? = nil,
        tenantID: String? = nil
    ) {
        self.arn = arn
        self.version = version
        self.traceID = traceID ?? Identifiers.traceID()
        self.clientContext = clientContext
        self.cognitoIdentity = cognitoIdentity
        self.tenantID = tenantID
    }

    /// The ARN with the qualifier that was called, or the one that is meant without any.
    var qualifiedARN: String { arn.split(separator: ":").count > 7 ? arn : arn + ":$LATEST" }

    /// Whether the trace is kept, so that the log tells of it.
    var isSampled: Bool {
        traceID.utf8.split(separator: UInt8(ascii: ";")).contains { $0.elementsEqual("Sampled=1".utf8) }
    }
}

/// Whoever waits for a function's answer.
///
/// It hears, in this order: at most one `.began`, any number of `.bytes`, one of `.ended` and `.failed`; and, when the
/// environment has finished with the call, `.reported`.
package protocol Caller: AnyObject {
    /// Hears what comes next.
    func hear(_ delivery: Invocation.Delivery)
}

/// One call of a function, from the caller to the report.
package final class Invocation {
    /// What the caller hears.
    package enum Delivery {
        /// The function answers.
        case began(contentType: String)
        /// Some bytes of the answer; valid only during the call.
        case bytes(UnsafeRawBufferPointer)
        /// The answer is complete; a stream may still say that something went wrong in the middle.
        case ended(error: (type: String, body: [UInt8])?)
        /// There is no answer, or it broke off.
        case failed(FunctionFailure)
        /// The environment has finished, the log of the invocation is complete.
        case reported(InvocationReport)
    }

    /// How the answer is passed on, which only the call decides: runtimes stream or not as they like.
    package enum Mode: Sendable {
        /// It is kept until it is complete, up to the limit.
        case buffered
        /// It goes to the caller as it comes.
        case streaming
        /// As the runtime says: for a person who only looks.
        case either
    }

    /// How far the answer has come.
    package enum Progress: Equatable {
        /// Nothing has come.
        case none
        /// Some bytes may have come.
        case began
        /// It is complete, or has failed.
        case done
    }

    /// The request id, a UUID in lower case.
    package let id: String
    /// The event's bytes.
    package let event: [UInt8]
    /// What came with it.
    package let context: CallerContext
    /// What becomes of the answer.
    package let mode: Mode
    /// When the call arrived.
    package let arrived = ContinuousClock.Instant.now
    /// When it must be done; set at its start.
    package var deadline = Timestamp(milliseconds: 0)
    /// When it was started.
    package var started = ContinuousClock.Instant.now
    /// Who waits for the answer, until all has been said.
    package var caller: (any Caller)?
    /// Where the answer comes from, while it is a stream.
    package weak var source: HTTPExchange?
    /// Its number in the environment that has taken it.
    var call: Lifecycle.Call = 0
    /// How far the answer has come.
    package private(set) var progress = Progress.none
    /// What went wrong, for the report.
    package private(set) var failure: FunctionFailure?
    /// Bytes of the answer so far.
    package private(set) var producedBytes = 0
    /// When the first byte of the answer came.
    package private(set) var firstByte: ContinuousClock.Instant?

    /// A call.
    package init(
        id: String = Identifiers.uuid(),
        event: [UInt8],
        context: CallerContext,
        mode: Mode = .buffered
    ) {
        self.id = id
        self.event = event
        self.context = context
        self.mode = mode
    }

    func begin(contentType: String) {
        guard progress == .none else { return }
        progress = .began
        firstByte = .now
        caller?.hear(.began(contentType: contentType))
    }

    func add(_ bytes: UnsafeRawBufferPointer) {
        guard progress == .began else { return }
        producedBytes += bytes.count
        caller?.hear(.bytes(bytes))
    }

    func end(error: (type: String, body: [UInt8])? = nil) {
        guard progress == .began else { return }
        progress = .done
        if let error {
            failure = FunctionFailure(
                type: error.type,
                payload: error.body,
                contentType: "application/json",
                isReported: true
            )
        }
        caller?.hear(.ended(error: error))
    }

    func fail(_ failure: FunctionFailure) {
        if self.failure == nil { self.failure = failure }
        guard progress != .done else { return }
        progress = .done
        caller?.hear(.failed(failure))
    }

    /// Ends a call that no environment took.
    func abandon(_ failure: FunctionFailure) {
        fail(failure)
        report(
            InvocationReport(
                requestID: id,
                start: .now,
                waited: arrived.duration(to: .now),
                duration: .zero,
                memorySize: 0,
                maximumMemoryUsed: 0,
                status: .error,
                errorType: failure.type,
                producedBytes: 0,
                environment: "",
                log: []
            )
        )
    }

    /// Lets go of the caller, who has been answered in another way.
    func forgetCaller() { caller = nil }

    /// Stops the function from sending more of its stream, or lets it go on.
    func pauseSource(_ paused: Bool) { source?.pauseBody(paused) }

    func report(_ report: InvocationReport) {
        caller?.hear(.reported(report))
        caller = nil
        source = nil
    }
}
