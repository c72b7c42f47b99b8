import LambdaWire

/// A response that is sent when the program is done, with one form or another for its bytes.
final class WholeWriter: ResponseWriter {
    /// What becomes of the bytes.
    enum Form: Equatable {
        /// They stay as they are; a success without output is answered with a text of its own, if there is one.
        case raw(whenEmpty: [UInt8]?)
        /// Text without its last newline, as a JSON string.
        case jsonString
    }

    var onChange: () -> Void = {}
    let isStream = false
    let isBlocked = false
    let failure: OutputRefusal? = nil

    private let form: Form
    private let program: String
    /// What has come; its room stays for the next response, since nobody else holds it once it is sent.
    private var output: [UInt8] = []

    /// - Parameters:
    ///   - form: What becomes of the bytes.
    ///   - program: What messages call the program.
    init(_ form: Form, program: String) {
        self.form = form
        self.program = program
    }

    func begin(_ requestID: String) { output.removeAll(keepingCapacity: true) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(OutputRefusal) {
        guard output.count + bytes.count <= LambdaLimit.payload else { throw .tooLarge(limit: LambdaLimit.payload) }
        makeRoom(for: bytes.count)
        output.append(contentsOf: bytes)
    }

    /// Grows the output in two steps: doubling would copy a large one often, and keep two of it meanwhile.
    ///
    /// Room that is not written to costs no memory.
    private func makeRoom(for count: Int) {
        guard output.count + count > output.capacity else { return }
        output.reserveCapacity(output.count < 1 << 18 ? 1 << 20 : LambdaLimit.payload + 1)
    }

    func finish(_ verdict: Verdict) -> Answer {
        if case .failure(let report) = verdict { return .error(report) }
        switch form {
        case .raw(let whenEmpty):
            if output.isEmpty, let whenEmpty { return .response(whenEmpty) }
            return .response(output)
        case .jsonString:
            let text = output.last == 0x0A ? output.dropLast() : output[...]
            let json = JSONText.encode(String(decoding: text, as: UTF8.self))
            guard json.count <= LambdaLimit.payload else {
                return .error(
                    ErrorReport(
                        type: ErrorType.responseSizeTooLarge,
                        message: "the output of \(program) has \(json.count) bytes as a JSON string; "
                            + "a response has at most \(LambdaLimit.payload)"
                    )
                )
            }
            return .response(json)
        }
    }
}
