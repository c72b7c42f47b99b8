import Foundation
import FunctionFile
import Platform
import ToolKit

/// Carries a plan out.
///
/// Used by one thread.
package final class Runner {
    /// What has been done, line by line.
    package private(set) var done: [PlanLine] = []
    /// What answers have told.
    package private(set) var variables: [String: String] = [:]

    let client: AWSClient
    let toolbox: Toolbox
    /// A folder of our own, which the caller removes.
    let folder: String
    let began: (String) -> Void
    private let ended: (PlanLine) -> Void

    /// Prepares the work.
    ///
    /// - Parameters:
    ///   - client: What calls AWS.
    ///   - toolbox: What runs the other tools.
    ///   - folder: For files that must be handed over, readable by nobody else.
    ///   - began: Called with what is being done.
    ///   - ended: Called with what has been done.
    package init(
        client: AWSClient,
        toolbox: Toolbox,
        folder: String,
        began: @escaping (String) -> Void = { _ in },
        ended: @escaping (PlanLine) -> Void = { _ in }
    ) {
        self.client = client
        self.toolbox = toolbox
        self.folder = folder
        self.began = began
        self.ended = ended
    }

    /// Does everything in order.
    ///
    /// - Throws: What went wrong; ``done`` says how far it came.
    package func run(_ plan: Plan) throws {
        for stage in plan.stages { try run(stage) }
    }

    /// The lanes of a stage go in step: the next call of each, side by side, then the ones after.
    private func run(_ lanes: [Lane]) throws {
        var waiting = lanes.map { lane in
            lane.flatMap { step -> [(action: Action, lines: [PlanLine], isLast: Bool)] in
                step.actions.enumerated().map {
                    ($0.element, step.lines, $0.offset == step.actions.count - 1)
                }
            }[...]
        }
        while true {
            var calls: [(call: AWSCall, lines: [PlanLine], isLast: Bool)] = []
            for lane in waiting.indices {
                guard let next = waiting[lane].popFirst() else { continue }
                began(next.lines.map(\.text).joined(separator: ", "))
                if case .call(let call) = next.action {
                    calls.append((substituted(call), next.lines, next.isLast))
                } else {
                    try perform(next.action)
                    if next.isLast { finish(next.lines) }
                }
            }
            if calls.isEmpty, waiting.allSatisfy(\.isEmpty) { return }
            try perform(calls)
        }
    }

    private func perform(_ calls: [(call: AWSCall, lines: [PlanLine], isLast: Bool)]) throws {
        guard !calls.isEmpty else { return }
        var failure: DeployError?
        for (work, answer) in zip(calls, try client.answers(calls.map(\.call))) {
            switch answer {
            case .success(let value):
                capture(work.call, value)
                if let change = Self.changed(work.call, value) {
                    failure = failure ?? change
                    continue
                }
            case .failure(let error):
                guard let code = error.code, work.call.forgiven.contains(code) else {
                    failure = failure ?? .refused(error)
                    continue
                }
            }
            if work.isLast { finish(work.lines) }
        }
        if let failure { throw failure }
    }

    /// The error for a file that was not the same any more when it was sent.
    private static func changed(_ call: AWSCall, _ answer: JSON) -> DeployError? {
        guard let expected = call.expectation,
            let sum = expected.path.reduce(answer as JSON?, { $0?[$1] })?.string, sum != expected.sha256
        else { return nil }
        return .badPackage(
            path: expected.file,
            problem: "it was changed while it was being sent",
            hint: "run it again: it sends what the file has now"
        )
    }

    private func finish(_ lines: [PlanLine]) {
        done += lines
        lines.forEach(ended)
    }

    func substituted(_ call: AWSCall) -> AWSCall {
        var call = call
        call.input = call.input.mapValues { Variable.replace($0) { variables[$0] ?? "" } }
        call.input = call.input.mapValues { value in
            guard var members = value.object, let weights = members["AdditionalVersionWeights"]?.object
            else { return value }
            // The one place where a variable is the name of a member.
            members["AdditionalVersionWeights"] = .object(
                Dictionary(uniqueKeysWithValues: weights.map { (substituted($0.key), $0.value) })
            )
            return .object(members)
        }
        return call
    }

    func substituted(_ text: String) -> String { Variable.replace(text) { variables[$0] ?? "" } }

    private func capture(_ call: AWSCall, _ answer: JSON) {
        for capture in call.captures {
            let value = capture.path.reduce(answer as JSON?) { $0?[$1] }
            variables[capture.name] = value?.string ?? value?.int.map(String.init) ?? ""
        }
    }

    private func perform(_ action: Action) throws {
        switch action {
        case .call(let call): try perform([(call, [], false)])
        case .waitForFunction(let name): try waitForFunction(name)
        case .waitForMapping(let uuid, let gone): try waitForMapping(substituted(uuid), gone: gone)
        case .push(let archive, let repository, let tag, let digest):
            try push(archive, repository: repository, tag: tag, digest: digest)
        case .smoke(let function, let version, let event):
            try smoke(function, version: substituted(version), event: event)
        case .watch(let function, let alias, let version, let seconds):
            try watch(function, alias: alias, version: substituted(version), seconds: seconds)
        case .notify(let bucket, let account, let function, let configurations):
            try notify(bucket, account: account, function: function, configurations)
        }
    }
}
