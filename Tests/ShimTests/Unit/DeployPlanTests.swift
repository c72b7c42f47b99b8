import FunctionFile
import Testing

@testable import DeployKit

/// What is there and what is desired, and what is planned: no call is made.
@Suite struct DeployPlanTests {
    private static let code = Desired.Code.zip(path: "wc.zip", sha256: "c3VtMQ==", bytes: 1000)

    private func desired(_ change: (inout Desired) -> Void = { _ in }) -> Desired {
        var desired = Desired(name: "wc")
        desired.code = Self.code
        change(&desired)
        return desired
    }

    /// An account without the function.
    private var empty: Observed {
        var observed = Observed()
        observed.account = "123456789012"
        observed.region = "eu-central-1"
        return observed
    }

    /// The function as the first deployment leaves it.
    private func present(_ change: (inout [String: JSON]) -> Void = { _ in }) -> Observed {
        var observed = empty
        let role = "arn:aws:iam::123456789012:role/shim-deploy-wc"
        var configuration: [String: JSON] = [
            "FunctionName": .string("wc"), "FunctionArn": .string(observed.functionARN("wc")), "Role": .string(role),
            "CodeSha256": .string("c3VtMQ=="), "MemorySize": .int(128), "Timeout": .int(3), "State": .string("Active"),
            "LastUpdateStatus": .string("Successful"), "PackageType": .string("Zip"),
            "Architectures": .list(["x86_64"]),
        ]
        change(&configuration)
        observed.function = .object([
            "Configuration": .object(configuration), "Tags": .object(["shim-deploy": .string("wc")]),
        ])
        observed.role = .object(["Arn": .string(role)])
        observed.attachedPolicies = ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
        return observed
    }

    private func plan(_ desired: Desired, _ observed: Observed) throws -> Plan {
        try Planner(desired: desired, observed: observed).plan()
    }

    private func lines(_ plan: Plan) -> [String] { plan.lines.map(\.description) }

    private func operations(_ plan: Plan) -> [String] {
        plan.steps.flatMap(\.actions).map { action in
            switch action {
            case .call(let call): call.operation
            case .waitForFunction: "wait"
            case .waitForMapping: "wait for mapping"
            case .push: "push"
            case .smoke: "smoke"
            case .watch: "watch"
            case .notify: "notify"
            }
        }
    }

    @Test func theFirstDeploymentMakesRoleFunctionAndURL() throws {
        let plan = try plan(desired { $0.deploy.url = .some(.init()) }, empty)
        #expect(
            lines(plan) == [
                "+ role shim-deploy-wc", "+ policy AWSLambdaBasicExecutionRole of the role", "+ function wc",
                "+ permission lambda:InvokeFunctionUrl for everybody",
                "+ permission lambda:InvokeFunction for everybody",
                "+ URL (NONE, BUFFERED)",
            ]
        )
        #expect(
            operations(plan) == [
                "create-role", "attach-role-policy", "create-function", "wait", "add-permission", "add-permission",
                "create-function-url-config",
            ]
        )
        guard case .call(let create) = plan.steps[2].actions[0] else { throw Missing() }
        #expect(create.input["Role"] == .string("arn:aws:iam::123456789012:role/shim-deploy-wc"))
        #expect(create.input["Tags"] == .object(["shim-deploy": .string("wc")]))
        #expect(create.input["Runtime"] == .string("provided.al2023") && create.files == ["--zip-file": "wc.zip"])
    }

    private struct Missing: Error {}

    @Test func nothingToDoIsNothing() throws {
        let plan = try plan(desired { $0.configuration = ["MemorySize": .int(128), "Timeout": .int(3)] }, present())
        #expect(plan.isEmpty)
        #expect(lines(plan) == ["= role shim-deploy-wc", "= configuration", "= code"])
    }

    /// Each setting alone makes its own call and no other.
    @Test(
        arguments: [
            ("MemorySize", JSON.int(512), "~ memory 128 -> 512"), ("Timeout", .int(10), "~ timeout 3 -> 10"),
            ("Description", .string("d"), "~ description none -> d"),
            ("TracingConfig", .object(["Mode": .string("PassThrough")]), nil),
            ("EphemeralStorage", .object(["Size": .int(1024)]), "~ ephemeral storage 512 -> 1024"),
            ("EphemeralStorage", .object(["Size": .int(512)]), nil),
            (
                "LoggingConfig", .object(["LogFormat": .string("JSON")]),
                "~ logging LogFormat=Text,LogGroup=/aws/lambda/wc -> JSON"
            ),
            ("LoggingConfig", .object(["LogFormat": .string("Text")]), nil),
            ("DeadLetterConfig", .object(["TargetArn": .string("")]), nil), ("Layers", .array([]), nil),
            ("VpcConfig", .object(["SubnetIds": .array([]), "SecurityGroupIds": .array([])]), nil),
            ("Novelty", .object(["Level": .int(1)]), "~ novelty none -> 1"),
        ] as [(String, JSON, String?)]
    )
    func settingsAreComparedWithLambdasDefaults(key: String, value: JSON, line: String?) throws {
        let plan = try plan(desired { $0.configuration = [key: value] }, present())
        #expect(lines(plan).filter { !$0.hasPrefix("=") } == [line].compactMap(\.self))
        #expect(operations(plan) == (line == nil ? [] : ["update-function-configuration", "wait"]))
    }

    @Test func codeAloneIsSentAlone() throws {
        let plan = try plan(desired { $0.code = .zip(path: "wc.zip", sha256: "bmV3", bytes: 9) }, present())
        #expect(operations(plan) == ["update-function-code", "wait"])
        #expect(lines(plan).contains("~ code"))
    }

    @Test func anotherArchitectureComesWithTheCode() throws {
        let plan = try plan(desired { $0.architecture = "arm64" }, present())
        #expect(operations(plan) == ["update-function-code", "wait"])
        #expect(lines(plan).contains("~ architecture x86_64 -> arm64"))
    }

    @Test func variablesAreReplacedMergedOrLeftAlone() throws {
        let old = present { $0["Environment"] = .object(["Variables": .texts(["A": "1", "B": "2"])]) }
        func variables(_ change: (inout Desired) -> Void) throws -> (JSON?, [String]) {
            let plan = try plan(desired(change), old)
            let call = plan.steps.flatMap(\.actions).compactMap { action -> AWSCall? in
                if case .call(let call) = action { call } else { nil }
            }.first
            return (call?.input["Environment"]?["Variables"], lines(plan).filter { $0.contains("variable") })
        }
        #expect(try variables { _ in }.0 == nil)
        let replaced = try variables { $0.variables = ["A": "secret"] }
        #expect(replaced.0 == .texts(["A": "secret"]) && replaced.1 == ["~ variable A", "- variable B"])
        let merged = try variables {
            $0.variables = ["C": "3"]
            $0.deploy.mergesEnvironment = true
        }
        #expect(merged.0 == .texts(["A": "1", "B": "2", "C": "3"]) && merged.1 == ["+ variable C"])
        let unset = try variables { $0.deploy.unsetVariables = ["B"] }
        #expect(unset.0 == .texts(["A": "1"]) && unset.1 == ["- variable B"])
    }

    @Test func theOrderOfLayersCounts() throws {
        let old = present {
            $0["Layers"] = .array(["a", "b"].map { .object(["Arn": .string("arn:\($0)"), "CodeSize": .int(1)]) })
        }
        #expect(try plan(desired { $0.layers = [.arn("arn:a"), .arn("arn:b")] }, old).isEmpty)
        let plan = try plan(desired { $0.layers = [.arn("arn:b"), .arn("arn:a")] }, old)
        #expect(lines(plan).contains("~ layers arn:a,arn:b -> arn:b,arn:a"))
    }

    @Test func aLayersZipIsPublishedWhereItIsNew() throws {
        var old = present()
        old.layers["l"] = .object([
            "LayerVersionArn": .string("arn:l:3"), "Content": .object(["CodeSha256": .string("same")]),
        ])
        old.function = .object([
            "Configuration": .object(
                (old.configuration?.object ?? [:]).merging(["Layers": .array([.object(["Arn": .string("arn:l:3")])])]) {
                    $1
                }
            ), "Tags": .object(["shim-deploy": .string("wc")]),
        ])
        #expect(
            try plan(desired { $0.layers = [.zip(name: "l", path: "l.zip", sha256: "same", bytes: 1)] }, old).isEmpty
        )
        let plan = try plan(desired { $0.layers = [.zip(name: "l", path: "l.zip", sha256: "new", bytes: 1)] }, old)
        #expect(operations(plan) == ["publish-layer-version", "update-function-configuration", "wait"])
        #expect(lines(plan).contains("~ layers arn:l:3 -> (new)"))
    }

    @Test func anAliasMovesAfterVersionAndSmokeTest() throws {
        var old = present()
        old.alias = .object(["FunctionVersion": .string("4"), "RevisionId": .string("r")])
        old.aliasConfiguration = old.configuration
        func wish(_ desired: inout Desired) {
            desired.deploy.alias = "live"
            desired.deploy.smoke = .object([:])
        }
        #expect(try plan(desired(wish), old).isEmpty)
        let plan = try plan(
            desired {
                wish(&$0)
                $0.configuration["MemorySize"] = .int(256)
            },
            old
        )
        #expect(
            operations(plan) == ["update-function-configuration", "wait", "publish-version", "smoke", "update-alias"]
        )
        #expect(lines(plan).last == "~ alias live 4 -> the new version")
        let canary = try self.plan(
            desired {
                wish(&$0)
                $0.deploy.canary = .init(percent: 10, seconds: 60)
                $0.code = .zip(path: "a", sha256: "bmV3", bytes: 1)
            },
            old
        )
        #expect(operations(canary).suffix(4) == ["smoke", "update-alias", "watch", "update-alias"])
    }

    /// After a rollback `$LATEST` is as desired, and callers get something else.
    @Test func anAliasThatIsBehindMovesAlthoughNothingChanged() throws {
        var old = present()
        old.alias = .object(["FunctionVersion": .string("4")])
        old.aliasConfiguration = .object(["CodeSha256": .string("older")])
        #expect(operations(try plan(desired { $0.deploy.alias = "live" }, old)) == ["publish-version", "update-alias"])
    }

    private func statement(_ json: String) throws -> PolicyStatement {
        PolicyStatement(try #require(JSON.parse(json.utf8)))
    }

    @Test func anOlderURLGetsThePermissionThatItLacks() throws {
        var old = present()
        old.url = .object(["AuthType": .string("NONE"), "InvokeMode": .string("BUFFERED")])
        old.statements = [
            try statement(
                #"{"Sid":"console-made","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#
            ),
            // Taken by something of another kind.
            try statement(
                #"{"Sid":"FunctionURLAllowInvokeAction","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":"lambda:InvokeFunction"}"#
            ),
        ]
        let plan = try plan(desired { $0.deploy.url = .some(.init()) }, old)
        #expect(operations(plan) == ["remove-permission", "add-permission"])
        #expect(
            lines(plan).contains("+ permission lambda:InvokeFunction for everybody, without which the URL answers 403")
        )
    }

    @Test func aURLThatIsClosedLosesWhatWasForEverybodyAndNothingElse() throws {
        var old = present()
        old.url = .object(["AuthType": .string("NONE"), "InvokeMode": .string("BUFFERED")])
        old.statements = [
            try statement(
                #"{"Sid":"a","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#
            ),
            // moto writes conditions without their operator.
            try statement(
                #"{"Sid":"b","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","InvokedViaFunctionUrl":true}"#
            ),
            try statement(
                #"{"Sid":"c","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}}"#
            ),
        ]
        var url = DeploySettings.URL()
        url.authType = "AWS_IAM"
        let plan = try plan(desired { $0.deploy.url = .some(url) }, old)
        #expect(operations(plan) == ["update-function-url-config", "remove-permission", "remove-permission"])
        #expect(lines(plan).suffix(2) == ["- permission a for everybody", "- permission b for everybody"])
    }

    @Test func zipAndImageCannotBeChanged() throws {
        let error = #expect(throws: DeployError.self) {
            try plan(desired { $0.code = .image(path: "i.tar", digest: "ab") }, present())
        }
        #expect(
            error?.description
                == "'wc' is a function of a zip, which Lambda cannot change\nhint: give it another name, or delete it first: shim-deploy delete wc"
        )
    }

    @Test func aLargeZipGoesThroughItsBucketOnce() throws {
        let large = Desired.Code.zip(path: "l.zip", sha256: "AAEC", bytes: 60_000_000)
        func wish(_ desired: inout Desired) {
            desired.code = large
            desired.deploy.s3Bucket = "b"
        }
        let plan = try plan(desired(wish), empty)
        #expect(operations(plan).contains("put-object") && operations(plan).contains("create-bucket"))
        let create = plan.steps.flatMap(\.actions).compactMap { action -> AWSCall? in
            if case .call(let call) = action, call.operation == "create-function" { call } else { nil }
        }.first
        #expect(create?.input["Code"]?["S3Key"] == .string("shim-deploy/wc/000102.zip") && create?.files == [:])
        var sent = empty
        sent.hasBucket = true
        sent.objectChecksum = "AAEC"
        #expect(try !operations(self.plan(desired(wish), sent)).contains("put-object"))
    }

    @Test func oldVersionsGoUnlessAnAliasNeedsThem() throws {
        var old = present()
        old.versions = (1...6).map { .object(["Version": .string(String($0))]) }
        old.aliases = [
            .object([
                "Name": .string("live"), "FunctionVersion": .string("2"),
                "RoutingConfig": .object(["AdditionalVersionWeights": .object(["3": .number(0.1)])]),
            ])
        ]
        let plan = try plan(desired { $0.deploy.keepVersions = 2 }, old)
        #expect(lines(plan).filter { $0.hasPrefix("-") } == ["- version 1", "- version 4"])
    }

    @Test func secretsAreInNoLineAndNoPrintedCommand() throws {
        let text = CommandLineText(AWSSettings(region: "r"))
        let plan = try plan(desired { $0.variables = ["PASSWORD": "hunter2"] }, empty)
        let printed = (lines(plan) + plan.commands(text)).joined(separator: "\n")
        #expect(!printed.contains("hunter2") && printed.contains("PASSWORD"))
        for action in plan.steps.flatMap(\.actions) {
            guard case .call(let call) = action else { continue }
            #expect(!text.run(call).arguments.joined().contains("hunter2"))
        }
    }

    @Test(arguments: [
        (String(repeating: "n", count: 64), 64), ("short", 17),
    ])
    func namesFitIntoIAM(name: String, length: Int) {
        let naming = Naming(function: name)
        #expect(naming.role.count == length)
        #expect(naming.scheduleRole.count <= 64 && naming.scheduleRole.hasSuffix("-schedule"))
        #expect(naming.schedule(999).count <= 64 && naming.isSchedule(naming.schedule(2)))
        #expect(!Naming(function: "wc").isSchedule(Naming(function: "wc-2").schedule(1)))
    }

    @Test func notificationsOfOthersStay() throws {
        let naming = Naming(function: "wc")
        let present = try #require(
            JSON.parse(
                #"{"TopicConfigurations":[{"Id":"t"}],"LambdaFunctionConfigurations":[{"Id":"other","LambdaFunctionArn":"x","Events":["s3:ObjectCreated:*"]},{"Id":"shim-deploy-wc-1","LambdaFunctionArn":"old","Events":[]}]}"#
                    .utf8
            )
        )
        let own = JSON.object(["Id": .string("shim-deploy-wc-1"), "LambdaFunctionArn": .string("new")])
        let merged = Notifications.merge([own], into: present, naming: naming)
        #expect(merged["TopicConfigurations"]?.array?.count == 1)
        #expect(
            merged["LambdaFunctionConfigurations"]?.array?.compactMap { $0["Id"]?.string } == [
                "other", "shim-deploy-wc-1",
            ]
        )
        #expect(
            Notifications.merge([], into: merged, naming: naming)["LambdaFunctionConfigurations"]?.array?.count == 1
        )
    }

    /// One that could not be made goes first, unless somebody can call it.
    @Test func whatCouldNotBeMadeIsMadeAnew() throws {
        var old = present {
            $0["State"] = .string("Failed")
            $0["StateReason"] = .string("no such subnet")
            $0["StateReasonCode"] = .string("InvalidSubnet")
        }
        let plan = try plan(desired(), old)
        #expect(operations(plan) == ["delete-function", "create-function", "wait"])
        #expect(
            lines(plan).suffix(2) == [
                "- function wc, which could not be made: no such subnet (InvalidSubnet)", "+ function wc",
            ]
        )
        old.isReachable = true
        let failure = DeployError.notReady(what: "the function cannot run", reason: "no such subnet (InvalidSubnet)")
        #expect(throws: failure) { try self.plan(desired(), old) }
        let mended = try self.plan(desired { $0.configuration["MemorySize"] = .int(512) }, old)
        #expect(operations(mended) == ["update-function-configuration", "wait"])
        // Somebody else's stays.
        old.isReachable = false
        old.function = .object(["Configuration": old.configuration ?? .null])
        #expect(throws: failure) { try self.plan(desired(), old) }
    }

    /// What a run that was cut short has left half made is finished by the next one.
    @Test func whatIsHalfMadeIsFinished() throws {
        let wish = desired { $0.deploy.schedules = [.init(expression: "rate(1 hour)")] }
        let roles = ["create-role", "put-role-policy"]
        #expect(operations(try plan(wish, present())).filter(roles.contains) == roles)
        var old = present()
        old.scheduleRole = .object(["Arn": .string("arn:aws:iam::123456789012:role/shim-deploy-wc-schedule")])
        let plan = try plan(wish, old)
        #expect(operations(plan).filter(roles.contains) == ["put-role-policy"])
        guard case .call(let call)? = plan.steps.flatMap(\.actions).first else { throw Missing() }
        old.scheduleRolePolicy = call.input["PolicyDocument"]?.string.flatMap { JSON.parse($0.utf8) }
        #expect(operations(try self.plan(wish, old)).filter(roles.contains) == [])

        // The API is gone, and its permission is not.
        old.statements = [try statement(#"{"Sid":"shim-deploy-http-api","Effect":"Allow"}"#)]
        #expect(operations(try self.plan(desired { $0.deploy.httpAPI = .none }, old)) == ["remove-permission"])
    }
}
