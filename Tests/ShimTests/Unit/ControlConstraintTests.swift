import Testing

@testable import SimKit

/// What breaks the rules of the service's model, with the texts that are recorded on AWS (localstack's
/// `test_lambda_api.snapshot.json`, the tests that are named).
@Suite struct ControlConstraintTests {
    /// A request that the table of routes has found.
    static func request(_ method: String, _ target: String, _ body: String = "") throws -> ControlRequest {
        let path = target.prefix { $0 != "?" }
        let query = PercentCoding.query(target.dropFirst(path.count + 1))
        let found = try #require(ControlRoute.find(method: method, path: path, query: query), "\(target)")
        return try ControlRequest(found.route, path: found.parameters, query: query, body: Array(body.utf8))
    }

    static func refusal(_ method: String, _ target: String, _ body: String = "") throws -> String? {
        let request = try request(method, target, body)
        return ControlModelTests.message { () throws(ControlError) in try Constraints.check(request) }
    }

    private static let functions = "/2015-03-31/functions"
    private static let wide =
        #"Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"#
    private static let narrow =
        #"Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"#

    /// test_function_name_and_qualifier_validation: the function's name, the qualifier, what GetFunction says.
    @Test(
        arguments: [
            ("my-function!", nil, "Value 'my-function!' at 'functionName' failed to satisfy constraint: \(wide)"),
            ("*", nil, "Value '*' at 'functionName' failed to satisfy constraint: \(wide)"),
            (
                "my-function", "invalid!",
                #"Value 'invalid!' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"#
            ),
            (
                "my-function", String(repeating: "a", count: 129),
                "Value '\(String(repeating: "a", count: 129))' at 'qualifier' failed to satisfy constraint: "
                    + "Member must have length less than or equal to 128"
            ),
            (
                "invalid-account:function:my-function", nil,
                "Value 'invalid-account:function:my-function' at 'functionName' failed to satisfy constraint: \(wide)"
            ),
            (
                "arn:aws:lambda:invalid-region:123456789012:function:my-function", nil,
                "Value 'arn:aws:lambda:invalid-region:123456789012:function:my-function' at 'functionName' failed to satisfy constraint: \(wide)"
            ),
            (
                "function:my-function:$LATEST:extra", nil,
                "Value 'function:my-function:$LATEST:extra' at 'functionName' failed to satisfy constraint: \(wide)"
            ),
            (
                "arn:aws:lambda::123456789012:function:my-function", nil,
                "Value 'arn:aws:lambda::123456789012:function:my-function' at 'functionName' failed to satisfy constraint: \(wide)"
            ),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:my-function:$LATES", nil,
                "Value 'arn:aws:lambda:us-east-1:123456789012:function:my-function:$LATES' at 'functionName' failed to satisfy constraint: \(wide)"
            ),
            ("my-function", "$latest", nil), ("function:my-function", nil, nil), ("f:$LATEST.PUBLISHED", nil, nil),
            (String(repeating: "a", count: 65), nil, nil),
        ] as [(String, String?, String?)]
    )
    func namesAreCheckedAsRecorded(_ name: String, _ qualifier: String?, _ words: String?) throws {
        let escaped = name.replacing("!", with: "%21").replacing("*", with: "%2A")
        let query = qualifier.map { "?Qualifier=\($0.replacing("!", with: "%21"))" } ?? ""
        let found = try Self.refusal("GET", "\(Self.functions)/\(escaped)\(query)")
        #expect(found == words.map { "1 validation error detected: \($0)" })
    }

    @Test func twoMistakesAreToldTogether() throws {
        let name =
            "arn:aws:lambda:invalid-region:123456789012:function:my-function-" + String(repeating: "a", count: 170)
        let qualifier = String(repeating: "a", count: 129)
        let found = try Self.refusal("GET", "\(Self.functions)/\(name)?Qualifier=\(qualifier)")
        #expect(
            found == "2 validation errors detected: Value '\(qualifier)' at 'qualifier' failed to satisfy constraint: "
                + "Member must have length less than or equal to 128; Value '\(name)' at 'functionName' failed to satisfy "
                + "constraint: \(Self.wide)"
        )
    }

    /// CreateFunction: the members that are wrong, and what is said.
    @Test(arguments: [
        (
            #""Role":"r1""#,
            #"Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#
        ),
        (
            #""Architectures":["x86_64","arm64"]"#,
            "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1"
        ),
        (
            #""Architectures":["X86_64"]"#,
            "Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
        ),
        (
            #""FunctionName":"invalid:function:name""#,
            "Value 'invalid:function:name' at 'functionName' failed to satisfy constraint: \(narrow)"
        ),
        (
            #""SnapStart":{"ApplyOn":"invalidOption"}"#,
            "Value 'invalidOption' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]"
        ),
        (
            #""Layers":["arn:aws:lambda:us-east-1:123456789012:layer:l"]"#,
            #"Value '[arn:aws:lambda:us-east-1:123456789012:layer:l]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+), Member must not be null]"#
        ),
        (
            #""Timeout":901"#,
            "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"
        ),
        (
            #""MemorySize":64"#,
            "Value '64' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"
        ),
        (
            #""Environment":{"Variables":{"1A":"secret"}}"#,
            "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
        ),
        (#""Code":null"#, "Value null at 'code' failed to satisfy constraint: Member must not be null"),
    ])
    func creationIsCheckedAsRecorded(_ member: String, _ words: String) throws {
        let name = member.prefix { $0 != ":" }
        let all = [
            #""FunctionName":"f""#, #""Role":"arn:aws:iam::123456789012:role/r""#, #""Code":{}"#,
        ].filter { !$0.hasPrefix(name) }
        let body = "{\((all + [member]).joined(separator: ","))}"
        #expect(try Self.refusal("POST", Self.functions, body) == "1 validation error detected: \(words)")
    }

    /// Weights, of test_notfound_and_invalid_routingconfigs.
    @Test(arguments: [
        (
            #"{"2":2.0}"#,
            "Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"
        ),
        (
            #"{"2":-1.0}"#,
            "Value '{2=-1.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"
        ),
        (
            #"{"$LATEST":0.5}"#,
            "Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]"
        ),
    ])
    func weightsAreCheckedAsRecorded(_ weights: String, _ words: String) throws {
        let body = #"{"Name":"a","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":\#(weights)}}"#
        let found = try Self.refusal("POST", Self.functions + "/f/aliases", body)
        #expect(found == "1 validation error detected: \(words)")
    }

    /// Others: method, target, body and what is said.
    @Test(arguments: [
        (
            "GET", "/2015-03-31/functions/?FunctionVersion=invalid", "",
            "Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]"
        ),
        (
            "POST", "/2021-10-31/functions/f/url?Qualifier=1", #"{"AuthType":"NONE"}"#,
            #"Value '1' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)"#
        ),
        (
            "GET", "/2021-10-31/functions/f/url?Qualifier=%24LATEST", "",
            #"Value '$LATEST' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)"#
        ),
        (
            "POST", "/2015-03-31/functions/f/policy",
            #"{"StatementId":"example.com","Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com"}"#,
            "Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"
        ),
        (
            "POST", "/2018-10-31/layers/l/versions/1/policy", #"{"StatementId":"s","Action":"*","Principal":"*"}"#,
            "Value '*' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: lambda:GetLayerVersion"
        ),
        (
            "DELETE", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af", "",
            "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"
        ),
        (
            "PUT", "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1",
            #"{"ProvisionedConcurrentExecutions":0}"#,
            "Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1"
        ),
        (
            "PUT", "/2024-08-31/functions/f/recursion-config", #"{"RecursiveLoop":"InvalidValue"}"#,
            "Value 'InvalidValue' at 'recursiveLoop' failed to satisfy constraint: Member must satisfy enum value set: [Terminate, Allow]"
        ),
        (
            "POST", "/2015-03-31/event-source-mappings", #"{"FunctionName":"f","StartingPosition":"invalid"}"#,
            "Value 'invalid' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"
        ),
        (
            "GET", "/2018-10-31/layers?CompatibleArchitecture=archdoesnotexist", "",
            "Value 'archdoesnotexist' at 'compatibleArchitecture' failed to satisfy constraint: Member must satisfy enum value set: [x86_64, arm64]"
        ),
    ])
    func othersAreCheckedAsRecorded(_ method: String, _ target: String, _ body: String, _ words: String) throws {
        #expect(try Self.refusal(method, target, body) == "1 validation error detected: \(words)")
    }

    @Test func bodiesThatAreNoRequestAreRefused() {
        for body in ["{", "[1]", "7"] {
            #expect(throws: ControlError.self) { try Self.request("POST", Self.functions, body) }
        }
        let words = ControlModelTests.message { () throws(ControlError) in
            do {
                _ = try Self.request("POST", Self.functions, #"{"Timeout":"3"}"#).int("Timeout")
            } catch let error as ControlError {
                throw error
            } catch {
                Issue.record(error)
            }
        }
        #expect(words == "STRING_VALUE can not be converted to an Integer")
    }

    @Test func everyRouteLeadsToItsOwnCall() throws {
        // One line of the table for each call, and none that hides another.
        #expect(Set(ControlRoute.all.map(\.operation)) == Set(ControlOperation.allCases))
        for route in ControlRoute.all {
            let path = route.pattern.split(separator: "/").map { $0.hasPrefix("{") ? "x%2Fy" : String($0) }
            let query = route.query.map { [(name: $0.name, value: $0.value)] } ?? []
            let found = ControlRoute.find(
                method: route.method,
                path: Substring("/" + path.joined(separator: "/")),
                query: query
            )
            #expect(found?.route.operation == route.operation)
            #expect(found?.parameters.values.allSatisfy { $0 == "x/y" } == true)
        }
        #expect(
            ControlRoute.find(method: "GET", path: "/2015-03-31/functions/", query: [])?.route.operation
                == .listFunctions
        )
        #expect(ControlRoute.find(method: "PATCH", path: "/2015-03-31/functions", query: []) == nil)
        #expect(ControlRoute.find(method: "GET", path: "/2015-03-31/functions//url", query: []) == nil)
    }
}
