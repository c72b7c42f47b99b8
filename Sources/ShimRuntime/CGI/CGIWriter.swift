import LambdaWire

/// The response of a CGI program: a header block and a body on standard output.
///
/// It is sent as a whole, or goes on at once as Lambda's prelude and the raw body.
final class CGIWriter: ResponseWriter {
    private let program: String
    private let stream: StreamWriter?
    private let kind: HTTPEvent.Kind
    private var head: CGIHead?
    /// The header block as far as it has come, then the body where it is kept.
    private var kept: [UInt8] = []

    init(_ kind: HTTPEvent.Kind, program: String, stream: StreamWriter?) {
        self.kind = kind
        self.program = program
        self.stream = stream
    }

    var onChange: () -> Void {
        get { stream?.onChange ?? {} }
        set { stream?.onChange = newValue }
    }

    var isStream: Bool { stream != nil }
    var isBlocked: Bool { stream?.isBlocked ?? false }
    var failure: OutputRefusal? { stream?.failure }

    func begin(_ requestID: String) {
        stream?.begin(requestID)
        (head, kept) = (nil, [])
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(OutputRefusal) {
        if head != nil { return try writeBody(bytes) }
        kept.append(contentsOf: bytes)
        guard let start = CGIHead.bodyStart(kept) else {
            guard kept.count <= CGIHead.limit else {
                let why = "its header block does not end within \(CGIHead.limit) bytes"
                throw .malformed(why: why, line: WorkerFault.quote(kept))
            }
            return
        }
        let new = try parsed(kept[..<start])
        head = new
        let body = Array(kept[start...])
        kept = []
        if let stream {
            let prelude = HTTPResponse(kind: kind, head: new).prelude()
            try Self.write(prelude, to: stream)
            try Self.write(body, to: stream)
        } else {
            kept = body
        }
    }

    private static func write(_ bytes: [UInt8], to stream: StreamWriter) throws(OutputRefusal) {
        guard !bytes.isEmpty else { return }
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(OutputRefusal) in try stream.write(bytes) }
        }.get()
    }

    private func writeBody(_ bytes: UnsafeRawBufferPointer) throws(OutputRefusal) {
        if let stream { return try stream.write(bytes) }
        guard kept.count + bytes.count <= LambdaLimit.payload else { throw .tooLarge(limit: LambdaLimit.payload) }
        kept.append(contentsOf: bytes)
    }

    private func parsed(_ block: ArraySlice<UInt8>) throws(OutputRefusal) -> CGIHead {
        do throws(CGIHead.Malformed) {
            return try CGIHead(block)
        } catch {
            throw .malformed(why: error.why, line: error.line)
        }
    }

    func finish(_ verdict: Verdict) -> Answer {
        if case .failure = verdict { return stream?.finish(verdict) ?? verdictAnswer(verdict) }
        guard let head else {
            let refusal = OutputRefusal.malformed(
                why: kept.isEmpty ? "it wrote nothing" : "no empty line ends its header block",
                line: WorkerFault.quote(kept)
            )
            return verdictAnswer(.failure(refusal.report(program: program, lines: [])))
        }
        if let stream { return stream.finish(.success) }
        let json = HTTPResponse(kind: kind, head: head).json(body: kept[...])
        kept = []
        guard json.count <= LambdaLimit.payload else {
            let message =
                "the response of \(program) has \(json.count) bytes as JSON; a response has at most \(LambdaLimit.payload)"
            return .error(ErrorReport(type: ErrorType.responseSizeTooLarge, message: message))
        }
        return .response(json)
    }

    private func verdictAnswer(_ verdict: Verdict) -> Answer {
        if case .failure(let report) = verdict { return .error(report) }
        return .response([])
    }
}
