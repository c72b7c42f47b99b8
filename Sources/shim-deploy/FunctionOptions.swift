import CommandLineKit
import FunctionFile

/// The options that describe the function; they win over the file.
enum FunctionOptions {
    static let options = settings + release + addresses + triggers

    private static let settings = [
        Option(
            "--role",
            "--iam-role",
            value: "ARN",
            help: "The execution role",
            default: "one is made"
        ),
        Option(
            "--policy",
            value: "ARN|FILE",
            help: "A policy for the role that is made",
            repeatable: true,
            excludes: ["--iam-role"]
        ),
        Option(
            "--memory",
            "--memory-size",
            value: "MB",
            type: .integer(128...10240),
            help: "Memory, 128 to 10240"
        ),
        Option(
            "--timeout",
            value: "SECONDS",
            type: .integer(1...900),
            help: "Time-out of an invocation, 1 to 900"
        ),
        Option("--runtime", value: "NAME", help: "The runtime", default: "provided.al2023"),
        Option("--handler", value: "NAME", help: "Value of _HANDLER", default: "bootstrap"),
        Option("--description", value: "TEXT", help: "A description"),
        Option(
            "--env",
            "--env-var",
            value: "NAME=VALUE",
            type: .assignment,
            help: "Set a variable",
            repeatable: true
        ),
        Option(
            "--env-file",
            value: "FILE",
            type: .file,
            help: "Set the variables of a file of NAME=VALUE lines",
            repeatable: true
        ),
        Option("--merge-env", help: "Keep the function's other variables"),
        Option(
            "--unset-env",
            value: "NAME",
            help: "Remove a variable and keep the others",
            repeatable: true
        ),
        Option(
            "--layer",
            value: "ARN|ZIP",
            help: "A layer; a zip is published where its content is new",
            repeatable: true
        ),
        Option("--tag", value: "NAME=VALUE", type: .assignment, help: "A tag", repeatable: true),
        Option(
            "--ephemeral-storage",
            value: "MB",
            type: .integer(512...10240),
            help: "Size of /tmp, 512 to 10240"
        ),
        Option(
            "--tracing",
            value: "MODE",
            type: .word(["active", "passthrough"]),
            help: "X-Ray: active or passthrough"
        ),
        Option(
            "--log-format",
            value: "FORMAT",
            type: .word(["text", "json"]),
            help: "Format of the log: text or json"
        ),
        Option(
            "--subnet-ids",
            value: "ID,...",
            help: "Subnets of a VPC",
            needs: "--security-group-ids"
        ),
        Option(
            "--security-group-ids",
            value: "ID,...",
            help: "Security groups in the VPC",
            needs: "--subnet-ids"
        ),
        Option(
            "--file-system",
            value: "ARN:/mnt/NAME",
            help: "An EFS access point and where it appears"
        ),
        Option("--kms-key-arn", value: "ARN", help: "The key for the variables"),
        Option("--dead-letter", value: "ARN", help: "Queue or topic for events that failed for good"),
        Option("--on-failure", value: "ARN", help: "Destination of asynchronous calls that failed"),
        Option(
            "--concurrency",
            value: "N",
            type: .integer(0...1_000_000),
            help: "Environments reserved for it, and its limit"
        ),
    ]

    private static let release = [
        Option("--alias", value: "NAME", help: "Publish a version and move this alias to it"),
        Option("--publish", help: "Publish a version without an alias"),
        Option(
            "--canary",
            value: "PERCENT%:TIME",
            help: "Send only a part of the calls to it at first, as in 10%:5m",
            needs: "--alias"
        ),
        Option(
            "--smoke",
            value: "JSON|@FILE",
            help: "An event that a new version must answer before the alias moves"
        ),
        Option(
            "--keep-versions",
            value: "N",
            type: .integer(1...1000),
            help: "Remove older versions that no alias uses"
        ),
        Option("--s3-bucket", value: "NAME", help: "Bucket for zips over 50 MB; created if missing"),
        Option(
            "--s3-prefix",
            value: "NAME",
            help: "Folder in the bucket",
            default: "shim-deploy",
            needs: "--s3-bucket"
        ),
        Option(
            "--repository",
            value: "NAME",
            help: "ECR repository for images; created if missing",
            default: "NAME"
        ),
        Option("--layer-name", value: "NAME", help: "The package is a layer of this name"),
        Option(
            "--log-retention",
            value: "DAYS",
            type: .integer(0...3653),
            help: "How long to keep logs; 0 is forever"
        ),
    ]

    private static let addresses = [
        Option(
            "--url",
            "--enable-function-url",
            help: "Give it a function URL",
            excludes: ["--disable-function-url"]
        ),
        Option("--no-url", "--disable-function-url", help: "Take its function URL away"),
        Option(
            "--url-auth",
            value: "TYPE",
            type: .word(["none", "aws_iam"]),
            help: "Who may call it: none (all) or aws_iam",
            default: "none"
        ),
        Option(
            "--invoke-mode",
            value: "MODE",
            type: .word(["buffered", "response_stream"]),
            help: "buffered or response_stream",
            default: "buffered"
        ),
        Option(
            "--cors",
            value: "ORIGIN|JSON|@FILE",
            help: "Let pages of this origin call the URL; * for all"
        ),
        Option("--http-api", help: "Put an HTTP API of API Gateway in front of it"),
    ]

    private static let triggers = [
        Option(
            "--schedule",
            value: "EXPR",
            help: "Call it by a schedule, as in 'rate(5 minutes)' or 'cron(0 8 * * ? *)'",
            repeatable: true
        ),
        Option(
            "--timezone",
            value: "ZONE",
            help: "Time zone of the schedules",
            default: "UTC",
            needs: "--schedule"
        ),
        Option("--input", value: "JSON|@FILE", help: "Event of the schedules", needs: "--schedule"),
        Option(
            "--on-s3",
            value: "BUCKET[/PREFIX]",
            help: "Call it for new objects of a bucket",
            repeatable: true
        ),
        Option("--on-sqs", value: "ARN", help: "Call it for the messages of a queue", repeatable: true),
    ]

    /// Overlays what was typed on a description.
    static func apply(_ arguments: Arguments, to file: inout FunctionFile) throws {
        try applySettings(arguments, to: &file)
        try applyVariables(arguments, to: &file)
        try applyRelease(arguments, to: &file.deploy)
        try applyAddresses(arguments, to: &file.deploy)
        try applyTriggers(arguments, to: &file.deploy)
    }

    private static func applySettings(_ arguments: Arguments, to file: inout FunctionFile) throws {
        func text(_ option: String, _ key: String) {
            if let value = arguments.value(option) { file.configuration[key] = .string(value) }
        }
        text("--iam-role", "Role")
        text("--runtime", "Runtime")
        text("--handler", "Handler")
        text("--description", "Description")
        text("--kms-key-arn", "KMSKeyArn")
        if let number = arguments.int("--memory-size") {
            file.configuration["MemorySize"] = .int(number)
        }
        if let number = arguments.int("--timeout") { file.configuration["Timeout"] = .int(number) }
        if let number = arguments.int("--ephemeral-storage") {
            file.configuration["EphemeralStorage"] = .object(["Size": .int(number)])
        }
        if let mode = arguments.value("--tracing") {
            file.configuration["TracingConfig"] = .object([
                "Mode": .string(mode == "active" ? "Active" : "PassThrough")
            ])
        }
        if let format = arguments.value("--log-format") {
            var logging = file.configuration["LoggingConfig"]?.object ?? [:]
            logging["LogFormat"] = .string(format == "json" ? "JSON" : "Text")
            file.configuration["LoggingConfig"] = .object(logging)
        }
        func list(_ text: String) -> JSON { .list(text.split(separator: ",").map(String.init)) }
        if let subnets = arguments.value("--subnet-ids"),
            let groups = arguments.value("--security-group-ids")
        {
            file.configuration["VpcConfig"] = .object([
                "SubnetIds": list(subnets), "SecurityGroupIds": list(groups),
            ])
        }
        if let arn = arguments.value("--dead-letter") {
            file.configuration["DeadLetterConfig"] = .object(["TargetArn": .string(arn)])
        }
        if let system = arguments.value("--file-system") {
            // The ARN has colons of its own; the path is what begins with a slash.
            guard let colon = system.range(of: ":/") else {
                throw UsageError(
                    "'\(system)' is not a value for --file-system",
                    hint: "the ARN of an access point and a path: ARN:/mnt/NAME"
                )
            }
            file.configuration["FileSystemConfigs"] = .array([
                .object([
                    "Arn": .string(String(system[..<colon.lowerBound])),
                    "LocalMountPath": .string("/" + system[colon.upperBound...]),
                ])
            ])
        }
        let layers = arguments.values("--layer")
        if !layers.isEmpty { file.configuration["Layers"] = .list(layers) }
        let tags = arguments.assignments("--tag")
        if !tags.isEmpty {
            let old = file.configuration["Tags"]?.object ?? [:]
            file.configuration["Tags"] = .object(
                old.merging(tags.map { ($0.name, .string($0.value)) }) { $1 }
            )
        }
    }

    private static func applyVariables(_ arguments: Arguments, to file: inout FunctionFile) throws {
        var variables = file.variables
        for path in arguments.values("--env-file") {
            variables = (variables ?? [:]).merging(try Input.variables(path)) { $1 }
        }
        let typed = arguments.assignments("--env-var")
        if !typed.isEmpty {
            variables = (variables ?? [:]).merging(typed.map { ($0.name, $0.value) }) { $1 }
        }
        if let variables {
            file.configuration["Environment"] = .object(["Variables": .texts(variables)])
        }
        if arguments.flag("--merge-env") { file.deploy.mergesEnvironment = true }
        file.deploy.unsetVariables += arguments.values("--unset-env")
    }

    private static func applyRelease(_ arguments: Arguments, to deploy: inout DeploySettings) throws {
        deploy.alias = arguments.value("--alias") ?? deploy.alias
        if arguments.flag("--publish") { deploy.publishes = true }
        deploy.keepVersions = arguments.int("--keep-versions") ?? deploy.keepVersions
        deploy.s3Bucket = arguments.value("--s3-bucket") ?? deploy.s3Bucket
        deploy.s3Prefix = arguments.value("--s3-prefix") ?? deploy.s3Prefix
        deploy.repository = arguments.value("--repository") ?? deploy.repository
        deploy.layerName = arguments.value("--layer-name") ?? deploy.layerName
        if let text = arguments.value("--canary") { deploy.canary = try canary(text) }
        if let text = arguments.value("--smoke") { deploy.smoke = try Input.json(text, of: "--smoke") }
        for policy in arguments.values("--policy") {
            deploy.rolePolicies.append(
                policy.hasPrefix("arn:") ? .string(policy) : try Input.json("@" + policy, of: "--policy")
            )
        }
        if let days = arguments.int("--log-retention") {
            guard days == 0 || DeploySettings.retentionDays.contains(days) else {
                throw UsageError(
                    "'\(days)' is not a value for --log-retention",
                    hint: "0 or one of "
                        + DeploySettings.retentionDays.map(String.init).joined(separator: ", ")
                )
            }
            deploy.logRetention = days == 0 ? .none : .some(days)
        }
        if let number = arguments.int("--concurrency") { deploy.concurrency = .some(number) }
        if let arn = arguments.value("--on-failure") {
            var settings = deploy.asynchronous?.object ?? [:]
            settings["DestinationConfig"] = .object(["OnFailure": .object(["Destination": .string(arn)])])
            deploy.asynchronous = .object(settings)
        }
    }

    /// `10%:5m`.
    private static func canary(_ text: String) throws -> DeploySettings.Canary {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        guard parts.count == 2, parts[0].hasSuffix("%"), let percent = Double(parts[0].dropLast()),
            (0.1...99.9).contains(percent), let unit = parts[1].last.flatMap({ units[$0] }),
            let count = Int(parts[1].dropLast()), (1...86400).contains(count * unit)
        else {
            throw UsageError(
                "'\(text)' is not a value for --canary",
                hint: "a percentage and a time, as in 10%:5m"
            )
        }
        return DeploySettings.Canary(percent: percent, seconds: count * unit)
    }

    private static func applyAddresses(_ arguments: Arguments, to deploy: inout DeploySettings) throws {
        if arguments.flag("--disable-function-url") { deploy.url = .none }
        let details = ["--url-auth", "--invoke-mode", "--cors"].filter(arguments.flag)
        if arguments.flag("--enable-function-url") || (!details.isEmpty && deploy.url.value != nil) {
            var url = deploy.url.value ?? DeploySettings.URL()
            url.authType = arguments.value("--url-auth")?.uppercased() ?? url.authType
            url.invokeMode = arguments.value("--invoke-mode")?.uppercased() ?? url.invokeMode
            if let text = arguments.value("--cors") { url.cors = try cors(text) }
            deploy.url = .some(url)
        } else if let option = details.first {
            throw UsageError("\(option) needs --url", hint: "or a member Url in the configuration")
        }
        if arguments.flag("--http-api"), deploy.httpAPI.value == nil {
            deploy.httpAPI = .some(DeploySettings.HTTPAPI())
        }
    }

    private static func cors(_ text: String) throws -> JSON {
        if text.hasPrefix("{") || text.hasPrefix("@") { return try Input.json(text, of: "--cors") }
        return .object([
            "AllowOrigins": .list(text.split(separator: ",").map(String.init)),
            "AllowMethods": .list(["*"]),
            "AllowHeaders": .list(["*"]),
        ])
    }

    private static func applyTriggers(_ arguments: Arguments, to deploy: inout DeploySettings) throws {
        let expressions = arguments.values("--schedule")
        if !expressions.isEmpty {
            let event = try arguments.value("--input").map { try Input.json($0, of: "--input") }
            deploy.schedules = try expressions.map { expression in
                guard ScheduleExpression.isForScheduler(expression) else {
                    throw UsageError(
                        "'\(expression)' is not a value for --schedule",
                        hint: ScheduleExpression.forms
                    )
                }
                var schedule = DeploySettings.Schedule(expression: expression)
                schedule.timezone = arguments.value("--timezone") ?? schedule.timezone
                schedule.input = event
                return schedule
            }
        }
        let buckets = arguments.values("--on-s3")
        if !buckets.isEmpty {
            deploy.buckets = buckets.map { text in
                let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
                var bucket = DeploySettings.Bucket(name: parts.first ?? text)
                bucket.prefix = parts.count > 1 ? parts[1] : ""
                return bucket
            }
        }
        let queues = arguments.values("--on-sqs")
        if !queues.isEmpty { deploy.sources = queues.map { DeploySettings.EventSource(arn: $0) } }
    }
}
