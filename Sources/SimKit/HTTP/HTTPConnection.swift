import HTTPWire
import Platform

/// One client's connection: bytes to requests, one exchange after the other, and answers to bytes.
final class HTTPConnection {
    /// Pipelined bytes that are kept while an exchange is answered; more stay in the socket.
    private static let readAhead = 64 << 10
    /// Bytes of an unwanted body that are skipped, so that the client sees the answer instead of a reset.
    private static let discardLimit = 256 << 20

    /// What is reported when the client is gone.
    private static let ends: PollEvents = [.hangUp, .failed]

    private let server: HTTPServer
    private let raw: Int32
    private var socket: Descriptor?
    private var watch: EventLoop.Watch?
    private var parser: HTTPParser<HTTPRequestHead>
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var sent = 0
    private var exchange: HTTPExchange?
    private var requestIsComplete = true
    private var closesAfterAnswer = false
    private var inputHasEnded = false
    private var isPaused = false
    private var discarded = 0
    private var lastProgress = ContinuousClock.Instant.now
    private var headBegan: ContinuousClock.Instant?

    init(_ socket: consuming Descriptor, server: HTTPServer) {
        self.server = server
        raw = socket.raw
        self.socket = consume socket
        parser = HTTPParser(limits: server.bounds.message)
        watch = server.loop.watch(raw, .readable) { [weak self] in self?.handle($0) }
    }

    deinit { watch?.cancel() }

    /// The field `Date` of an answer now.
    var date: String { server.date }

    /// Bytes that the client has not taken yet.
    var pendingOutput: Int { output.count - sent }

    func closeWhenIdle() {
        closesAfterAnswer = true
        if exchange == nil, pendingOutput == 0 { close() }
    }

    func close() {
        guard socket != nil else { return }
        watch?.cancel()
        socket = nil
        server.forget(self)
        let exchange = exchange
        self.exchange = nil
        exchange?.connectionClosed()
    }

    /// Closes a connection that takes longer than the bounds allow.
    func checkTime(_ now: ContinuousClock.Instant) {
        let bounds = server.bounds
        if pendingOutput > 0 || !requestIsComplete && !isPaused {
            guard let limit = bounds.progressTime, lastProgress.advanced(by: limit) < now else { return }
            if exchange?.hasBegun == false { refuse(408, "the request took too long") } else { close() }
        } else if let began = headBegan {
            guard let limit = bounds.headTime, began.advanced(by: limit) < now else { return }
            refuse(408, "the request took too long")
        } else if exchange == nil {
            guard let limit = bounds.idleTime, lastProgress.advanced(by: limit) < now else { return }
            close()
        }
    }

    // MARK: - Input

    private func handle(_ events: PollEvents) {
        if events.contains(.writable) { flush() }
        if events.contains(.readable) {
            readInput()
        } else if events.rawValue & Self.ends.rawValue != 0 {
            close()
        }
    }

    private func readInput() {
        guard socket != nil else { return }
        let size = 256 << 10
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
            do throws(SystemError) {
                guard let count = try Socket.receive(raw, into: buffer) else { return }
                if count == 0 { return endInput() }
                lastProgress = .now
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                if input.isEmpty {
                    let used = parse(bytes)
                    input.append(contentsOf: bytes.dropFirst(used))
                } else {
                    input.append(contentsOf: bytes)
                    parseInput()
                }
            } catch {
                close()
            }
        }
        updateEvents()
    }

    private func parseInput() {
        let bytes = input
        let used = bytes.withUnsafeBytes { parse($0) }
        if used > 0 { input.removeFirst(used) }
    }

    /// - Returns: How many bytes are done with; the rest waits for the end of the exchange, or for its body to be wanted.
    private func parse(_ bytes: UnsafeRawBufferPointer) -> Int {
        var used = 0
        do throws(HTTPError) {
            while socket != nil, !isPaused, exchange == nil || !requestIsComplete {
                let (consumed, part) = try parser.parse(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(used)))
                used += consumed
                guard let part else {
                    if headBegan == nil, exchange == nil, !parser.isBetweenMessages { headBegan = .now }
                    return used
                }
                take(part)
            }
        } catch {
            refuse(error)
            return bytes.count
        }
        return used
    }

    private func take(_ part: HTTPPart<HTTPRequestHead>) {
        switch part {
        case .head(let head, let framing):
            headBegan = nil
            requestIsComplete = false
            discarded = 0
            if !head.keepsAlive { closesAfterAnswer = true }
            let new = HTTPExchange(head, framing: framing, connection: self)
            exchange = new
            server.handler(new)
            if head.expectsContinue, framing != .length(0), !new.hasBegun {
                send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            }
        case .body(let bytes):
            if exchange?.isFinished != false {
                discarded += bytes.count
                if discarded > Self.discardLimit { close() }
            } else {
                exchange?.received(bytes)
            }
        case .end(let trailers):
            requestIsComplete = true
            exchange?.receivedEnd(trailers)
            finishExchangeIfDone()
        }
    }

    private func endInput() {
        inputHasEnded = true
        if exchange != nil, requestIsComplete {
            // A client may close its half when it has said all (RFC 9112 9.6): the answer still goes out.
            closesAfterAnswer = true
            exchange?.onClientEnd?()
            if exchange == nil, pendingOutput == 0 { close() }
        } else if exchange != nil {
            exchange?.requestCut()
            if exchange?.hasBegun == true, pendingOutput > 0 { closesAfterAnswer = true } else { close() }
        } else if pendingOutput == 0 {
            close()
        } else {
            closesAfterAnswer = true
        }
    }

    private func refuse(_ error: HTTPError) {
        let status =
            switch error {
            case .startLineTooLong: 414
            case .headTooLarge: 431
            case .bodyTooLarge: 413
            case .unsupportedVersion: 505
            default: 400
            }
        refuse(status, error.description)
    }

    private func refuse(_ status: Int, _ reason: String) {
        exchange?.requestCut()
        guard socket != nil else { return }
        guard exchange?.hasBegun != true else { return close() }
        exchange = nil
        closesAfterAnswer = true
        inputHasEnded = true
        let body = Array((reason + "\n").utf8)
        let head = HTTPResponseHead(
            status: status,
            fields: [
                "Content-Type": "text/plain; charset=utf-8", "Content-Length": String(body.count),
                "Connection": "close",
            ]
        )
        send(head.serialized() + body)
    }

    // MARK: - Output

    /// Whether the answer must say that the connection ends with it.
    var mustClose: Bool { closesAfterAnswer }

    /// Makes the connection end with the answer that is being written.
    func closeAfterAnswer() { closesAfterAnswer = true }

    /// Stops or goes on taking the request's body, so that nobody collects what its reader does not take.
    func pause(_ paused: Bool) {
        guard isPaused != paused else { return }
        isPaused = paused
        guard !paused else { return updateEvents() }
        server.loop.later { [weak self] in
            guard let self, socket != nil, !isPaused else { return }
            lastProgress = .now
            parseInput()
            updateEvents()
        }
    }

    /// Sends bytes, or keeps them until the client takes them.
    func send(_ bytes: [UInt8]) {
        guard socket != nil else { return }
        if pendingOutput == 0 {
            output = bytes
            sent = 0
        } else {
            if sent > 1 << 20 {
                output.removeFirst(sent)
                sent = 0
            }
            output += bytes
        }
        flush()
    }

    private func flush() {
        guard socket != nil else { return }
        do throws(SystemError) {
            while sent < output.count {
                let offset = sent
                let count = try output.withUnsafeBytes { bytes in
                    Result { () throws(SystemError) in
                        try Socket.sendNow(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(offset)), to: raw)
                    }
                }.get()
                guard let count else { break }
                sent += count
                lastProgress = .now
            }
        } catch {
            return close()
        }
        if sent == output.count {
            output = []
            sent = 0
            finishExchangeIfDone()
            if socket != nil, exchange == nil, closesAfterAnswer, requestIsComplete || inputHasEnded { close() }
        }
        exchange?.outputMoved()
        updateEvents()
    }

    /// Called by the exchange when its answer is complete.
    func answerIsComplete() {
        finishExchangeIfDone()
        updateEvents()
    }

    private func finishExchangeIfDone() {
        guard let done = exchange, done.isFinished else { return }
        guard requestIsComplete || inputHasEnded else { return }
        guard pendingOutput == 0 else { return }
        exchange = nil
        lastProgress = .now
        if closesAfterAnswer { return close() }
        guard !input.isEmpty else { return }
        // What the client sent ahead; not from in here, where a handler may still be at work.
        server.loop.later { [weak self] in
            self?.parseInput()
            self?.updateEvents()
        }
    }

    private func updateEvents() {
        var events: PollEvents = []
        if !inputHasEnded, !isPaused, input.count < Self.readAhead { events.insert(.readable) }
        if pendingOutput > 0 { events.insert(.writable) }
        watch?.events = events
    }
}
