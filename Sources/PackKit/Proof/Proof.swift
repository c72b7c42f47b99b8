import Foundation
import Platform

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
        return try withPackage(in: Disk.absolute(rootfs)) { folder in try simulate(folder) }
    }

    private func simulate(_ path: String) throws -> String {
        let result = try toolbox.result(.at(simulator), ["run", path, "-d", event])
        guard result.succeeded else {
            let said = (result.errors + result.text).trimmingCharacters(in: .whitespacesAndNewlines)
            throw PackError.testFailed(path: package, detail: "\(result.status)\n\(said)")
        }
        return result.text
    }

    /// Unpacks the package at /var/task of a root, with /proc mounted; takes both away again, whatever happens.
    ///
    /// The body gets a folder whose `bootstrap` enters the root: the simulator starts that like any other.
    private func withPackage<R>(in rootfs: String, _ body: (String) throws -> R) throws -> R {
        let task = rootfs + "/var/task"
        guard Disk.kind(rootfs) == .folder else { throw PackError.cannotRead(path: rootfs, cause: "it is no folder") }
        guard Disk.kind(task) == nil else {
            throw PackError.cannotWrite(path: task, cause: "it exists already; the test puts the package there")
        }
        try Disk.makeFolder(task)
        defer { try? Files.removeTree(task) }
        try toolbox.run(.unzip, ["-q", package, "-d", task])
        let proc = rootfs + "/proc"
        let hadProc = Disk.kind(proc) != nil
        if !hadProc { try Disk.makeFolder(proc) }
        let isMounted = Files.status(proc + "/self") != nil
        if !isMounted { try toolbox.run(.mount, ["-t", "proc", "proc", proc]) }
        defer {
            // A toolbox that does not listen to signals: this must be done even while one asks us to stop.
            let calm = Toolbox(scratch: staging.folder, interrupts: nil)
            if !isMounted { _ = try? calm.run(.umount, ["-l", proc]) }
            if !hadProc { rmdir(proc) }
        }
        let folder = staging.path("enter")
        try Disk.makeFolder(folder)
        let enter = """
            #!/bin/sh
            LAMBDA_TASK_ROOT=/var/task
            PATH=/usr/local/bin:/usr/bin:/bin:/opt/bin:/usr/sbin:/sbin
            LD_LIBRARY_PATH=/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib
            export LAMBDA_TASK_ROOT PATH LD_LIBRARY_PATH
            exec \(LaunchLine.quoted(try toolbox.path(of: .chroot))) \(LaunchLine.quoted(rootfs)) /var/task/bootstrap

            """
        try Disk.write(Data(enter.utf8), to: folder + "/bootstrap")
        try Disk.setMode(folder + "/bootstrap", 0o755)
        return try body(folder)
    }
}
