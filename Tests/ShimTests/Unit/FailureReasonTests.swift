import Testing

@testable import ShimRuntime

/// Which of a program's last lines is the reason for which it failed.
@Suite struct FailureReasonTests {
    private func find(_ text: String) -> String? {
        FailureReason.find(in: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

    @Test(arguments: ReasonSamples.all) func isFoundInWhatARuntimeWrites(sample: ReasonSamples.Sample) {
        #expect(find(sample.errors) == sample.reason)
    }

    /// A shell, make or a supervisor may add its own line, and a program may have written before it failed.
    @Test(arguments: ReasonSamples.all) func isFoundAfterOtherLines(sample: ReasonSamples.Sample) {
        #expect(find("loading 3 files\n\n" + sample.errors + "\n\n") == sample.reason)
    }

    /// No rule may take a program's own last line away.
    @Test(arguments: [
        "no such customer",
        "error: no such customer",
        "reading a.txt\nno such customer",
        "Error: bad row, skipped\n3 rows done",
        "ERROR: bad row\nat the end: 3 rows",
        "warning: connection refused, retrying\nexiting: the disk is full",
        "2026-01-02 03:04:05 ERROR x\n2026-01-02 03:04:06 INFO bye",
        "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: x\nINFO: going on\nfatal: the disk is full",
        "Exception in thread \"main\" X: y\n\tat E.f(E.java:1)\ngoing on\nthe disk is full",
        "panic: x\n\ngoroutine 1 [running]:\nmain.f(...)\n\t/src/a.go:2\nrestarted\nthe disk is full",
        "Stack trace:\n  at a\n  at b\nthe disk is full",
        "é😀",
        "{\"level\":\"error\",\"message\":\"no such customer\"}",
        "  indented, alone",
        "5",
        "---",
        "}",
        "Execution halted",
        "exit status 3",
        "\tat E.f(E.java:1)",
        "Node.js v20.1.0",
        "#!/bin/sh",
        "Usage: foo [options]",
        "Aborted",
        "halted",
    ])
    func aPlainLastLineIsTheReason(text: String) {
        #expect(find(text) == text.split(separator: "\n").last.map(String.init))
    }

    /// Runtimes that nobody has listed.
    @Test(arguments: [
        (
            "Zork runtime error: no such lamp\nCall stack:\n  main (a.zork:3)\n  grue (a.zork:9)",
            "Zork runtime error: no such lamp"
        ),
        (
            "NoLampException: no such lamp\n    at zork.Main.go (main.zork:3)\n    at zork.Main",
            "NoLampException: no such lamp"
        ),
        ("fatal error: no such lamp\nprogram terminated", "fatal error: no such lamp; program terminated"),
        (
            "Unhandled exception:\nno such lamp\n#0      main (a.dart:1:2)\n#1      _start",
            "Unhandled exception: no such lamp"
        ),
        ("Error: outer\n\nCaused by:\n    no such lamp", "Error: outer; Caused by: no such lamp"),
        ("error[7]: no such lamp\n  help: take one", "error[7]: no such lamp help: take one"),
        ("x.zork:3: no such lamp\n  take lamp\n       ^~~~", "x.zork:3: no such lamp"),
        ("{\n  \"error\": \"no such lamp\"\n}", "{ \"error\": \"no such lamp\" }"),
        ("\u{1B}[31mError: no such lamp\u{1B}[0m\n\u{1B}[2m    at main\u{1B}[0m", "Error: no such lamp"),
        ("Error: no such lamp {\n  code: 'E',\n  info: {\n    a: 1\n  }\n}", "Error: no such lamp"),
        (
            "ValidationError: 1 problem\nTraceback (most recent call last):\n  f\nx.E: 2 problems\na\n  is no number\n    see x",
            "x.E: 2 problems a is no number see x"
        ),
        (
            "Exception in thread \"main\" A: one\n\tat x\nCaused by: B: two\n\tat y\n\t... 2 more\nCaused by: C: three\n\tat z\n\t... 3 more",
            "Exception in thread \"main\" A: one; Caused by: B: two; Caused by: C: three"
        ),
    ])
    func generalRulesHold(text: String, reason: String) {
        #expect(find(text) == reason)
    }

    @Test func nothingHasNoReason() {
        #expect(find("") == nil)
        #expect(find("\n \n\t\n") == nil)
    }

    /// The first of many goroutines panicked; the list of the others is long.
    @Test func aLongListOfCallsIsPassedOver() {
        let others = (2...150).map {
            "goroutine \($0) [chan receive]:\nmain.wait()\n\t/src/a.go:7 +0x1d\ncreated by main.main\n\t/src/a.go:9\n"
        }
        let text =
            "panic: no such customer\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/a.go:3\n\n"
            + others.joined(separator: "\n")
        #expect(find(text) == "panic: no such customer")
    }

    /// Whatever is written: an answer, in bounded time, that is part of the text where it has text at all.
    @Test func anyLinesGiveAReason() {
        var random = SplitMix(state: 7)
        let pool = ReasonSamples.all.flatMap { $0.errors.split(separator: "\n", omittingEmptySubsequences: false) }
        for _ in 0..<300 {
            let lines = (0..<Int.random(in: 1...60, using: &random)).map { _ in
                String(pool[Int.random(in: 0..<pool.count, using: &random)])
            }
            let reason = FailureReason.find(in: lines)
            #expect((reason == nil) == lines.allSatisfy { $0.allSatisfy(\.isWhitespace) })
            #expect(reason?.isEmpty != true)
        }
    }

    @Test func manyLinesAreBounded() {
        let lines = ["Error: a"] + (0..<2000).map { "    line \($0)" }
        let reason = FailureReason.find(in: lines)
        #expect(reason.map { $0.count < 1000 } == true)
        #expect(reason?.hasSuffix("line 1999") == true)
    }
}
