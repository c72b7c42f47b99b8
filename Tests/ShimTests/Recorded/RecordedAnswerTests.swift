import Foundation
import Testing

/// The simulator beside what was recorded on Lambda: every answer, event, log line and variable of the tables in this folder.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RecordedAnswerTests {
    @Test func thereAreAHundredRecordings() {
        let urls = RecordedURLs.answers.count + RecordedURLs.events.map(\.fields.count).reduce(0, +)
        let invokes =
            RecordedInvokes.names.count + RecordedInvokes.valid.count + RecordedInvokes.events.count
            + RecordedInvokes.calls.count
        let rest = RecordedLog.all.count + RecordedVariables.values.count + RecordedRuntimeAPI.questions.count
        #expect(urls + invokes + rest >= 150, "\(urls) + \(invokes) + \(rest)")
    }

    private func serve<R>(_ options: [String], _ body: (SimServer, URL) async throws -> R) async throws -> R {
        try await SimTool.withFolder { folder in
            let functions = try RecordedFunctions.write(to: folder)
            let all = functions + ["--timeout", "\(RecordedFunctions.timeout)"] + options
            // The account and the region are those of the tables.
            return try await SimServer.with(all, in: folder, environment: ["AWS_REGION": "us-east-1"]) { server in
                try await body(server, folder)
            }
        }
    }

    private func check(_ cases: [RecordedAnswer], _ replies: [RecordedClient.Reply]) {
        #expect(replies.count == cases.count)
        for (recorded, reply) in zip(cases, replies) {
            let name: Comment = "\(recorded.name) (\(recorded.source)): \(reply.body.prefix(300))"
            #expect(reply.status == recorded.status, name)
            for (field, value) in recorded.fields {
                if value.isEmpty {
                    #expect(reply.fields[field] == nil, name)
                } else {
                    #expect(reply.fields[field] == value, name)
                }
            }
            guard let answer = recorded.answer else { continue }
            let id = reply.fields["x-amzn-requestid"] ?? "-"
            #expect(reply.body.replacing(id, with: "<id>") == answer, name)
        }
    }

    @Test func invokes() async throws {
        let cases = RecordedInvokes.names + RecordedInvokes.valid + RecordedInvokes.events + RecordedInvokes.calls
        try await serve(["--quiet", "--retry-delays", ""]) { server, folder in
            let replies = try await RecordedClient.send(cases.map(\.request), to: server.port, in: folder)
            check(cases, replies)
            for (recorded, reply) in zip(cases, replies) where recorded.status == 200 {
                #expect(reply.fields["x-amzn-requestid"]?.count == 36, "\(recorded.name)")
                let trace = reply.fields["x-amzn-trace-id"] ?? ""
                #expect(trace.hasPrefix("root=1-"), "\(recorded.name): \(trace)")
            }
        }
    }

    @Test func functionURLs() async throws {
        let config = #"{"functions":{"url":{"target":"./url","urlPort":0}}}"#
        try await SimTool.withFolder { folder in
            _ = try RecordedFunctions.write(to: folder)
            let file = try SimTool.script(config, at: folder, named: "config.json")
            try await SimServer.with(["--config", file, "--quiet"], in: folder) { server in
                let port = try server.urlPort(of: "url")
                let answers = RecordedURLs.answers
                check(answers, try await RecordedClient.send(answers.map(\.request), to: port, in: folder))

                let requests = RecordedURLs.events.map(\.request.request)
                let replies = try await RecordedClient.send(requests, to: port, in: folder)
                for (event, reply) in zip(RecordedURLs.events, replies) {
                    #expect(reply.status == 200, "\(event.source): \(reply.body)")
                    let seen = try JSONSerialization.jsonObject(with: Data(reply.body.utf8))
                    for field in event.fields {
                        let value = field.path.reduce(seen as Any?) { ($0 as? [String: Any])?[$1] }
                        #expect(try Self.json(value) == field.json, "\(event.source): \(field.path)")
                    }
                    let headers = (seen as? [String: Any])?["headers"] as? [String: Any]
                    let trace = headers?["x-amzn-trace-id"] as? String ?? ""
                    #expect(trace.wholeMatch(of: /Root=1-[0-9a-f]{8}-[0-9a-f]{24}/) != nil, "\(trace)")
                }
            }
        }
    }

    private static func json(_ value: Any?) throws -> String? {
        guard let value else { return nil }
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try JSONSerialization.data(withJSONObject: value, options: options), as: UTF8.self)
    }

    /// Each with an environment of its own, whose first call it is; and the same as the tail of the log, which begins with START.
    @Test func logs() async throws {
        for recorded in RecordedLog.all {
            try await SimTool.withFolder { folder in
                _ = try RecordedFunctions.write(to: folder)
                let target = folder.appendingPathComponent(recorded.function).path
                let options = ["f=\(target)", "--timeout", "\(RecordedFunctions.timeout)"]
                let (log, tail) = try await SimServer.with(options, in: folder) { server in
                    let request: [String: Any] = [
                        "method": "POST", "target": "/2015-03-31/functions/f/invocations",
                        "headers": ["X-Amz-Log-Type": "Tail"],
                        "body": Data(recorded.event.utf8).base64EncodedString(),
                    ]
                    let reply = try await RecordedClient.send([request], to: server.port, in: folder)[0]
                    let tail = Data(base64Encoded: reply.fields["x-amz-log-result"] ?? "") ?? Data()
                    return (server.running.log, String(decoding: tail, as: UTF8.self))
                }
                let lines = RecordedLog.normalized(log).filter { !$0.hasPrefix("shim-sim: ") }
                #expect(lines == recorded.lines, "\(recorded.name) (\(recorded.source))")
                let start = recorded.lines.firstIndex { $0.hasPrefix("START") } ?? 0
                #expect(RecordedLog.normalized(tail) == Array(recorded.lines[start...]), "\(recorded.name): the tail")
            }
        }
    }

    @Test func recordsOfAJSONLog() async throws {
        try await SimTool.withFolder { folder in
            _ = try RecordedFunctions.write(to: folder)
            let target = folder.appendingPathComponent("actor").path
            let options = ["f=\(target)", "--log-format", "json"]
            let region = ["AWS_REGION": "us-east-1"]
            let log = try await SimServer.with(options, in: folder, environment: region) { server in
                let requests = ["f", "f:7"].map { name -> [String: Any] in
                    [
                        "method": "POST", "target": "/2015-03-31/functions/\(name)/invocations",
                        "headers": [String: String](), "body": Data("{}".utf8).base64EncodedString(),
                    ]
                }
                _ = try await RecordedClient.send(requests, to: server.port, in: folder)
                return server.running.log
            }
            let lines = RecordedRecords.normalized(log).filter { $0.hasPrefix("{") }
            #expect(lines == RecordedRecords.lines, "\(RecordedRecords.source)")
            let managed = ["--env", "AWS_LAMBDA_MAX_CONCURRENCY=2"]
            let second = try await SimTool.sim(["run", target, "-d", "{}"] + managed)
            #expect(second.log.contains(#""initializationType":"lambda-managed-instances""#), "\(second.log)")
        }
    }

    @Test func variables() async throws {
        try await serve(["--quiet", "--no-lambda-endpoint"]) { server, folder in
            let request: [String: Any] = [
                "method": "POST", "target": "/2015-03-31/functions/actor/invocations", "headers": [String: String](),
                "body": Data(#"{"do":"environment"}"#.utf8).base64EncodedString(),
            ]
            let reply = try await RecordedClient.send([request], to: server.port, in: folder)[0]
            let seen = try #require(JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: String])
            for (name, value) in RecordedVariables.values {
                if let value {
                    #expect(value.isEmpty ? seen[name]?.isEmpty == false : seen[name] == value, "\(name)")
                } else {
                    #expect(seen[name] == nil, "\(name)")
                }
            }
            // Nothing but what Lambda has; TMPDIR is this simulator's, without --isolate, and LC_CTYPE is Python's own.
            #expect(Set(seen.keys).subtracting(RecordedVariables.values.keys) == ["TMPDIR", "LC_CTYPE"])
        }
    }

    @Test func limits() async throws {
        try await serve(["--quiet"]) { server, folder in
            let event = try JSONSerialization.data(
                withJSONObject: ["do": "limits", "names": RecordedLimits.values.keys.sorted()]
            )
            let request: [String: Any] = [
                "method": "POST", "target": "/2015-03-31/functions/actor/invocations", "headers": [String: String](),
                "body": event.base64EncodedString(),
            ]
            let reply = try await RecordedClient.send([request], to: server.port, in: folder)[0]
            let seen = try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: [Int]]
            #expect(seen == RecordedLimits.values, "\(RecordedLimits.source): \(reply.body)")
        }
    }

    @Test func theRuntimeAPI() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script(RecordedRuntimeAPI.bootstrap, at: folder)
            let result = try await SimTool.sim(["run", folder.path, "--timeout", "30"])
            let late = try #require(result.log.firstMatch(of: /LATE (.*)/), "\(result.log) \(result.text)").1
            let seen = try [result.text, String(late)].flatMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [[Any]] ?? []
            }
            #expect(seen.count == RecordedRuntimeAPI.questions.count)
            for (question, answer) in zip(RecordedRuntimeAPI.questions, seen) {
                #expect("\(answer[0])" == question.name)
                #expect("\(answer[1]) \(answer[2])" == "\(question.status) \(question.body)", "\(question.source)")
            }
        }
    }
}
