import Foundation
import Testing

/// A folder with a package, an `aws` that writes down what is called, and moto behind it.
struct DeployBench {
    let moto: MotoServer
    let fake: FakeAWS
    let folder: TemporaryFolder
    /// What every command gets beside moto's own variables.
    var variables: [String: String] = [:]
    /// What stands after every command's own words.
    var options: [String] = []

    /// - Parameters:
    ///   - invokes: Whether moto's Lambda answers.
    ///   - aws: The AWS CLI; the one on PATH where `nil`.
    /// - Throws: Where something is not installed.
    init(invokes: Bool = false, aws: String? = nil) async throws {
        moto = try await MotoServer.fresh(invokes: invokes)
        let fork = aws == nil ? try ForkedAWS.shared.get() : nil
        fake = try FakeAWS(real: try aws ?? Executables.system("aws"), fork: fork)
        folder = try TemporaryFolder()
        try zip("wc.zip", "#!/bin/sh\necho hello\n")
    }

    /// Where Lambda is the simulator, which runs what is deployed, and all the rest is moto.
    static func answering(_ body: (DeployBench, SimServer) async throws -> Void) async throws {
        var bench = try await DeployBench()
        try bench.answer("")
        let moto = bench.moto.environment
        try await SimTool.withFolder { folder in
            try await SimServer.with(["--control-plane"], in: folder, environment: moto) { server in
                bench.variables["AWS_ENDPOINT_URL_LAMBDA"] = "http://127.0.0.1:\(server.port)"
                try await body(bench, server)
            }
        }
    }

    /// Makes a package of a bootstrap, or of another file.
    func zip(_ name: String, _ text: String, as place: String = "bootstrap") throws {
        try folder.write("tree/" + place, text, mode: 0o755)
        defer { try? FileManager.default.removeItem(atPath: folder.path + "/tree") }
        try PackTool.run("zip", ["-q", "-r", "-X", "../" + name, "."], directory: folder.path + "/tree")
    }

    /// Makes a package that answers with this in a text, or with its event where that is empty.
    func answer(_ text: String) throws {
        let answer = text.isEmpty ? "$EVENT" : #"\"\#(text)\""#
        try zip("wc.zip", SimRunTests.curlBootstrap.replacingOccurrences(of: "got $EVENT", with: answer))
    }

    /// The environment of every command.
    var environment: [String: String] {
        var all = ProcessInfo.processInfo.environment.merging(moto.environment) { $1 }.merging(variables) { $1 }
        all["PATH"] = fake.folder.path + ":" + (all["PATH"] ?? "")
        // What a kill leaves goes with the bench.
        all["TMPDIR"] = folder.path
        return all
    }

    /// Starts the command.
    func start(_ arguments: String...) throws -> TestProcess {
        try TestProcess(
            try Executables.path("shim-deploy"),
            arguments + options,
            environment: environment,
            folder: folder.path
        )
    }

    /// Runs the command to its end.
    func run(_ arguments: String...) throws -> (status: Int32?, output: String, errors: String) { try run(arguments) }

    func run(_ arguments: [String]) throws -> (status: Int32?, output: String, errors: String) {
        try TestProcess.run(
            try Executables.path("shim-deploy"),
            arguments + options,
            environment: environment,
            folder: folder.path,
            limit: .seconds(180)
        )
    }

    /// Runs what must succeed, and says which calls changed something.
    @discardableResult
    func changes(_ arguments: String...) throws -> [String] {
        try fake.reset()
        let result = try run(arguments)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return fake.writes
    }

    /// Asks the API that the deployer uses.
    func lambda(_ arguments: String...) throws -> String {
        let result = try PackTool.result(
            "aws",
            ["lambda"] + arguments + ["--output", "json"],
            environment: ProcessInfo.processInfo.environment.merging(moto.environment) { $1 }.merging(variables) { $1 }
        )
        guard result.status == 0 else { throw MotoServer.Failure(description: "\(arguments): \(result.errors)") }
        return result.output
    }
}
