import Foundation
import FunctionFile
import Platform
import ToolKit

/// What is more than one call.
extension Runner {
    /// Calls a version with an event.
    ///
    /// - Throws: ``DeployError/smokeFailed(version:detail:)`` where the function failed.
    func smoke(_ function: String, version: String, event: JSON) throws {
        let answer = try invoke(function, qualifier: version, event: Data(event.text().utf8))
        guard let error = answer.functionError else { return }
        throw DeployError.smokeFailed(version: version, detail: answer.failureText ?? error)
    }

    /// What a function answered.
    package struct InvokeAnswer: Sendable {
        /// The answer's bytes.
        package let payload: Data
        /// `Handled` or `Unhandled`, where the function failed.
        package let functionError: String?
        /// The version that ran.
        package let version: String?
        /// The end of its log.
        package let log: String

        /// The function's own message and the end of its log.
        var failureText: String? {
            let error = JSON.parse(payload)
            let words = [error?["errorType"]?.string, error?["errorMessage"]?.string].compactMap(\.self)
            let last = log.split(separator: "\n").filter { line in
                !["START ", "END ", "REPORT "].contains { line.hasPrefix($0) }
            }.suffix(5)
            let text = ([words.joined(separator: ": ")] + last.map(String.init)).filter { !$0.isEmpty }
            return text.isEmpty ? nil : text.joined(separator: "\n")
        }
    }

    /// Calls a function and waits for its answer, however long it takes.
    package func invoke(_ function: String, qualifier: String?, event: Data) throws -> InvokeAnswer {
        let (input, output) = (folder + "/event", folder + "/answer")
        try Disk.write(event, to: input)
        defer { for path in [input, output] { try? Files.removeTree(path) } }
        // This one operation has a word after its options, and with it the CLI wants the others as options too.
        var call = AWSCall("lambda", "invoke").sending("--payload", input)
        call.positionals = ["--function-name", function, "--log-type", "Tail", "--cli-read-timeout", "0"]
        if let qualifier { call.positionals += ["--qualifier", qualifier] }
        call.positionals.append(output)
        let answer = try client.perform(call)
        let log = answer["LogResult"]?.string.flatMap { Data(base64Encoded: $0) } ?? Data()
        return InvokeAnswer(
            payload: (try? Disk.read(output)) ?? Data(),
            functionError: answer["FunctionError"]?.string,
            version: answer["ExecutedVersion"]?.string,
            log: String(decoding: log, as: UTF8.self)
        )
    }

    /// Copies an image into its repository; no daemon is needed.
    func push(_ archive: String, repository: String, tag: String, digest: String) throws {
        let registry = String(repository.prefix { $0 != "/" })
        let login = folder + "/auth.json"
        // An empty file would be refused, and nobody else may read what comes into it.
        try Disk.write(Data("{}".utf8), to: login)
        try Disk.setMode(login, 0o600)
        defer { try? Files.removeTree(login) }
        let isLocal = ["127.0.0.1", "localhost"].contains {
            registry.split(separator: ":").first == Substring($0)
        }
        if !isLocal {
            var ask = client.commands.run(AWSCall("ecr", "get-login-password"))
            ask.arguments.removeAll { $0 == "--output" || $0 == "json" }
            ask.arguments += ["--output", "text"]
            let password = try toolbox.results([ask])[0]
            guard password.succeeded else {
                throw DeployError.refused(AWSFailure(AWSCall("ecr", "get-login-password"), password))
            }
            let words = ["login", "--username", "AWS", "--password-stdin", "--authfile", login, registry]
            try toolbox.run(.skopeo, words, input: password.output)
        }
        let digestFile = folder + "/digest"
        let source = "oci-archive:\(archive)"
        // skopeo unpacks the archive, and leaves that behind where it is stopped. It can be too large for /tmp in memory.
        let unpacked = try Disk.makeTemporaryFolder("shim-deploy", in: "/var/tmp")
        defer { try? Files.removeTree(unpacked) }
        let words =
            [
                "--tmpdir", unpacked, "copy", "--preserve-digests", "--retry-times", "3", "--dest-authfile", login,
                "--digestfile", digestFile,
            ]
            + (isLocal ? ["--dest-tls-verify=false"] : []) + [source, "docker://\(repository):\(tag)"]
        try toolbox.run(.skopeo, words)
        let pushed = String(decoding: try Disk.read(digestFile), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard pushed == "sha256:\(digest)" else {
            throw DeployError.badPackage(
                path: archive,
                problem: "the registry has it as \(pushed)",
                hint: nil
            )
        }
    }

    /// Waits while a new version gets a part of the calls; its errors send all calls back to the old one.
    func watch(_ function: String, alias: String, version: String, seconds: Int) throws {
        do {
            let start = Date()
            let end = ContinuousClock.Instant.now.advanced(by: .seconds(seconds))
            while true {
                let rest = ContinuousClock.Instant.now.duration(to: end)
                try client.pause(max(.zero, min(rest, .seconds(30))))
                let errors = try errorCount(function, alias: alias, version: version, since: start)
                guard errors == 0 else {
                    throw DeployError.smokeFailed(
                        version: version,
                        detail: "\(errors) calls failed while it got a part of them"
                    )
                }
                if rest <= .zero { return }
            }
        } catch {
            // Also after Ctrl-C: nobody may be left with half of each.
            let back = AWSCall(
                "lambda",
                "update-alias",
                [
                    "FunctionName": .string(function), "Name": .string(alias),
                    "RoutingConfig": .object(["AdditionalVersionWeights": .object([:])]),
                ]
            )
            _ = try? client.ignoringSignals(Toolbox(interrupts: nil)).perform(back)
            throw error
        }
    }

    private func errorCount(_ function: String, alias: String, version: String, since start: Date)
        throws -> Int
    {
        // Not ISO8601DateFormatter, which is CoreFoundation's and crashes in a static executable.
        func time(_ date: Date) -> JSON { .string(date.formatted(.iso8601)) }
        let dimensions: [(String, String)] = [
            ("FunctionName", function), ("Resource", "\(function):\(alias)"),
            ("ExecutedVersion", version),
        ]
        let answer = try client.perform(
            AWSCall(
                "cloudwatch",
                "get-metric-statistics",
                [
                    "Namespace": .string("AWS/Lambda"), "MetricName": .string("Errors"), "Period": .int(60),
                    "StartTime": time(start.addingTimeInterval(-60)),
                    "EndTime": time(Date().addingTimeInterval(60)),
                    "Statistics": .list(["Sum"]),
                    "Dimensions": .array(
                        dimensions.map { .object(["Name": .string($0.0), "Value": .string($0.1)]) }
                    ),
                ]
            )
        )
        return (answer["Datapoints"]?.array ?? []).compactMap { point -> Int? in
            if case .number(let sum)? = point["Sum"] { return Int(exactly: sum.rounded()) }
            return point["Sum"]?.int
        }.reduce(0, +)
    }

    /// Puts our notifications among those that a bucket has, and looks whether they have stayed: there is no lock.
    func notify(_ bucket: String, account: String, function: String, _ configurations: [JSON]) throws {
        let naming = Naming(function: function)
        let owner: [String: JSON] = [
            "Bucket": .string(bucket), "ExpectedBucketOwner": .string(account),
        ]
        let ask = AWSCall("s3api", "get-bucket-notification-configuration", owner)
        for _ in 0..<3 {
            let present = try client.perform(ask)
            let merged = Notifications.merge(configurations, into: present, naming: naming)
            try client.perform(
                AWSCall(
                    "s3api",
                    "put-bucket-notification-configuration",
                    owner.merging(["NotificationConfiguration": merged]) { $1 }
                )
            )
            let after = try client.perform(ask)["LambdaFunctionConfigurations"]?.array ?? []
            let own = after.filter { naming.isNotification($0["Id"]?.string ?? "") }
            if Notifications.areEqual(own, configurations) { return }
        }
        throw DeployError.notReady(
            what: "the notifications of bucket '\(bucket)'",
            reason: "somebody else changes them at the same time"
        )
    }
}
