import Foundation
import FunctionFile

/// Reads what is there: the calls, side by side where they do not need each other.
package struct Survey {
    /// One thing that is read.
    private struct Read {
        let call: AWSCall
        /// Codes that mean that it is not there.
        var absent: [String] = ["ResourceNotFoundException"]
        /// Whether it is passed over where AWS does not say.
        var isOptional = false
        let take: (JSON, inout Observed) -> Void
    }

    let client: AWSClient
    private let region: String

    /// Reads by a client.
    package init(client: AWSClient) {
        self.client = client
        region = client.commands.settings.region
    }

    /// Reads what matters for what is desired.
    ///
    /// - Parameters:
    ///   - desired: What is to be there.
    ///   - everything: Whether to read also what the function may have and the description does not mention.
    /// - Returns: What is there.
    /// - Throws: ``DeployError`` where AWS does not say.
    package func observe(_ desired: Desired, everything: Bool = false) throws -> Observed {
        var observed = Observed()
        observed.region = region
        try perform(first(desired, everything: everything), &observed)
        let second = second(desired, observed, everything: everything)
        if !second.isEmpty { try perform(second, &observed) }
        return observed
    }

    /// Reads everything that there is of a function.
    ///
    /// Where it has one alias, and none was named, that is the one that callers use: its URL, its permissions and its triggers
    /// hang on it.
    ///
    /// - Parameter desired: The function, and its alias where one was named; gets the one that was found.
    /// - Returns: What is there.
    /// - Throws: ``DeployError`` where AWS does not say.
    package func observeAll(_ desired: inout Desired) throws -> Observed {
        if desired.deploy.alias == nil {
            var named = Observed()
            try perform([aliases(.string(desired.name))], &named)
            if named.aliases.count == 1 { desired.deploy.alias = named.aliases[0]["Name"]?.string }
        }
        var observed = try observe(desired, everything: true)
        let details = details(of: observed)
        if !details.isEmpty { try perform(details, &observed) }
        return observed
    }

    /// The newest version of a layer; `nil` where there is none.
    package func newestLayer(_ name: String) throws -> JSON? {
        var observed = Observed()
        let list = AWSCall("lambda", "list-layer-versions", ["LayerName": .string(name), "MaxItems": .int(1)])
        try perform([Read(call: list) { $1.layers[name] = $0["LayerVersions"]?.array?.first }], &observed)
        guard let version = observed.layers[name]?["Version"]?.int else { return nil }
        let input: [String: JSON] = ["LayerName": .string(name), "VersionNumber": .int(version)]
        try perform([Read(call: AWSCall("lambda", "get-layer-version", input)) { $1.layers[name] = $0 }], &observed)
        return observed.layers[name]
    }

    private func perform(_ reads: [Read], _ observed: inout Observed) throws {
        for (read, answer) in zip(reads, try client.answers(reads.map(\.call))) {
            switch answer {
            case .success(let value): read.take(value, &observed)
            case .failure(let failure):
                guard let code = failure.code, read.isOptional || read.absent.contains(code) else {
                    throw DeployError.refused(failure)
                }
            }
        }
    }

    private func first(_ desired: Desired, everything: Bool) -> [Read] {
        let name = JSON.string(desired.name)
        let deploy = desired.deploy
        var target: [String: JSON] = ["FunctionName": name]
        if let alias = deploy.alias { target["Qualifier"] = .string(alias) }
        var reads = [
            Read(call: AWSCall("sts", "get-caller-identity")) { answer, observed in
                observed.account = answer["Account"]?.string ?? ""
                let parts = (answer["Arn"]?.string ?? "").split(separator: ":")
                observed.partition = parts.count > 1 ? String(parts[1]) : "aws"
            },
            Read(call: AWSCall("lambda", "get-function", ["FunctionName": name])) { $1.function = $0 },
        ]
        if desired.role == nil { reads += role(desired.naming) }
        if let alias = deploy.alias {
            let input: [String: JSON] = ["FunctionName": name, "Name": .string(alias)]
            reads.append(Read(call: AWSCall("lambda", "get-alias", input)) { $1.alias = $0 })
            reads.append(
                Read(call: AWSCall("lambda", "get-function-configuration", target)) {
                    $1.aliasConfiguration = $0
                }
            )
        }
        if everything || deploy.url != .asItIs {
            reads.append(Read(call: AWSCall("lambda", "get-function-url-config", target)) { $1.url = $0 })
            if deploy.alias != nil {
                reads.append(
                    Read(call: AWSCall("lambda", "get-function-url-config", ["FunctionName": name])) {
                        $1.urlWithoutAlias = $0["FunctionUrl"]?.string
                    }
                )
            }
        }
        if everything || deploy.url != .asItIs || deploy.httpAPI != .asItIs || deploy.buckets != nil {
            reads.append(
                Read(call: AWSCall("lambda", "get-policy", target)) {
                    $1.statements = PolicyStatement.read($0)
                }
            )
        }
        if everything || deploy.logRetention != .asItIs { reads.append(logGroup(desired)) }
        if everything || deploy.sources != nil {
            reads.append(
                // No Qualifier here: the alias is a part of the name.
                Read(
                    call: AWSCall(
                        "lambda",
                        "list-event-source-mappings",
                        ["FunctionName": .string(desired.qualifiedName)]
                    )
                ) {
                    $1.mappings = $0["EventSourceMappings"]?.array ?? []
                }
            )
        }
        if everything || deploy.schedules != nil { reads += schedules(desired) }
        if everything || deploy.httpAPI != .asItIs { reads.append(api(desired.name)) }
        for bucket in Set((deploy.buckets ?? []).map(\.name)).sorted() {
            reads.append(
                Read(
                    call: AWSCall(
                        "s3api",
                        "get-bucket-notification-configuration",
                        ["Bucket": .string(bucket)]
                    )
                ) {
                    $1.notifications[bucket] = $0
                }
            )
        }
        for case .zip(let layer, _, _, _)? in (desired.layers ?? []).map(Optional.some) {
            reads.append(
                Read(
                    call: AWSCall(
                        "lambda",
                        "list-layer-versions",
                        ["LayerName": .string(layer), "MaxItems": .int(1)]
                    )
                ) {
                    $1.layers[layer] = $0["LayerVersions"]?.array?.first
                }
            )
        }
        if everything || deploy.asynchronous != nil {
            reads.append(
                Read(call: AWSCall("lambda", "get-function-event-invoke-config", target)) {
                    $1.asynchronous = $0
                }
            )
        }
        if everything || deploy.keepVersions != nil { reads += versions(name) }
        reads += image(desired) + object(desired)
        return reads
    }

    private func second(_ desired: Desired, _ observed: Observed, everything: Bool) -> [Read] {
        var reads: [Read] = []
        for (layer, newest) in observed.layers.sorted(by: { $0.key < $1.key }) {
            guard let version = newest["Version"]?.int else { continue }
            let input: [String: JSON] = ["LayerName": .string(layer), "VersionNumber": .int(version)]
            reads.append(
                Read(call: AWSCall("lambda", "get-layer-version", input)) { $1.layers[layer] = $0 }
            )
        }
        if observed.defect != nil { reads += waysToCall(.string(desired.name)) }
        if let api = observed.api?["ApiId"] {
            reads.append(
                Read(call: AWSCall("apigatewayv2", "get-integrations", ["ApiId": api])) {
                    $1.apiTarget = $0["Items"]?.array?.first?["IntegrationUri"]?.string
                }
            )
        }
        return reads
    }

    /// What lists and statements only mention.
    private func details(of observed: Observed) -> [Read] {
        let schedules = observed.schedules.keys.sorted().filter { observed.schedules[$0]?["ScheduleExpression"] == nil }
        let buckets = Set(observed.statements.compactMap(\.bucket)).subtracting(observed.notifications.keys).sorted()
        return schedules.map { name in
            Read(call: AWSCall("scheduler", "get-schedule", ["Name": .string(name)])) { $1.schedules[name] = $0 }
        }
            + buckets.map { bucket in
                Read(
                    call: AWSCall("s3api", "get-bucket-notification-configuration", ["Bucket": .string(bucket)]),
                    // The bucket may be gone, somebody else's, or in another region.
                    isOptional: true
                ) { $1.notifications[bucket] = $0 }
            }
    }

    /// Whether a function has what somebody may call it by.
    private func waysToCall(_ name: JSON) -> [Read] {
        [
            Read(call: AWSCall("lambda", "list-aliases", ["FunctionName": name])) {
                if $0["Aliases"]?.array?.isEmpty == false { $1.isReachable = true }
            },
            Read(call: AWSCall("lambda", "get-function-url-config", ["FunctionName": name])) {
                if $0["FunctionUrl"] != nil { $1.isReachable = true }
            },
            Read(call: AWSCall("lambda", "get-policy", ["FunctionName": name])) {
                if !PolicyStatement.read($0).isEmpty { $1.isReachable = true }
            },
        ]
    }

    private func role(_ naming: Naming) -> [Read] {
        let name = JSON.string(naming.role)
        let absent = ["NoSuchEntity", "NoSuchEntityException"]
        return [
            Read(call: AWSCall("iam", "get-role", ["RoleName": name]), absent: absent) {
                $1.role = $0["Role"]
            },
            Read(call: AWSCall("iam", "list-attached-role-policies", ["RoleName": name]), absent: absent) {
                $1.attachedPolicies = ($0["AttachedPolicies"]?.array ?? []).compactMap {
                    $0["PolicyArn"]?.string
                }
            },
            Read(
                call: AWSCall(
                    "iam",
                    "get-role-policy",
                    ["RoleName": name, "PolicyName": .string(naming.policy)]
                ),
                absent: absent
            ) { $1.inlinePolicy = $0["PolicyDocument"] },
        ]
    }

    private func logGroup(_ desired: Desired) -> Read {
        let group =
            desired.configuration["LoggingConfig"]?["LogGroup"]?.string ?? desired.naming.logGroup
        return Read(
            call: AWSCall("logs", "describe-log-groups", ["logGroupNamePrefix": .string(group)])
        ) {
            answer,
            observed in
            observed.logGroup = answer["logGroups"]?.array?.first { $0["logGroupName"]?.string == group }
        }
    }

    private func schedules(_ desired: Desired) -> [Read] {
        let naming = desired.naming
        let list = Read(
            call: AWSCall("scheduler", "list-schedules", ["NamePrefix": .string(naming.schedulePrefix)])
        ) { answer, observed in
            for schedule in answer["Schedules"]?.array ?? [] {
                guard let name = schedule["Name"]?.string, naming.isSchedule(name) else { continue }
                // A document that is written as a whole must be read as a whole.
                observed.schedules[name] = observed.schedules[name] ?? schedule
            }
        }
        let each = (desired.deploy.schedules ?? []).indices.map { index in
            let name = naming.schedule(index + 1)
            return Read(call: AWSCall("scheduler", "get-schedule", ["Name": .string(name)])) {
                $1.schedules[name] = $0
            }
        }
        let name = JSON.string(naming.scheduleRole)
        let absent = ["NoSuchEntity", "NoSuchEntityException"]
        let role = Read(call: AWSCall("iam", "get-role", ["RoleName": name]), absent: absent) {
            $1.scheduleRole = $0["Role"]
        }
        let input = ["RoleName": name, "PolicyName": JSON.string(naming.policy)]
        let policy = Read(call: AWSCall("iam", "get-role-policy", input), absent: absent) {
            $1.scheduleRolePolicy = $0["PolicyDocument"]
        }
        return each + [list, role, policy]
    }

    private func api(_ name: String) -> Read {
        Read(call: AWSCall("apigatewayv2", "get-apis")) { answer, observed in
            observed.api = answer["Items"]?.array?.first { $0.at("Tags", Naming.tag)?.string == name }
        }
    }

    private func versions(_ name: JSON) -> [Read] {
        [
            Read(call: AWSCall("lambda", "list-versions-by-function", ["FunctionName": name])) {
                $1.versions = ($0["Versions"]?.array ?? []).filter { $0["Version"]?.string != "$LATEST" }
            }, aliases(name),
        ]
    }

    private func aliases(_ name: JSON) -> Read {
        Read(call: AWSCall("lambda", "list-aliases", ["FunctionName": name])) {
            $1.aliases = $0["Aliases"]?.array ?? []
        }
    }

    private func image(_ desired: Desired) -> [Read] {
        guard case .image(_, let digest)? = desired.code else { return [] }
        let repository = JSON.string(desired.deploy.repository ?? desired.name.lowercased())
        let absent = [
            "RepositoryNotFoundException", "RepositoryPolicyNotFoundException", "ImageNotFoundException",
        ]
        return [
            Read(
                call: AWSCall("ecr", "describe-repositories", ["repositoryNames": .array([repository])]),
                absent: absent
            ) { $1.repository = $0["repositories"]?.array?.first },
            Read(
                call: AWSCall("ecr", "get-repository-policy", ["repositoryName": repository]),
                absent: absent
            ) {
                $1.repositoryPolicy = $0["policyText"]?.string.flatMap { JSON.parse($0.utf8) }
            },
            Read(
                call: AWSCall(
                    "ecr",
                    "describe-images",
                    [
                        "repositoryName": repository,
                        "imageIds": .array([.object(["imageDigest": .string("sha256:\(digest)")])]),
                    ]
                ),
                absent: absent
            ) { $1.hasImage = $0["imageDetails"]?.array?.isEmpty == false },
        ]
    }

    private func object(_ desired: Desired) -> [Read] {
        guard let bucket = desired.deploy.s3Bucket, case .zip(_, let sum, _)? = desired.code else {
            return []
        }
        let key = desired.naming.s3Key(prefix: desired.deploy.s3Prefix, digest: sum.hexadecimal)
        let absent = ["404", "NoSuchBucket", "NotFound", "NoSuchKey"]
        return [
            Read(call: AWSCall("s3api", "head-bucket", ["Bucket": .string(bucket)]), absent: absent) {
                $1.hasBucket = true
            },
            Read(
                call: AWSCall(
                    "s3api",
                    "head-object",
                    ["Bucket": .string(bucket), "Key": .string(key), "ChecksumMode": .string("ENABLED")]
                ),
                absent: absent
            ) { $1.objectChecksum = $0["ChecksumSHA256"]?.string ?? "" },
        ]
    }
}

extension String {
    /// The bytes that it has in base64, as hexadecimal digits.
    var hexadecimal: String {
        (Data(base64Encoded: self) ?? Data()).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
