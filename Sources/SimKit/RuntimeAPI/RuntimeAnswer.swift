import LambdaWire
import Foundation
import HTTPWire
import Platform

/// A runtime's `/response`: read whole, or passed on as it comes.
struct RuntimeAnswer {
    private let exchange: HTTPExchange
    private let invocation: Invocation
    private let loop: EventLoop

    init(_ exchange: HTTPExchange, _ invocation: Invocation, loop: EventLoop) {
        self.exchange = exchange
        self.invocation = invocation
        self.loop = loop
    }

    /// What is said about an answer.
    enum Outcome {
        /// The runtime has said all that it will: it may ask for the next event.
        case taken
        /// The runtime has said all, but it broke off; how the call ends is seen a moment later.
        case cut
        /// The call has ended after that.
        case failed
        /// It said something about itself that is not known: only a new process gets out of this, as on Lambda.
        case refused
    }

    /// Takes the answer.
    ///
    /// - Parameter ended: Called when the caller has it, or has the failure, just before the runtime is told so.
    func take(_ ended: @escaping (Outcome) -> Void) {
        let said = exchange.head.fields[LambdaHeader.responseMode] ?? ""
        let type = exchange.head.fields["Content-Type"]
        switch (said, invocation.mode) {
        case ("streaming", .streaming), ("streaming", .either): takeStream(type ?? "application/octet-stream", ended)
        case ("streaming", .buffered): takeWhole(type ?? "application/octet-stream", ended)
        // AWS's Go client streams and never says so: what was called decides.
        case ("", .streaming): takeStream(type ?? "application/json", ended)
        case ("", .buffered), ("", .either): takeWhole(type ?? "application/json", ended)
        default:
            RuntimeReply.invalidResponseMode(exchange)
            invocation.fail(
                FunctionFailure(
                    type: ErrorType.invalidResponseMode,
                    payload: [],
                    contentType: "application/octet-stream"
                )
            )
            ended(.refused)
        }
    }

    private func takeWhole(_ contentType: String, _ ended: @escaping (Outcome) -> Void) {
        let (exchange, invocation, loop) = (exchange, invocation, loop)
        let limit = RuntimeReply.payloadLimit
        var bytes: [UInt8] = []
        var size = 0
        if case .length(let count) = exchange.framing, count <= limit { bytes.reserveCapacity(count) }
        exchange.stream { part in
            switch part {
            case .bytes(let piece):
                size += piece.count
                if size <= limit { bytes.append(contentsOf: piece) } else { bytes = [] }
            case .end(let trailers):
                if size > limit {
                    invocation.fail(Self.tooLarge)
                    ended(.taken)
                    RuntimeReply.tooLarge(exchange)
                } else if let error = Self.trailerError(trailers) {
                    invocation.fail(
                        FunctionFailure(
                            type: error.type,
                            payload: error.body,
                            contentType: "application/json",
                            isReported: true
                        )
                    )
                    ended(.taken)
                    RuntimeReply.accepted(exchange)
                } else {
                    invocation.begin(contentType: contentType)
                    bytes.withUnsafeBytes { if !$0.isEmpty { invocation.add($0) } }
                    invocation.end()
                    ended(.taken)
                    RuntimeReply.accepted(exchange)
                }
                bytes = []
            case .cut:
                bytes = []
                ended(.cut)
                Self.fail(invocation, loop, ended)
                RuntimeReply.truncated(exchange)
            }
        }
    }

    private func takeStream(_ contentType: String, _ ended: @escaping (Outcome) -> Void) {
        let (exchange, invocation, loop) = (exchange, invocation, loop)
        invocation.begin(contentType: contentType)
        invocation.source = exchange
        exchange.stream { part in
            switch part {
            case .bytes(let piece): invocation.add(piece)
            case .end(let trailers):
                invocation.end(error: Self.trailerError(trailers))
                ended(.taken)
                RuntimeReply.accepted(exchange)
            case .cut:
                ended(.cut)
                Self.fail(invocation, loop, ended)
                RuntimeReply.truncated(exchange)
            }
        }
    }

    /// The members are in Lambda's own order, which here differs from that elsewhere.
    static var tooLarge: FunctionFailure {
        let type = ErrorType.responseSizeTooLarge
        let message =
            "Response payload size exceeded maximum allowed payload size (\(RuntimeReply.payloadLimit) bytes)."
        let body = JSONValue.object([("errorMessage", .string(message)), ("errorType", .string(type))])
        return FunctionFailure(type: type, payload: Array(body.text.utf8), contentType: "application/json")
    }

    /// A process that dies closes its connection a moment before its end is seen: then the end is the better reason.
    private static func fail(_ invocation: Invocation, _ loop: EventLoop, _ ended: @escaping (Outcome) -> Void) {
        loop.after(.milliseconds(50)) {
            invocation.fail(
                FunctionFailure(ErrorType.truncatedResponse, "Runtime truncated response", requestID: invocation.id)
            )
            ended(.failed)
        }
    }

    private static func trailerError(_ trailers: HTTPFields) -> (type: String, body: [UInt8])? {
        guard let type = trailers[LambdaHeader.errorType] else { return nil }
        let body = trailers[LambdaHeader.errorBody] ?? ""
        // What is not base64 is shown as it is rather than lost.
        return (type, Data(base64Encoded: body).map(Array.init) ?? Array(body.utf8))
    }
}
