import LambdaWire
import Platform

extension ProgramResult {
    /// What `/error` is told about a run that failed; `nil` where it succeeded.
    ///
    /// - Parameters:
    ///   - program: What the user calls the program.
    ///   - memory: AWS_LAMBDA_FUNCTION_MEMORY_SIZE, in MB.
    ///   - margin: How long before the deadline the program was stopped.
    /// - Returns: The error, or `nil`.
    func failure(program: String, memory: String?, margin: Duration) -> ErrorReport? {
        let lines = errors.lines
        func report(_ type: String, _ message: String) -> ErrorReport {
            let reason = FailureReason.find(in: errors.searchedLines).map { ": " + $0.prefix(1000) } ?? ""
            return ErrorReport(type: type, message: message + reason, stackTrace: lines)
        }
        switch stop {
        case .deadline:
            return report(
                ErrorType.timedOut,
                "\(program) was told to stop \(Self.milliseconds(margin)) ms before the function's deadline "
                    + "and ended after \(Self.seconds(duration)) seconds"
            )
        case .refusedOutput(let refusal): return refusal.report(program: program, lines: lines)
        case .shutdown(let signal):
            let name = ProcessControl.name(ofSignal: signal)
            return report(ErrorType.shutdown, "\(program) was stopped because the runtime was told to end by \(name)")
        case .replaced, nil: break
        }
        if let reason = startProblem(program: program, lines: lines) {
            return ErrorReport(type: ErrorType.invalidEntrypoint, message: reason, stackTrace: lines)
        }
        switch end {
        case .exited(status: 0): return nil
        case .exited(let status):
            let why = status == 137 ? " (128 + SIGKILL\(Self.memoryNote(memory)))" : ""
            return report(ErrorType.exitStatus, "\(program) exited with status \(status)\(why)")
        case .signalled(let signal):
            let why = signal == 9 ? Self.memoryNote(memory) : ""
            let name = ProcessControl.name(ofSignal: signal)
            return report(ErrorType.killedBySignal, "\(program) was killed by \(name)\(why)")
        }
    }

    /// What the dynamic loader says when a program cannot start, explained, with what to do.
    ///
    /// It writes to standard error and exits with 127 (a missing library) or 1 (a version that the library does not
    /// have); glibc's `_dl_signal_error` has the texts.
    private func startProblem(program: String, lines: [String]) -> String? {
        guard !hasOutput, case .exited(let status) = end, status == 127 || status == 1 else { return nil }
        let marker = ": error while loading shared libraries: "
        for line in lines {
            if status == 127, let found = line.firstRange(of: marker) {
                let library = line[found.upperBound...].prefix { $0 != ":" }
                return "\(program) could not start, the loader cannot load '\(library)': \(line)"
                    + "; " + PackageAdvice.here.libraries
            }
            if line.contains(": version `GLIBC_"), line.contains("' not found") {
                return "\(program) could not start, it was built for a newer glibc than this system has: \(line)"
                    + "; " + PackageAdvice.here.newerGlibc
            }
            if line.contains(": version `"), line.contains("' not found (required by ") {
                return "\(program) could not start, a library here is older than the one it was built for: \(line)"
                    + "; " + PackageAdvice.here.newerLibraries
            }
        }
        return nil
    }

    private static func memoryNote(_ memory: String?) -> String {
        "; the system does that when memory runs out" + (memory.map { ", the function has \($0) MB" } ?? "")
    }

    /// `2.50`.
    private static func seconds(_ duration: Duration) -> String {
        let hundredths = milliseconds(duration) / 10
        let digits = String(hundredths % 100)
        return "\(hundredths / 100)." + (digits.count < 2 ? "0" : "") + digits
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
