import Testing

@testable import FunctionFile

@Suite struct FunctionFileTests {
    private func read(_ text: String, _ variables: [String: String] = [:]) throws -> FunctionFile {
        try FunctionFile(Array(text.utf8), file: "d/shim-deploy.json", variables: variables)
    }

    @Test func takesTheAnswerOfGetFunctionConfiguration() throws {
        let file = try read(
            """
            {"FunctionName": "wc", "FunctionArn": "arn:aws:lambda:us-east-1:1:function:wc", "Runtime": "provided.al2023",
             "Role": "arn:aws:iam::1:role/r", "Handler": "bootstrap", "CodeSize": 5, "Timeout": 3, "MemorySize": 128,
             "LastModified": "2026-01-01", "CodeSha256": "x", "Version": "$LATEST", "VpcConfig": {"SubnetIds": ["s"],
             "SecurityGroupIds": ["g"], "VpcId": "v"}, "Environment": {"Variables": {"A": "1"}},
             "TracingConfig": {"Mode": "PassThrough"}, "RevisionId": "r", "State": "Active", "LastUpdateStatus": "Successful",
             "PackageType": "Zip", "Layers": [{"Arn": "arn:aws:lambda:us-east-1:1:layer:l:3", "CodeSize": 3}],
             "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"}, "RuntimeVersionConfig": {"RuntimeVersionArn": "a"}}
            """
        )
        #expect(file.name == "wc")
        #expect(file.variables == ["A": "1"])
        #expect(file.layers == ["arn:aws:lambda:us-east-1:1:layer:l:3"])
        #expect(file.configuration["VpcConfig"]?.object?.keys.sorted() == ["SecurityGroupIds", "SubnetIds"])
        #expect(file.configuration["SnapStart"] == .object(["ApplyOn": .string("None")]))
        for key in ["FunctionArn", "State", "CodeSha256", "RuntimeVersionConfig"] {
            #expect(file.configuration[key] == nil)
        }
        #expect(file.path("x.zip") == "d/x.zip" && file.path("/x") == "/x")
    }

    @Test func takesLambrollsTemplatesForTheEnvironment() throws {
        let file = try read(
            #"{"FunctionName": "{{ must_env `NAME` }}-x", "Handler": "{{ env `H` `index.js` }}", "Description": "{{env `J`|json_escape}}"}"#,
            ["NAME": "f", "J": #"a "quoted" word"#]
        )
        #expect(file.name == "f-x")
        #expect(file.configuration["Description"] == .string(#"a "quoted" word"#))
        #expect(file.configuration["Handler"] == .string("index.js"))
        #expect(FunctionFile.isOne(Array(#"{"FunctionName": "{{ must_env `NAME` }}"}"#.utf8)))
    }

    @Test func unknownMembersPassOnAndVariablesAreReplacedInTexts() throws {
        let file = try read(
            #"{"FunctionName": "f", "Novelty": {"Level": 3}, "Description": "${A} and ${B:-b} and $${C}", "Environment": {"Variables": {"Q": "${Q}"}}}"#,
            ["A": "a", "Q": "say \"hi\"\n"]
        )
        #expect(file.configuration["Novelty"] == .object(["Level": .int(3)]))
        #expect(file.configuration["Description"] == .string("a and b and ${C}"))
        #expect(file.variables == ["Q": "say \"hi\"\n"])
    }

    @Test func readsDeploy() throws {
        let file = try read(
            """
            {"FunctionName": "f", "Deploy": {"Package": "f.R", "Pack": ["--language", "r"], "Alias": "live", "KeepVersions": 5,
             "Canary": {"Percent": 10, "Seconds": 60}, "Url": {"AuthType": "AWS_IAM", "InvokeMode": "RESPONSE_STREAM"},
             "HttpApi": true, "Schedules": [{"Expression": "rate(5 minutes)", "Input": {"a": 1}}],
             "S3": [{"Bucket": "b", "Prefix": "in/"}], "EventSources": [{"EventSourceArn": "arn:aws:sqs:us-east-1:1:q", "BatchSize": 5}],
             "LogRetention": 14, "ReservedConcurrency": null}}
            """
        )
        let deploy = file.deploy
        #expect(deploy.package == "f.R" && deploy.packOptions == ["--language", "r"])
        #expect(deploy.alias == "live" && deploy.keepVersions == 5 && deploy.canary == .init(percent: 10, seconds: 60))
        #expect(deploy.url.value?.authType == "AWS_IAM" && deploy.url.value?.invokeMode == "RESPONSE_STREAM")
        #expect(deploy.httpAPI == .some(.init()))
        #expect(deploy.schedules?.first?.input == .object(["a": .int(1)]))
        #expect(deploy.buckets?.first?.prefix == "in/")
        #expect(deploy.sources?.first?.settings == ["BatchSize": .int(5)])
        #expect(deploy.logRetention == .some(14) && deploy.concurrency == .none)
        #expect(try read(#"{"FunctionName": "f", "Deploy": {"Url": false}}"#).deploy.url == .none)
        #expect(try read(#"{"FunctionName": "f"}"#).deploy.url == .asItIs)
    }

    @Test(arguments: [
        ("{", "it is not JSON"), ("[]", "it must be an object with the members of Lambda's CreateFunction"),
        (#"{"MemorySiez": 1}"#, "unknown member 'MemorySiez'\nhint: did you mean 'MemorySize'?"),
        (#"{"timeout": 1}"#, "unknown member 'timeout'\nhint: did you mean 'Timeout'?"),
        (#"{"MemorySize": 64}"#, "MemorySize must be a whole number from 128 to 10240"),
        (#"{"MemorySize": "128"}"#, "MemorySize must be a whole number from 128 to 10240"),
        (#"{"Environment": {"Variables": {"A": 1}}}"#, "Environment.Variables.A must be a text"),
        (#"{"Layers": "x"}"#, "Layers must be a list"),
        (#"{"Layers": [1]}"#, "Layers[0] must be a text, or an object with Arn"),
        (#"{"Layers": [{"CodeSize": 1}]}"#, "Layers[0] must be a text, or an object with Arn"),
        (#"{"Tags": {"cost": 5}}"#, "Tags.cost must be a text"), (#"{"Tags": ["a"]}"#, "Tags must be an object"),
        (#"{"Environment": ["A"]}"#, "Environment must be an object"),
        (#"{"Environment": {"Variables": []}}"#, "Environment.Variables must be an object"),
        (
            #"{"Environment": {"variables": {}}}"#,
            "unknown member 'Environment.variables'\nhint: did you mean 'Variables'?"
        ),
        (#"{"Architectures": ["riscv64"]}"#, "Architectures[0] must be one of x86_64, arm64"),
        (#"{"Architectures": ["x86_64", "arm64"]}"#, "Architectures must be a list of one value"),
        (#"{"EphemeralStorage": {"Size": 511}}"#, "EphemeralStorage.Size must be a whole number from 512 to 10240"),
        (#"{"VpcConfig": {"SubnetIds": "s"}}"#, "VpcConfig.SubnetIds must be a list"),
        (#"{"TracingConfig": {"Mode": "active"}}"#, "TracingConfig.Mode must be one of Active, PassThrough"),
        (#"{"FileSystemConfigs": [{"Arn": 1}]}"#, "FileSystemConfigs[0].Arn must be a text"),
        (#"{"Timeout": 1e999}"#, "Timeout must be a whole number"),
        (#"{"Timeout": 2.5}"#, "Timeout must be a whole number"),
        (#"{"Description": null}"#, "Description must be a text"),
        (#"{"PackageType": "Tar"}"#, "PackageType must be one of Zip, Image"),
        (#"{"Deploy": {"Alais": "x"}}"#, "unknown member 'Deploy.Alais'\nhint: did you mean 'Alias'?"),
        (#"{"Deploy": {"Url": {"AuthType": "x"}}}"#, "Deploy.Url.AuthType must be one of NONE, AWS_IAM"),
        (
            #"{"Deploy": {"Schedules": [{"Expression": "5 minutes"}]}}"#,
            "Deploy.Schedules[0].Expression must be rate(5 minutes), cron(0 8 * * ? *) or at(2026-01-31T08:00:00)"
        ),
        (#"{"Deploy": {"LogRetention": 13}}"#, "Deploy.LogRetention must be 0 (for ever) or one of 1, 3, 5"),
        (
            #"{"Handler": "${NOT_SET}"}"#,
            "the variable 'NOT_SET' is not set\nhint: export NOT_SET, or write ${NOT_SET:-VALUE}"
        ),
        (#"{"Handler": "${ }"}"#, "a '${' that is neither ${NAME} nor ${NAME:-VALUE}"),
        (
            #"{"Role": "{{ tfstate `a` }}"}"#,
            "a template of lambroll that is not for the environment: {{ tfstate `a` }}"
        ),
    ])
    func whatIsWrongIsNamed(text: String, problem: String) {
        let error = #expect(throws: FunctionFileError.self) { try read(text) }
        let words = "cannot use the configuration 'd/shim-deploy.json': " + problem
        #expect(error?.description.hasPrefix(words) == true, "\(error?.description ?? "no error")")
    }

    @Test(arguments: [
        (#"{"functions": {}}"#, false), (#"{"FunctionName": "f"}"#, true), (#"{"Deploy": {}}"#, true), ("{}", false),
        ("x", false),
    ])
    func isToldFromAFileWithSeveralFunctions(text: String, isOne: Bool) {
        #expect(FunctionFile.isOne(Array(text.utf8)) == isOne)
    }

    @Test(arguments: [#""a\"\\\n\u0007é😀""#, "[1,1.5,true,null,{}]", #"{"a":{"b":[]}}"#])
    func jsonIsWrittenAsItWasRead(text: String) throws {
        let value = try #require(JSON.parse(text.utf8))
        #expect(JSON.parse(value.text().utf8) == value)
    }
}
