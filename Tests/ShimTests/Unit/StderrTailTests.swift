import Testing

@testable import ShimRuntime

@Suite struct StderrTailTests {
    private func tail(_ pieces: [[UInt8]]) -> StderrTail {
        var tail = StderrTail()
        for piece in pieces { piece.withUnsafeBytes { tail.append($0) } }
        return tail
    }

    @Test func sameWhateverThePieces() {
        let text = Array((0..<500).map { "line \($0) é\r\n" }.joined().utf8)
        let whole = tail([text]).lines
        #expect(whole == (480..<500).map { "line \($0) é" })
        #expect(tail(text.map { [$0] }).lines == whole)
    }

    @Test func longLineIsCutAtItsFrontBetweenCharacters() {
        let lines = tail([Array(String(repeating: "é", count: 5000).utf8) + [0x0A]]).lines
        #expect(lines.count == 1)
        #expect(lines[0].utf8.count <= StderrTail.maximumBytes)
        #expect(lines[0].allSatisfy { $0 == "é" })
    }

    @Test func emptyLinesAreLeftOut() {
        #expect(tail([Array("a\n\n\r\nb\n\n".utf8)]).lines == ["a", "b"])
        #expect(tail([]).lines == [])
    }

    @Test func knowsWhetherALineIsOpen() {
        #expect(tail([]).endsLine)
        #expect(tail([Array("a\n".utf8)]).endsLine)
        #expect(!tail([Array("a\nb".utf8)]).endsLine)
    }
}
