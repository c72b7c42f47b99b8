import Foundation
import Testing

@testable import SimKit

@Suite struct SimLogTests {
    static let report = InvocationReport(
        requestID: "id",
        start: Timestamp(milliseconds: 0),
        waited: .zero,
        duration: .microseconds(133_610),
        initDuration: .milliseconds(80),
        memorySize: 128,
        maximumMemoryUsed: 75,
        status: .success,
        errorType: nil,
        producedBytes: 3,
        environment: "e",
        log: []
    )

    private func log(_ format: LogFormat, level: LogLevel = .info, _ body: (FunctionLog) -> Void) -> String {
        var written: [UInt8] = []
        body(FunctionLog(format: format, minimumLevel: level) { written += $0 })
        return String(decoding: written, as: UTF8.self)
    }

    private func write(_ text: String, to log: FunctionLog) { Array(text.utf8).withUnsafeBytes { log.output($0) } }

    private static func context(_ traceID: String) -> CallerContext { CallerContext(arn: "a", traceID: traceID) }

    @Test func reportHasLambdasFieldsInItsOrder() {
        let lines = LogEvent.report(Self.report, Self.context("Root=1-a-b;Parent=c;Sampled=0")).text
        #expect(
            lines == [
                "END RequestId: id",
                "REPORT RequestId: id\tDuration: 133.61 ms\tBilled Duration: 214 ms\tMemory Size: 128 MB\t"
                    + "Max Memory Used: 75 MB\tInit Duration: 80.00 ms\t",
            ]
        )
    }

    @Test func failuresAreInTheReport() {
        var report = Self.report
        report.initDuration = nil
        report.status = .timeout
        #expect(LogEvent.report(report, Self.context("")).text[1].hasSuffix("Max Memory Used: 75 MB\tStatus: timeout"))
        report.status = .error
        report.errorType = "Runtime.ExitError"
        let line = LogEvent.report(report, Self.context("")).text[1]
        #expect(line.hasSuffix("\tStatus: error\tError Type: Runtime.ExitError"))
        // What the function itself has reported is not the platform's to tell.
        report.isReported = true
        #expect(LogEvent.report(report, Self.context("")).text[1].hasSuffix("Max Memory Used: 75 MB\t"))
    }

    /// `base64.b64decode(r['LogResult']).decode()` failed where the cut went through a character.
    @Test(arguments: 0..<4)
    func theTailBeginsWithAWholeCharacter(shift: Int) {
        var report = Self.report
        report.log = Array((String(repeating: "🐑", count: 2000) + String(repeating: "x", count: shift)).utf8)
        let tail = report.logTail
        #expect(String(validating: tail, as: UTF8.self) != nil)
        #expect((4093...4096).contains(tail.count))
        report.log = [0x80, 0x81]
        #expect(report.logTail == [0x80, 0x81])
    }

    @Test func aSampledTraceHasALine() {
        let lines = LogEvent.report(Self.report, Self.context("Root=1-a-b;Parent=c;Sampled=1")).text
        #expect(lines.last?.hasPrefix("XRAY TraceId: 1-a-b\tSegmentId: ") == true)
    }

    /// The levels of Lambda's own records: docs, monitoring-cloudwatchlogs-log-level ("System log level event mapping").
    @Test(arguments: [
        (LogLevel.debug, ["initStart", "initReport", "runtimeDone", "report"]),
        (.info, ["initStart", "report"]), (.warn, []),
    ])
    func theSystemsOwnRecordsHaveLevels(_ level: LogLevel, _ wanted: [String]) {
        var function = FunctionConfiguration(name: "f", target: .folder(path: "/f"))
        func seen() -> [String] {
            var written: [UInt8] = []
            let log = FunctionLog(format: .json, systemLevel: level) { written += $0 }
            log.event(.initStart(function, environment: "e"))
            log.event(.initReport(function, .initialization, duration: .zero, failure: nil))
            log.event(.runtimeDone(Self.report, Self.context("")))
            log.event(.report(Self.report, Self.context("")))
            return String(decoding: written, as: UTF8.self).matches(of: /"platform\.([a-zA-Z]+)"/).map { String($0.1) }
        }
        #expect(seen() == wanted)
        // That an init was made ahead of time is told.
        function.provisioned = 1
        #expect(seen() == (level == .info ? ["initStart", "initReport", "report"] : wanted))
    }

    @Test func jsonReportIsOneObject() {
        let event = LogEvent.report(Self.report, Self.context("t;Sampled=1"))
        let json = event.json(at: Timestamp(milliseconds: 1_786_278_896_789)).text
        #expect(
            json == #"{"time":"2026-08-09T12:34:56.789Z","type":"platform.report","record":{"requestId":"id","#
                + #""metrics":{"durationMs":133.61,"billedDurationMs":214,"memorySizeMB":128,"maxMemoryUsedMB":75,"#
                + #""initDurationMs":80},"tracing":{"type":"X-Amzn-Trace-Id","value":"t;Sampled=1"},"status":"success"}}"#
        )
    }

    @Test func linesComeWholeAndAnOpenOneIsEnded() {
        let text = log(.text) { log in
            write("a", to: log)
            write("b\nc", to: log)
            write("d\n", to: log)
            write("open", to: log)
            log.event(.start(Invocation(id: "id", event: [], context: CallerContext(arn: "a"))))
        }
        #expect(text == "ab\ncd\nopen\nSTART RequestId: id Version: $LATEST\n")
    }

    @Test func aLineWithoutEndDoesNotGrowForEver() {
        var longest = 0
        let log = FunctionLog(format: .text) { longest = max(longest, $0.count) }
        let piece = String(repeating: "x", count: 60_000)
        for _ in 0..<100 { write(piece, to: log) }
        #expect(longest > 0 && longest <= FunctionLog.longestLine + 60_001)
    }

    @Test func jsonLinesAreFilteredByTheirLevel() {
        let text = log(.json, level: .warn) { log in
            write("{\"level\":\"debug\",\"m\":1}\n{\"level\":\"ERROR\",\"m\":2}\nplain\n", to: log)
        }
        #expect(text == "{\"level\":\"ERROR\",\"m\":2}\n")
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777_000, "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_827_696_001, "2000-02-29T12:34:56.001Z", "Tue, 29 Feb 2000 12:34:56 GMT"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z", "Sun, 28 Feb 2100 23:59:59 GMT"),
    ])
    func datesAreRight(milliseconds: Int, iso: String, http: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == iso)
        #expect(Timestamp(milliseconds: milliseconds).httpDate == http)
    }

    @Test func theProgressLineSaysWhatRemains() {
        let text = ProgressLine.text(elapsed: .milliseconds(2040), remaining: .milliseconds(960))
        #expect(text == "running for 2.0 s, times out in 1.0 s")
    }

    @Test(arguments: [
        ("Function.MyError", "Function.MyError"), ("Runtime.NoSuchHandler", "Runtime.NoSuchHandler"),
        ("x Runtime.Ab y", "x Runtime.Ab y"), ("Function.my", "Function.Unknown"),
        ("Function<StandardError>", "Runtime.Unknown"),
        ("", "Runtime.Unknown"), ("Unhandled", "Runtime.Unknown"),
    ])
    func errorTypesAreKeptOrUnknown(type: String, kept: String) {
        #expect(RuntimeErrorReport.sanitized(type) == kept)
    }
}
