import Foundation
import Testing

/// `shim-sim serve --config shim-deploy.json` runs here what `shim-deploy` puts on AWS.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimDescriptionTests {
    @Test func theDescriptionForDeployingIsServed() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script(
                "#!/bin/sh\necho \"$AWS_LAMBDA_FUNCTION_MEMORY_SIZE $GREETING $LATER\"\n",
                at: folder,
                named: "show"
            )
            let text = """
                {"FunctionName": "show", "MemorySize": 512, "Timeout": 9, "Handler": "show", "CodeSha256": "ignored",
                 "Environment": {"Variables": {"GREETING": "hello", "LATER": "file"}},
                 "Deploy": {"Package": "show", "Url": true, "Alias": "live"}}
                """
            try SimTool.script(text, at: folder, named: "shim-deploy.json")
            let config = folder.appendingPathComponent("shim-deploy.json").path
            try await SimServer.with(["--config", config, "--env", "LATER=option"], in: folder) { server in
                let answer = try await server.python("print(invoke('show', b'{}')['Payload'])")
                #expect(answer.contains("512 hello option"))
                #expect(server.running.log.contains("URL of show is http://"))
            }
        }
    }

    @Test(arguments: [
        (#"{"FunctionName": "f"}"#, "Deploy.Package is missing: what is to run here?"),
        (
            #"{"FunctionName": "f", "Layers": ["arn:aws:lambda:x"], "Deploy": {"Package": "cat"}}"#,
            "the layer 'arn:aws:lambda:x' is on AWS, not here"
        ),
        (
            #"{"FunctionName": "f", "Deploy": {"Packag": "cat"}}"#,
            "unknown member 'Deploy.Packag'\nhint: did you mean 'Package'?"
        ),
    ])
    func whatCannotRunHereIsSaid(text: String, problem: String) async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script(text, at: folder, named: "c.json")
            let result = try await SimTool.sim(["serve", "--config", folder.appendingPathComponent("c.json").path])
            #expect(result.status == 1 && result.log.contains(problem), "\(result.log)")
        }
    }
}
