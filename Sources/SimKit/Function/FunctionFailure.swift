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
    /// Whether the function itself has reported it, with its runtime alive: REPORT lines do not speak of it.
    package var isReported = false

    /// A failure that the function itself reported.
    package init(type: String, payload: [UInt8], contentType: String, isReported: Bool = false) {
        self.type = type
        self.payload = payload
        self.contentType = contentType
        self.isReported = isReported
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
