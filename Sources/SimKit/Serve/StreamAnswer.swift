import Foundation
import HTTPWire

/// The answer of `InvokeWithResponseStream`: frames as the function's bytes come, and one that ends them.
final class StreamAnswer: Caller {
    /// Bytes that the caller may leave untaken before the function has to wait.
    private static let highWater = 1 << 20

    private let exchange: HTTPExchange
    private let request: InvokeRequest
    private let invocation: Invocation
    private let bandwidth: Bandwidth?
    private var error: (code: String, details: String)?

    init(_ exchange: HTTPExchange, _ request: InvokeRequest, _ invocation: Invocation, _ bandwidth: Bandwidth?) {
        self.exchange = exchange
        self.request = request
        self.invocation = invocation
        self.bandwidth = bandwidth
    }

    func hear(_ delivery: Invocation.Delivery) {
        switch delivery {
        case .began: begin()
        case .bytes(let bytes):
            if let bandwidth {
                bandwidth.send(Array(bytes)) { [weak invocation] in
                    invocation?.pauseSource($0)
                } to: { [weak self] in
                    self?.write($0[...])
                }
            } else {
                // A frame has a length that decoders bound; a runtime may send more in one piece.
                var rest = UnsafeRawBufferPointer(bytes)[...]
                while !rest.isEmpty {
                    let piece = rest.prefix(1 << 20)
                    rest = rest.dropFirst(piece.count)
                    write(Array(piece)[...])
                }
            }
        case .ended(let trailer):
            if let trailer { error = (trailer.type, String(decoding: trailer.body, as: UTF8.self)) }
            if !request.wantsLog { whenSent { $0.complete(nil) } }
        case .failed(let failure):
            begin()
            error = (failure.type, String(decoding: failure.payload, as: UTF8.self))
            if !request.wantsLog { whenSent { $0.complete(nil) } }
        case .reported(let report):
            if request.wantsLog { whenSent { $0.complete(report) } }
        }
    }

    private func whenSent(_ action: @escaping (StreamAnswer) -> Void) {
        guard let bandwidth else { return action(self) }
        // Kept alive until the slow stream is out.
        bandwidth.whenEmpty { action(self) }
    }

    private func begin() {
        var fields = InvokeAnswer.common(requestID: invocation.id, request)
        fields.add("Content-Type", "application/vnd.amazon.eventstream")
        fields.add("X-Amz-Executed-Version", request.target.executedVersion)
        exchange.begin(200, fields)
    }

    private func write(_ bytes: ArraySlice<UInt8>) {
        exchange.write(EventStream.payloadChunk(bytes))
        guard exchange.pendingOutput > Self.highWater else { return }
        invocation.pauseSource(true)
        exchange.onDrained = { [weak exchange, weak invocation] in
            exchange?.onDrained = nil
            invocation?.pauseSource(false)
        }
    }

    private func complete(_ report: InvocationReport?) {
        let log = report.map { Data($0.logTail).base64EncodedString() }
        exchange.write(EventStream.invokeComplete(error: error, logResult: log))
        exchange.end()
    }
}
