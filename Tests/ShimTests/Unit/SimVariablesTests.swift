import Testing

@testable import SimKit

@Suite struct SimVariablesTests {
    @Test func aFileOfAssignmentsIsRead() throws {
        let text = "# comment\n\nA_1=x\n export\nexport B2=\"two words\"\r\nC3='a=b'\nD4=\n"
            .replacing(" export\n", with: "")
        let variables = try Variables.parseFile(text, name: "f")
        #expect(variables == ["A_1": "x", "B2": "two words", "C3": "a=b", "D4": ""])
    }

    @Test func aLineThatIsNoAssignmentIsNamed() {
        #expect(throws: SimError.badEnvironmentLine(file: "f", line: 2)) {
            try Variables.parseFile("AB=1\nnothing\n", name: "f")
        }
    }

    @Test func whatLambdaRefusesIsRefused() throws {
        #expect(throws: SimError.reservedVariables(["AWS_REGION", "_HANDLER"])) {
            try Variables.check(["_HANDLER": "x", "AWS_REGION": "y", "OK": "z"])
        }
        #expect(throws: SimError.badVariableName("A")) { try Variables.check(["A": "x"]) }
        #expect(throws: SimError.badVariableName("1A")) { try Variables.check(["1A": "x"]) }
        let value = String(repeating: "x", count: 4096 - 9)
        try Variables.check(["AB": value])
        #expect(throws: SimError.environmentTooLarge(bytes: 4097)) { try Variables.check(["AB": value + "x"]) }
    }

    /// localstack test_introspection_invoke, all runtimes.
    @Test(
        arguments: [
            (nil, nil, true), ("provided.al2023", nil, true), ("provided.al2", nil, false),
            ("python3.14", "AWS_Lambda_python3.14", true), ("nodejs24.x", "AWS_Lambda_nodejs24.x", true),
            ("java25", "AWS_Lambda_java25", true), ("dotnet10", "AWS_Lambda_dotnet10", true),
            ("ruby3.4", "AWS_Lambda_ruby3.4", true),
        ] as [(String?, String?, Bool)]
    )
    func theRuntimeDecidesSome(_ runtime: String?, _ execution: String?, _ hasLanguage: Bool) {
        var function = FunctionConfiguration(name: "f", target: .folder(path: "/f"))
        function.runtime = runtime
        let variables = Variables.runtime(function, api: "127.0.0.1:1", logStream: "s", places: .init())
        #expect(variables["AWS_EXECUTION_ENV"] == execution)
        #expect(
            variables["PATH"] == (hasLanguage ? "/var/lang/bin:" : "") + "/usr/local/bin:/usr/bin/:/bin:/opt/bin"
        )
        #expect(
            variables["LD_LIBRARY_PATH"] == (hasLanguage ? "/var/lang/lib:" : "")
                + "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
        )
    }

    @Test func theLogGroupIsTheConfiguredOne() {
        var function = FunctionConfiguration(name: "f", target: .folder(path: "/f"))
        func group() -> String? {
            Variables.runtime(function, api: "a", logStream: "s", places: .init())["AWS_LAMBDA_LOG_GROUP_NAME"]
        }
        #expect(group() == "/aws/lambda/f")
        function.logGroup = "own/group"
        #expect(group() == "own/group")
    }

    @Test func theUsersVariablesWinOnlyWhereLambdaLetsThem() {
        var function = FunctionConfiguration(name: "f", target: .folder(path: "/f"))
        function.environment = ["LANG": "C", "PATH": "/x"]
        let variables = Variables.runtime(function, api: "127.0.0.1:1", logStream: "s", places: .init())
        #expect(variables["LANG"] == "C")
        #expect(variables["PATH"] == "/x")
        #expect(variables["LAMBDA_TASK_ROOT"] == "/var/task")
        #expect(variables["AWS_LAMBDA_RUNTIME_API"] == "127.0.0.1:1")
        let forExtensions = Variables.extensions(variables)
        #expect(forExtensions["_HANDLER"] == nil && forExtensions["LAMBDA_TASK_ROOT"] == nil)
        #expect(forExtensions["AWS_LAMBDA_RUNTIME_API"] == "127.0.0.1:1")
    }
}
