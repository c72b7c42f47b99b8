import HTTPWire
import Platform

/// A failure as the caller of a function sees it.
package struct FunctionFailure: Equatable, Sendable {
    /// What the log and the metrics call it, `Runtime.ExitError`.
    package var type: String
    /// What the caller gets.
    package var payload: [UInt8]
    /// The type of the payload.
    package var contentType = "application/json"
    /// Whether it is a time-out, which REPORT lines call so.
    package var isTimeout = false

    /// A failure that the function itself reported.
    package init(type: String, payload: [UInt8], contentType: String) {
        self.type = type
        self.payload = payload
        self.contentType = contentType
    }

    /// A failure that Lambda reports, in its own form: `RequestId: … Error: …`.
    package init(_ type: String, _ message: String, requestID: String?, isTimeout: Bool = false) {
        self.type = type
        self.isTimeout = isTimeout
        let text = (requestID.map { "RequestId: \($0) " } ?? "") + "Error: \(message)"
        payload = Array(Self.body(type, text).utf8)
    }

    /// A failure whose message stands alone.
    package init(_ type: String, plainMessage: String) {
        self.type = type
        payload = Array(Self.body(type, plainMessage).utf8)
    }

    private static func body(_ type: String, _ message: String) -> String {
        JSONValue.object([("errorType", .string(type)), ("errorMessage", .string(message))]).text
    }
}

/// One call of a function, from the caller to the report.
///
/// Whoever made it sets ``deliver`` and gets, in this order: at most one `.began`, any number of `.bytes`, one of `.ended`
/// and `.failed`; and, when the environment has finished with it, `.reported`.
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
    /// The ARN that was called, with the qualifier if there was one.
    package let arn: String
    /// The X-Ray header.
    package let traceID: String
    /// The client context, decoded.
    package let clientContext: String?
    /// Who calls, as Cognito says.
    package let cognitoIdentity: String?
    /// The tenant of a tenant-isolated function.
    package let tenantID: String?
    /// Whether the caller takes the answer as it comes; otherwise it is kept until it is complete, up to the limit.
    package let wantsStream: Bool
    /// When the call arrived.
    package let arrived = ContinuousClock.Instant.now
    /// When it must be done; set at its start.
    package var deadline = Timestamp(milliseconds: 0)
    /// When it was started.
    package var started = ContinuousClock.Instant.now
    /// What the caller hears.
    package var deliver: (Delivery) -> Void = { _ in }
    /// Stops the function from sending more of its stream, or lets it go on.
    package var pauseSource: ((Bool) -> Void)?
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
        arn: String,
        traceID: String? = nil,
        clientContext: String? = nil,
        cognitoIdentity: String? = nil,
        tenantID: String? = nil,
        wantsStream: Bool = false
    ) {
        self.id = id
        self.event = event
        self.arn = arn
        self.traceID = traceID ?? Identifiers.traceID()
        self.clientContext = clientContext
        self.cognitoIdentity = cognitoIdentity
        self.tenantID = tenantID
        self.wantsStream = wantsStream
    }

    func begin(contentType: String) {
        guard progress == .none else { return }
        progress = .began
        firstByte = .now
        deliver(.began(contentType: contentType))
    }

    func add(_ bytes: UnsafeRawBufferPointer) {
        guard progress == .began else { return }
        producedBytes += bytes.count
        deliver(.bytes(bytes))
    }

    func end(error: (type: String, body: [UInt8])? = nil) {
        guard progress == .began else { return }
        progress = .done
        if let error {
            failure = FunctionFailure(type: error.type, payload: error.body, contentType: "application/json")
        }
        deliver(.ended(error: error))
    }

    func fail(_ failure: FunctionFailure) {
        if self.failure == nil { self.failure = failure }
        guard progress != .done else { return }
        progress = .done
        deliver(.failed(failure))
    }

    /// Ends a call that no environment has taken.
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

    /// Lets go of the caller, who has been told otherwise.
    func forgetCaller() { deliver = { _ in } }

    func report(_ report: InvocationReport) {
        deliver(.reported(report))
        deliver = { _ in }
        pauseSource = nil
    }
}

/// Names nobody else has.
package enum Identifiers {
    /// A random UUID in lower case.
    package static func uuid() -> String {
        var bytes = random(16)
        // RFC 9562: version 4, variant 10.
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var digits = digits(of: bytes)
        for position in [8, 13, 18, 23] { digits.insert(0x2D, at: position) }
        return String(decoding: digits, as: UTF8.self)
    }

    /// An X-Ray header that says that nothing is sampled.
    package static func traceID() -> String {
        let seconds = String(Timestamp.now.milliseconds / 1000, radix: 16)
        return "Root=1-\(seconds)-\(hex(12));Parent=\(hex(8));Sampled=0"
    }

    /// Random bytes as hexadecimal digits.
    package static func hex(_ bytes: Int) -> String {
        String(decoding: digits(of: random(bytes)), as: UTF8.self)
    }

    private static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
        return Array(bytes.prefix(count))
    }

    private static func digits(of bytes: [UInt8]) -> [UInt8] {
        let table = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [table[Int($0 >> 4)], table[Int($0 & 15)]] }
    }
}
