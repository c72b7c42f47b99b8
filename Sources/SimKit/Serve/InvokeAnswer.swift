import Foundation
import HTTPWire

/// The answer of `Invoke`: sent as soon as the function has answered, or with the whole log where the caller wants its end.
final class InvokeAnswer: Caller {
    private let exchange: HTTPExchange
    private let request: InvokeRequest
    private let requestID: String
    private var body: [UInt8] = []
    private var isError = false

    init(_ exchange: HTTPExchange, _ request: InvokeRequest, requestID: String) {
        self.exchange = exchange
        self.request = request
        self.requestID = requestID
    }

    /// The headers that every answer has.
    static func common(requestID: String, _ request: InvokeRequest) -> HTTPFields {
        [
            "x-amzn-RequestId": requestID,
            "x-amzn-Remapped-Content-Length": "0",
            "X-Amzn-Trace-Id": answeredTrace(request.context.traceID),
        ]
    }

    /// Lambda writes the keys in lower case here.
    static func answeredTrace(_ trace: String) -> String {
        var isName = true
        let bytes = trace.utf8.map { byte in
            if byte == UInt8(ascii: "=") { isName = false }
            if byte == UInt8(ascii: ";") { isName = true }
            return isName && byte &- 0x41 < 26 ? byte | 0x20 : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func hear(_ delivery: Invocation.Delivery) {
        switch delivery {
        case .began: break
        case .bytes(let bytes): body.append(contentsOf: bytes)
        case .ended:
            if !request.wantsLog { send(log: nil) }
        case .failed(let failure):
            body = failure.payload
            isError = true
            if !request.wantsLog { send(log: nil) }
        case .reported(let report):
            if request.wantsLog { send(log: report) }
        }
    }

    private func send(log report: InvocationReport?) {
        var fields = Self.common(requestID: requestID, request)
        fields.add("Content-Type", "application/json")
        fields.add("X-Amz-Executed-Version", request.target.executedVersion)
        if isError { fields.add("X-Amz-Function-Error", "Unhandled") }
        if let report { fields.add("X-Amz-Log-Result", Data(report.logTail).base64EncodedString()) }
        let bytes = body
        body = []
        exchange.respond(200, fields, bytes)
    }
}
