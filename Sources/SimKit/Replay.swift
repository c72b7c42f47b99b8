import LambdaWire
import Platform

/// Calls a function with recorded events, and says which answers are others now.
package final class Replay {
    /// What a recorded call came to.
    package enum Difference: Equatable, Sendable {
        /// The answer means the same.
        case none
        /// The answer was this, and is that.
        case answer(was: String, is: String)
        /// It failed or succeeded, and does not any more.
        case status(was: String, is: String)
    }

    /// A recorded call.
    package struct Record: Sendable {
        /// The name of its files, without what comes after the dot.
        package let name: String
        let event: [UInt8]
        let answer: [UInt8]?
        let errorType: String?

        /// Reads the records of a folder, in order.
        ///
        /// - Throws: ``SimError`` where there are none, or one cannot be read.
        package static func all(in folder: String) throws(SimError) -> [Record] {
            var records: [Record] = []
            do throws(SystemError) {
                for file in try Files.list(folder) where file.hasSuffix(".event") {
                    let name = String(file.dropLast(6))
                    let path = folder + "/" + name
                    let limit = LambdaLimit.payload + 1
                    let about = try? JSONValue.parse(try Files.read(path + ".json", atMost: limit))
                    let answer =
                        Files.status(path + ".answer") == nil
                        ? nil : try Files.read(path + ".answer", atMost: limit)
                    records.append(
                        Record(
                            name: name,
                            event: try Files.read(path + ".event", atMost: limit),
                            answer: answer,
                            errorType: about?["errorType"]?.string
                        )
                    )
                }
            } catch {
                throw .file(operation: "read the records in", path: folder, error)
            }
            guard !records.isEmpty else { throw .noRecords(folder) }
            return records
        }
    }

    private let context: SimulatorContext
    private let service: FunctionService
    private let function: FunctionConfiguration
    private let records: [Record]
    private let tell: (Record, Difference) -> Void
    private var next = 0
    private var bytes: [UInt8] = []
    private var failure: FunctionFailure?
    private var signal: Int32?

    /// Prepares the function.
    ///
    /// - Parameters:
    ///   - function: What is called.
    ///   - records: With what.
    ///   - context: The loop and the temporary folder.
    ///   - log: Gets lines of the log.
    ///   - tell: Gets what each call came to.
    /// - Throws: ``SimError`` where the target cannot be used.
    package init(
        _ function: FunctionConfiguration,
        _ records: [Record],
        context: SimulatorContext,
        log: @escaping ([UInt8]) -> Void,
        tell: @escaping (Record, Difference) -> Void
    ) throws(SimError) {
        self.function = function
        self.records = records
        self.context = context
        self.tell = tell
        service = try FunctionService(function, watches: false, context: context, write: log)
    }

    /// Calls the function once for each record.
    ///
    /// - Returns: The signal that interrupted it, if one did.
    /// - Throws: ``SystemError`` of the loop.
    package func run() throws(SystemError) -> Int32? {
        let signals = context.signals
        let watch = context.loop.watch(signals, .readable) { [weak self] _ in
            guard let self, let signal = Signals.next(from: signals) else { return }
            if self.signal != nil { context.leaveAtOnce(by: signal) }
            self.signal = signal
            end()
        }
        context.loop.later { [weak self] in self?.call() }
        try context.loop.run()
        watch.cancel()
        return signal
    }

    private func call() {
        guard signal == nil else { return }
        guard next < records.count else { return end() }
        bytes = []
        failure = nil
        let invocation = Invocation(event: records[next].event, context: CallerContext(arn: function.arn))
        invocation.caller = self
        do throws(ServiceError) {
            try service.invoke(invocation)
        } catch {
            tell(records[next], .status(was: "answered", is: error.name))
            next += 1
            context.loop.later { [weak self] in self?.call() }
        }
    }

    private func end() { service.stop(waits: false) { [context] in context.loop.stop() } }

    /// Compares an answer with a recorded one.
    static func compare(_ record: Record, _ answer: [UInt8], errorType: String?) -> Difference {
        if record.errorType != errorType {
            let words = [record.errorType, errorType].map { $0.map { "failed with \($0)" } ?? "succeeded" }
            return .status(was: words[0], is: words[1])
        }
        // What was too large to be kept is not compared.
        guard let wanted = record.answer, wanted != answer else { return .none }
        if let left = try? JSONValue.parse(wanted), let right = try? JSONValue.parse(answer), left == right {
            return .none
        }
        let (was, now) = (String(decoding: wanted, as: UTF8.self), String(decoding: answer, as: UTF8.self))
        // Lambda's own errors name the request.
        if errorType != nil, withoutIDs(was) == withoutIDs(now) { return .none }
        return .answer(was: was, is: now)
    }

    private static func withoutIDs(_ text: String) -> String {
        var words = text.split(separator: " ", omittingEmptySubsequences: false)
        for index in words.indices.dropFirst() where words[index - 1].hasSuffix("RequestId:") { words[index] = "ID" }
        return words.joined(separator: " ")
    }
}

extension Replay: Caller {
    package func hear(_ delivery: Invocation.Delivery) {
        switch delivery {
        case .bytes(let piece): bytes.append(contentsOf: piece)
        case .failed(let failed): failure = failed
        case .reported:
            guard signal == nil, next < records.count else { return }
            tell(records[next], Self.compare(records[next], failure?.payload ?? bytes, errorType: failure?.type))
            next += 1
            context.loop.later { [weak self] in self?.call() }
        case .began, .ended: break
        }
    }
}
