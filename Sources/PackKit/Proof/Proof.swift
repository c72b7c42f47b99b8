import Foundation
import Platform
import ToolKit

/// Runs a finished package in the simulator: what was made is what is started, not what it was made from.
package struct Proof {
    let package: String
    let simulator: String
    let event: String
    let rootfs: String?
    let staging: Staging
    let toolbox: Toolbox

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - package: The zip archive.
    ///   - simulator: The program `shim-sim`.
    ///   - event: `JSON` or `@FILE`, as the simulator's `-d` takes it.
    ///   - rootfs: A root folder to run it in by chroot; needs to be root.
    ///   - staging: Where to unpack it; the caller removes it.
    ///   - interrupts: Where signals arrive as bytes, if anybody listens.
    package init(
        package: String,
        simulator: String,
        event: String,
        rootfs: String?,
        staging: Staging,
        interrupts: Int32?
    ) {
        self.package = package
        self.simulator = simulator
        self.event = event
        self.rootfs = rootfs
        self.staging = staging
        toolbox = Toolbox(scratch: staging.folder, interrupts: interrupts)
    }

    /// Runs it once.
    ///
    /// - Returns: The answer.
    /// - Throws: ``PackError/testFailed(path:detail:)`` with what the simulator said.
    package func run() throws -> String {
        guard Files.isExecutable(simulator) else {
            throw PackError.testFailed(
                path: package,
                detail: "'\(simulator)' is missing; build it: swift build --product shim-sim"
            )
        }
        guard let rootfs else { return try simulate(package) }
        guard geteuid() == 0 else {
            throw PackError.testFailed(path: package, detail: "--rootfs needs root, for chroot")
        }
        return try withEntrance(to: Paths.absolute(rootfs)) { folder in try simulate(folder) }
    }

    private func simulate(_ path: String) throws -> String {
        let data = event.hasPrefix("@") ? ["--event", String(event.dropFirst())] : ["--data", event]
        // A first start may have to read a large package from a slow disk.
        let result = try toolbox.result(.at(simulator), ["run", path, "--timeout", "60"] + data)
        guard result.succeeded else {
            let said = (result.errors + result.text).trimmingCharacters(in: .whitespacesAndNewlines)
            throw PackError.testFailed(path: package, detail: "\(result.status)\n\(said)")
        }
        return result.text
    }

    /// Runs a body with a folder whose `bootstrap` enters the root, where the package is at /var/task and /proc is mounted.
    ///
    /// The simulator starts that like any other. Both mounts live in a mount namespace of that one process, so they are
    /// gone when it ends, however it ends; nothing is written to the root but empty folders, which are removed.
    private func withEntrance<R>(to rootfs: String, _ body: (String) throws -> R) throws -> R {
        guard Disk.kind(rootfs) == .folder else { throw ToolError.cannotRead(path: rootfs, cause: "it is no folder") }
        let unpacked = staging.path("unpacked")
        try ZipUnpacker(toolbox: toolbox).unpack(package, to: unpacked)
        var made: [String] = []
        defer { for folder in made.reversed() { rmdir(folder) } }
        for place in ["/var", "/var/task", "/proc"] where Disk.kind(rootfs + place) == nil {
            try Disk.makeFolder(rootfs + place)
            made.append(rootfs + place)
        }
        let folder = staging.path("enter")
        try Disk.makeFolder(folder)
        let command = """
            mount --bind "$1" "$2/var/task" && mount -t proc proc "$2/proc" && exec chroot "$2" /var/task/bootstrap
            """
        let enter = """
            #!/bin/sh
            LAMBDA_TASK_ROOT=/var/task
            PATH=/usr/local/bin:/usr/bin:/bin:/opt/bin:/usr/sbin:/sbin
            LD_LIBRARY_PATH=/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib
            export LAMBDA_TASK_ROOT PATH LD_LIBRARY_PATH
            exec \(LaunchLine.quoted(try toolbox.path(of: .unshare))) -m sh -c \(LaunchLine.quoted(command)) sh \
                \(LaunchLine.quoted(unpacked)) \(LaunchLine.quoted(rootfs))

            """
        try Disk.write(Data(enter.utf8), to: folder + "/bootstrap")
        try Disk.setMode(folder + "/bootstrap", 0o755)
        return try body(folder)
    }
}
