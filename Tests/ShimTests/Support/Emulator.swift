import Foundation
import Glibc
import Platform
import Testing

/// AWS's own Runtime Interface Emulator with a shim in it.
final class Emulator {
    private let process: TestProcess
    private let port: UInt16

    init(_ command: [String], timeout: Int = 30, environment: [String: String] = [:]) throws {
        port = try Self.freePort()
        let runtimePort = try Self.freePort()
        process = try TestProcess(
            Executables.emulator(),
            [
                "--runtime-interface-emulator-address", "127.0.0.1:\(port)", "--runtime-api-address",
                "127.0.0.1:\(runtimePort)", try Executables.staticShim(),
            ] + command,
            environment: [
                "AWS_LAMBDA_FUNCTION_TIMEOUT": "\(timeout)", "LAMBDA_TASK_ROOT": "/usr",
                "PATH": "/usr/local/bin:/usr/bin:/bin",
            ].merging(environment) { $1 }
        )
        let address = try #require(SocketAddress(host: "127.0.0.1", port: port))
        eventually("the emulator listens") { (try? Socket.connect(to: address)) != nil }
    }

    /// The emulator takes no port 0.
    private static func freePort() throws -> UInt16 {
        let any = try #require(SocketAddress(host: "127.0.0.1", port: 0))
        return try Socket.listen(on: any).address.port
    }

    func invoke(_ event: [UInt8]) throws -> (status: Int, body: [UInt8]) {
        let folder = try TemporaryFolder()
        let curl = try Executables.system("curl", package: "curl")
        let result = try TestProcess.run(
            curl,
            [
                "-sS", "-o", folder.path + "/answer", "-w", "%{http_code}", "--data-binary", "@-",
                "http://127.0.0.1:\(port)/2015-03-31/functions/function/invocations",
            ],
            input: event
        )
        #expect(result.status == 0, "\(result.errors)")
        let body = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/answer"))
        return (Int(result.output) ?? 0, Array(body))
    }

    func invoke(_ event: String) throws -> String {
        String(decoding: try invoke(Array(event.utf8)).body, as: UTF8.self)
    }

    var log: String { process.outputText + process.errors }
}
