import Foundation
import Platform

/// A container registry on this machine, gone with its owner.
final class PackRegistry {
    private let folder: TemporaryFolder
    private let process: TestProcess
    let address: String

    /// Starts `docker-registry` on a free port and waits until it answers.
    init() throws {
        folder = try TemporaryFolder()
        address = "127.0.0.1:\(try Self.freePort())"
        let configuration = try folder.write(
            "config.yml",
            """
            version: 0.1
            storage:
              filesystem:
                rootdirectory: \(folder.path)/data
            http:
              addr: \(address)

            """
        )
        process = try TestProcess.tied(
            try Executables.system("docker-registry", package: "docker-registry"),
            ["serve", configuration]
        )
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        while try PackTool.result("skopeo", ["list-tags", "--tls-verify=false", "docker://\(address)/x"]).errors
            .contains("connection refused")
        {
            guard ContinuousClock.now < end, process.isRunning else {
                throw Executables.Missing("a registry at \(address): \(process.errors)")
            }
        }
    }

    deinit { process.stop() }

    private static func freePort() throws -> Int {
        guard let any = SocketAddress(host: "127.0.0.1", port: 0) else { throw Executables.Missing("127.0.0.1") }
        let listener = try Socket.listen(on: any)
        return Int(listener.address.description.split(separator: ":").last ?? "") ?? 0
    }
}
