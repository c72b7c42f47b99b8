import LambdaWire
import Platform

/// Why a worker did not answer an event as it should have; the worker is ended then.
enum WorkerFault: Equatable {
    /// It ended before its answer was complete.
    case ended(ProcessEnd)
    /// It closed its standard output without ending.
    case closedOutput
    /// It closed its standard input without ending.
    case closedInput
    /// It wrote something before it had read the event.
    case unaskedOutput(String)
    /// It wrote more than one answer.
    case secondAnswer(String)
    /// Nobody can take its answer.
    case refusedOutput(OutputRefusal)
    /// The deadline came near; the worker may have waited for another line instead of answering.
    case deadline(margin: Duration, after: Duration, waitsForMore: Bool)
    /// The shim itself was told to end by this signal.
    case shutdown(Int32)

    /// The beginning of some output, for a message: one line without control characters.
    static func quote(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: Array(bytes.prefix(80)), as: UTF8.self)
        let words = text.split { $0.unicodeScalars.contains { $0.value <= 0x20 || $0.value == 0x7F } }
        return words.joined(separator: " ")
    }

    /// What `/error` is told.
    ///
    /// - Parameters:
    ///   - program: What the user calls the program.
    ///   - memory: The function's memory in MB.
    ///   - errors: The end of what it wrote to standard error.
    /// - Returns: The report.
    func report(program: String, memory: String?, errors: StderrTail) -> ErrorReport {
        let result = { (end: ProcessEnd, stop: StopReason?, duration: Duration) in
            ProgramResult(end: end, stop: stop, hasOutput: false, errors: errors, duration: duration)
        }
        func known(_ result: ProgramResult, margin: Duration = .zero) -> ErrorReport {
            result.failure(program: program, memory: memory, margin: margin)
                ?? ErrorReport(type: ErrorType.unknown, message: program, stackTrace: errors.lines)
        }
        func report(_ type: String, _ message: String) -> ErrorReport {
            let reason = FailureReason.find(in: errors.searchedLines).map { ": " + $0.prefix(1000) } ?? ""
            return ErrorReport(type: type, message: message + reason, stackTrace: errors.lines)
        }
        switch self {
        case .ended(.exited(status: 0)):
            return report(ErrorType.exitStatus, "\(program), a worker, exited with status 0 before it had answered")
        case .ended(let end): return known(result(end, nil, .zero))
        case .closedOutput:
            return report(
                ErrorType.unexpectedOutput,
                "\(program), a worker, closed its standard output before it had answered"
            )
        case .closedInput:
            return report(ErrorType.unexpectedOutput, "\(program), a worker, closed its standard input")
        case .unaskedOutput(let text):
            return report(
                ErrorType.unexpectedOutput,
                "\(program), a worker, wrote '\(text)' to standard output before it had read the event; " + Self.advice
            )
        case .secondAnswer(let text):
            return report(
                ErrorType.unexpectedOutput,
                "\(program), a worker, wrote '\(text)' to standard output after its answer; " + Self.advice
            )
        case .refusedOutput(let refusal): return refusal.report(program: program, lines: errors.lines)
        case .deadline(let margin, let duration, let waitsForMore):
            let report = known(result(.exited(status: 0), .deadline, duration), margin: margin)
            guard waitsForMore else { return report }
            return ErrorReport(
                type: report.errorType,
                message: report.errorMessage + Self.bufferAdvice,
                stackTrace: report.stackTrace
            )
        case .shutdown(let signal): return known(result(.exited(status: 0), .shutdown(signal), .zero))
        }
    }

    /// A program whose output is a pipe keeps it in a buffer, unless it is told otherwise.
    private static let bufferAdvice =
        "; it has read the event and waits for more: a worker must read by lines, and flush standard output after each answer"

    /// A stray `print` is the usual mistake.
    private static let advice =
        "a worker answers each event with one line and writes nothing else there: print to standard error instead"
}
