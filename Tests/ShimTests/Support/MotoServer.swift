import Foundation

/// moto, which imitates AWS's own APIs: one server for all suites.
final class MotoServer: @unchecked Sendable {
    struct Failure: Error, CustomStringConvertible { let description: String }

    // Set once, before anything reads it; the process ends with that of the tests, however that ends.
    let address: String
    private let process: TestProcess

    private init() throws {
        let port = try Self.freePort()
        address = "http://127.0.0.1:\(port)"
        var environment = ProcessInfo.processInfo.environment
        environment["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        environment["MOTO_LAMBDA_STUB_ECR"] = "false"
        process = try TestProcess.tied(
            try Executables.system("moto_server", package: "python3-pip, then pip install 'moto[server]'"),
            ["-H", "127.0.0.1", "-p", String(port)],
            environment: environment
        )
    }

    private static let shared = Result { try MotoServer() }

    /// The server, empty.
    ///
    /// With `invokes` an invocation gets a fixed answer, without Docker; then functions find no layers.
    static func fresh(invokes: Bool) async throws -> MotoServer {
        let server = try shared.get()
        try await SimTool.eventually("moto answers", within: 60) { (try? server.post("/moto-api/reset", "")) != nil }
        try server.post("/moto-api/config", #"{"lambda": {"use_docker": \#(!invokes)}}"#)
        return server
    }

    /// Variables that lead the AWS CLI to it.
    var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        ]
    }

    @discardableResult
    func post(_ path: String, _ body: String) throws -> String {
        let arguments = ["-sSf", "-X", "POST", "-H", "Content-Type: application/json", "-d", body, address + path]
        let result = try PackTool.result("curl", arguments)
        guard result.status == 0 else { throw Failure(description: "moto: \(path): \(result.errors)") }
        return result.output
    }

    /// Asks it by the AWS CLI; the standard output.
    @discardableResult
    func aws(_ arguments: String...) throws -> String {
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let result = try PackTool.result("aws", arguments + ["--output", "json"], environment: variables)
        guard result.status == 0 else { throw Failure(description: "aws \(arguments): \(result.errors)") }
        return result.output
    }

    private static func freePort() throws -> Int {
        let code = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let text = try PackTool.run("python3", ["-c", code])
        guard let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Failure(description: "no free port")
        }
        return port
    }
}
