import Testing

@testable import ShimRuntime

@Suite struct WorkerOutputTests {
    private func take(_ output: inout WorkerOutput, _ text: String) -> WorkerOutput.Step {
        Array(text.utf8).withUnsafeBytes { output.take($0) }
    }

    @Test func answerIsWhatComesBeforeTheDelimiter() {
        var output = WorkerOutput(delimiter: 0x0A, expected: .nothing)
        output.expectAnswer()
        #expect(take(&output, "ab") == .init(answer: 2))
        #expect(take(&output, "c\n") == .init(answer: 1, isComplete: true))
        #expect(output.expected == .nothing)
        output.expectAnswer()
        #expect(take(&output, "\n") == .init(answer: 0, isComplete: true), "an empty answer")
    }

    @Test func everythingElseIsUnasked() {
        var output = WorkerOutput(delimiter: 0x0A, expected: .nothing)
        #expect(take(&output, "x") == .init(unasked: 0))
        output.expectAnswer()
        #expect(take(&output, "one\ntwo\n") == .init(answer: 3, isComplete: true, unasked: 4))
        #expect(take(&output, "\n") == .init(unasked: 0))
    }

    @Test func readyLineIsNoAnswer() {
        var output = WorkerOutput(delimiter: 0, expected: .ready)
        #expect(take(&output, "ready\n") == .init())
        #expect(take(&output, "\0") == .init(isComplete: true))
        #expect(take(&output, "x") == .init(unasked: 0))
    }

    @Test(arguments: [
        ("{\"a\":\n[1,\r\n2]}", "{\"a\": [1,  2]}\n"), ("{\"a\":1}", "{\"a\":1}\n"), ("", "\n"),
        ("{\"é\":\"\\n\"}", "{\"é\":\"\\n\"}\n"), ("\n{\"a\":1}\r\n\n", " {\"a\":1}\n"), ("\n", "\n"),
    ])
    func eventIsOneLine(event: String, line: String) throws {
        let invocation = Invocation(requestID: "1", deadline: nil, variables: [:], event: Array(event.utf8))
        let bytes = try WorkerEvent.bytes(of: invocation, delimiter: 0x0A, form: .event)
        #expect(String(decoding: bytes, as: UTF8.self) == line)
    }

    @Test func nulKeepsLinesAndRefusesNul() throws {
        let invocation = Invocation(requestID: "1", deadline: nil, variables: [:], event: Array("[\n1]".utf8))
        #expect(try WorkerEvent.bytes(of: invocation, delimiter: 0, form: .event) == Array("[\n1]\0".utf8))
        let other = Invocation(requestID: "1", deadline: nil, variables: [:], event: [0x31, 0])
        #expect(throws: WorkerEvent.Unusable.self) { try WorkerEvent.bytes(of: other, delimiter: 0, form: .event) }
    }

    @Test func backoffGrowsWhileWorkersDieAtOnce() {
        var backoff = Backoff()
        #expect(backoff.delay == .zero)
        var delays: [Duration] = []
        for _ in 0..<10 {
            backoff.ended(after: .milliseconds(5))
            delays.append(backoff.delay)
        }
        #expect(delays.prefix(3) == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
        #expect(delays.last == .seconds(10))
        backoff.answered()
        #expect(backoff.delay == .zero)
        backoff.ended(after: .milliseconds(5))
        backoff.ended(after: Backoff.quick)
        #expect(backoff.delay == .zero)
    }

    @Test func quoteIsOneLineWithoutControlCharacters() {
        #expect(WorkerFault.quote(Array("a\n\tb\u{7}  c".utf8)) == "a b c")
        #expect(WorkerFault.quote(Array(repeating: 0x78, count: 500)).count == 80)
    }
}
