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

    /// Takes the answer.
    ///
    /// - Parameter accepted: Called when the answer is over, just before the runtime is told so.
    func take(_ accepted: @escaping () -> Void) {
        switch exchange.head.fields[LambdaHeader.responseMode] {
        case nil: takeWhole(isStream: false, accepted)
        case "streaming" where invocation.wantsStream: takeStream(accepted)
        case "streaming": takeWhole(isStream: true, accepted)
        default:
            // The state stays as it is: only a new process gets out of it, as on Lambda.
            RuntimeReply.invalidResponseMode(exchange)
            invocation.fail(
                FunctionFailure(
                    type: ErrorType.invalidResponseMode,
                    payload: [],
                    contentType: "application/octet-stream"
                )
            )
        }
    }

    private func takeWhole(isStream: Bool, _ accepted: @escaping () -> Void) {
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
                    accepted()
                    RuntimeReply.tooLarge(exchange)
                } else if let error = Self.trailerError(trailers) {
                    invocation.fail(
                        FunctionFailure(type: error.type, payload: error.body, contentType: "application/json")
                    )
                    accepted()
                    RuntimeReply.accepted(exchange)
                } else {
                    invocation.begin(contentType: contentType)
                    bytes.withUnsafeBytes { if !$0.isEmpty { invocation.add($0) } }
                    invocation.end()
                    accepted()
                    RuntimeReply.accepted(exchange)
                }
                bytes = []
            case .cut:
                bytes = []
                Self.fail(invocation, loop)
                RuntimeReply.truncated(exchange)
            }
        }
    }

    private func takeStream(_ accepted: @escaping () -> Void) {
        let (exchange, invocation, loop) = (exchange, invocation, loop)
        invocation.begin(contentType: exchange.head.fields["Content-Type"] ?? "application/octet-stream")
        invocation.pauseSource = { [weak exchange] in exchange?.pauseBody($0) }
        exchange.stream { part in
            switch part {
            case .bytes(let piece): invocation.add(piece)
            case .end(let trailers):
                invocation.pauseSource = nil
                invocation.end(error: Self.trailerError(trailers))
                accepted()
                RuntimeReply.accepted(exchange)
            case .cut:
                invocation.pauseSource = nil
                Self.fail(invocation, loop)
                RuntimeReply.truncated(exchange)
            }
        }
    }

    static func tooLarge(_ size: Int) -> FunctionFailure {
        FunctionFailure(
            ErrorType.responseSizeTooLarge,
            plainMessage: "Response payload size (\(size) bytes) exceeded maximum allowed payload size "
                + "(\(RuntimeReply.payloadLimit) bytes)."
        )
    }

    /// A process that dies closes its connection a moment before its end is seen: then the end is the better reason.
    private static func fail(_ invocation: Invocation, _ loop: EventLoop) {
        loop.after(.milliseconds(50)) {
            invocation.fail(
                FunctionFailure(ErrorType.truncatedResponse, "Runtime truncated response", requestID: invocation.id)
            )
        }
    }

    private static func trailerError(_ trailers: HTTPFields) -> (type: String, body: [UInt8])? {
        guard let type = trailers[LambdaHeader.errorType] else { return nil }
        let body = trailers[LambdaHeader.errorBody] ?? ""
        // What is no base64 is shown as it is rather than lost.
        return (type, Data(base64Encoded: body).map(Array.init) ?? Array(body.utf8))
    }
}
