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

    /// How an answer ended.
    enum Outcome {
        /// It has been taken, or was too large to be.
        case taken
        /// It broke off, or said something about itself that is not known.
        case broken
    }

    /// Takes the answer.
    ///
    /// - Parameter ended: Called once when the caller has it, or has the failure, just before the runtime is told so.
    func take(_ ended: @escaping (Outcome) -> Void) {
        switch exchange.head.fields["Lambda-Runtime-Function-Response-Mode"] {
        case nil: takeWhole(isStream: false, ended)
        case "streaming" where invocation.wantsStream: takeStream(ended)
        case "streaming": takeWhole(isStream: true, ended)
        default:
            // The state stays as it is: only a new process gets out of it, as on Lambda.
            RuntimeReply.invalidResponseMode(exchange)
            invocation.fail(
                FunctionFailure(
                    type: "Runtime.InvalidResponseModeHeader",
                    payload: [],
                    contentType: "application/octet-stream"
                )
            )
            ended(.broken)
        }
    }

    private func takeWhole(isStream: Bool, _ ended: @escaping (Outcome) -> Void) {
        let (exchange, invocation, loop) = (exchange, invocation, loop)
        let otherwise = isStream ? "application/octet-stream" : "application/json"
        let contentType = exchange.head.fields["Content-Type"] ?? otherwise
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
                    invocation.fail(Self.tooLarge(size))
                    ended(.taken)
                    RuntimeReply.tooLarge(exchange)
                } else if let error = Self.trailerError(trailers) {
                    invocation.fail(
                        FunctionFailure(type: error.type, payload: error.body, contentType: "application/json")
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
                Self.fail(invocation, loop, ended)
                RuntimeReply.truncated(exchange)
            }
        }
    }

    private func takeStream(_ ended: @escaping (Outcome) -> Void) {
        let (exchange, invocation, loop) = (exchange, invocation, loop)
        invocation.begin(contentType: exchange.head.fields["Content-Type"] ?? "application/octet-stream")
        invocation.source = exchange
        exchange.stream { part in
            switch part {
            case .bytes(let piece): invocation.add(piece)
            case .end(let trailers):
                invocation.end(error: Self.trailerError(trailers))
                ended(.taken)
                RuntimeReply.accepted(exchange)
            case .cut:
                Self.fail(invocation, loop, ended)
                RuntimeReply.truncated(exchange)
            }
        }
    }

    static func tooLarge(_ size: Int) -> FunctionFailure {
        FunctionFailure(
            "Function.ResponseSizeTooLarge",
            plainMessage: "Response payload size (\(size) bytes) exceeded maximum allowed payload size "
                + "(\(RuntimeReply.payloadLimit) bytes)."
        )
    }

    /// A process that dies closes its connection a moment before its end is seen: then the end is the better reason.
    private static func fail(_ invocation: Invocation, _ loop: EventLoop, _ ended: @escaping (Outcome) -> Void) {
        loop.after(.milliseconds(50)) {
            invocation.fail(
                FunctionFailure("Runtime.TruncatedResponse", "Runtime truncated response", requestID: invocation.id)
            )
            ended(.broken)
        }
    }

    private static func trailerError(_ trailers: HTTPFields) -> (type: String, body: [UInt8])? {
        guard let type = trailers["Lambda-Runtime-Function-Error-Type"] else { return nil }
        let body = trailers["Lambda-Runtime-Function-Error-Body"] ?? ""
        // What is no base64 is shown as it is rather than lost.
        return (type, Data(base64Encoded: body).map(Array.init) ?? Array(body.utf8))
    }
}
