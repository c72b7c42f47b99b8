/// What a worker writes to standard output, compared with what it may write now: a value that is given bytes and says
/// what they are.
///
/// ```
/// ready → nothing ⇄ answer
/// ```
struct WorkerOutput: Equatable {
    /// What may come now.
    enum Expected: Equatable {
        /// The line that says that it is ready.
        case ready
        /// Nothing: no event was given to it.
        case nothing
        /// The rest of an answer.
        case answer
    }

    /// What some bytes are.
    struct Step: Equatable {
        /// How many bytes at the beginning belong to the answer.
        var answer = 0
        /// Whether the line that was expected is complete.
        var isComplete = false
        /// Where bytes begin that nobody asked for, `nil` where there are none.
        var unasked: Int?
    }

    /// What ends an answer.
    let delimiter: UInt8
    /// What may come now.
    private(set) var expected: Expected

    /// An event was given to it.
    mutating func expectAnswer() { expected = .answer }

    /// Bytes have come, at least one.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Step {
        var step = Step()
        guard expected != .nothing else {
            step.unasked = 0
            return step
        }
        let isAnswer = expected == .answer
        guard let end = bytes.firstIndex(of: delimiter) else {
            step.answer = isAnswer ? bytes.count : 0
            return step
        }
        step.answer = isAnswer ? end : 0
        step.isComplete = true
        if end + 1 < bytes.count { step.unasked = end + 1 }
        expected = .nothing
        return step
    }
}
