import Foundation
import Glibc

/// A run of `shim-pack` in a folder of its own, and what it left there.
final class PackUnderTest {
    let folder: TemporaryFolder
    let status: Int32?
    let errors: String
    let output: String

    /// Runs the packer to its end, in a new folder where none is given, with the static bootstrap program named.
    init(
        _ arguments: [String],
        folder: TemporaryFolder? = nil,
        environment: [String: String] = [:],
        namesShim: Bool = true
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        let shim = namesShim ? ["--shim", try Executables.staticShim()] : []
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let process = try TestProcess(
            try Executables.path("shim-pack"),
            (arguments.first == "inspect" ? [] : shim) + arguments,
            environment: all,
            folder: self.folder.path
        )
        status = process.wait(.seconds(300))
        errors = process.errors
        output = process.outputText
    }

    /// The path of a file that it wrote.
    func path(_ name: String) -> String { folder.path + "/" + name }

    /// The names in a zip archive that it wrote, with their modes, `-rwxr-xr-x`.
    func entries(_ zip: String) throws -> [String: String] {
        let list = try PackTool.run("unzip", ["-Z", path(zip)])
        var result: [String: String] = [:]
        for line in list.split(separator: "\n") where "-dl".contains(line.first ?? "?") {
            let words = line.split(separator: " ", maxSplits: 8)
            if words.count == 9 { result[String(words[8])] = String(words[0]) }
        }
        return result
    }

    /// The text of a file in a zip archive.
    func text(_ name: String, in zip: String) throws -> String { try PackTool.run("unzip", ["-p", path(zip), name]) }
}

/// A root folder with nothing but a bare system in it, entered by chroot: the place where a build machine's libraries are not.
final class PackRoot {
    let folder: TemporaryFolder
    var path: String { folder.path + "/root" }

    /// A bare Debian 11 (glibc 2.31), made once by debootstrap and then kept in a cache.
    ///
    /// The copy shares its files with the cache by hard links, so tests must not write into existing ones.
    static func bullseye() throws -> PackRoot {
        guard geteuid() == 0 else { throw Executables.Missing("root rights: chroot and debootstrap need them") }
        let system = try cached("bullseye", ["--variant=minbase"])
        let root = try PackRoot()
        // Links need one file system; a copy is the same, only slower.
        if try PackTool.result("cp", ["-al", system, root.path]).status != 0 {
            try PackTool.run("rm", ["-rf", root.path])
            try PackTool.run("cp", ["-a", system, root.path])
        }
        return root
    }

    /// The files of a bare Debian 11 for the architecture that this machine does not have; nothing in it can run.
    static func foreign() throws -> String {
        let architecture = Machines.own == "arm64" ? "amd64" : "arm64"
        return try cached("bullseye-\(architecture)", ["--foreign", "--arch=\(architecture)", "--variant=minbase"])
    }

    /// A folder of the cache, made by debootstrap where it is not there.
    private static func cached(_ name: String, _ options: [String]) throws -> String {
        let cache = ProcessInfo.processInfo.environment["SHIM_TEST_CACHE"] ?? "/var/tmp/shim-test-cache"
        let system = "\(cache)/\(name)"
        try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        try PackTool.run(PackPrograms.repository + "/scripts/debian-root.sh", ["bullseye", system] + options)
        return system
    }

    /// An empty root.
    init() throws { folder = try TemporaryFolder() }

    /// Unpacks a zip archive into a folder of the root.
    func unpack(_ zip: String, to place: String = "/var/task") throws {
        try FileManager.default.createDirectory(atPath: path + place, withIntermediateDirectories: true)
        try PackTool.run("unzip", ["-q", "-o", zip, "-d", path + place])
    }

    /// Starts a command in the root as Lambda would, under a Runtime API that the test plays.
    ///
    /// /proc is mounted in a mount namespace of that process, so it is gone with it, whatever happens.
    func start(_ command: [String] = ["/var/task/bootstrap"], environment: [String: String] = [:]) throws
        -> ShimUnderTest
    {
        try FileManager.default.createDirectory(atPath: path + "/proc", withIntermediateDirectories: true)
        let enter = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\""
        let all = [
            "LD_LIBRARY_PATH": "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
            "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin:/usr/sbin:/sbin",
        ].merging(environment) { $1 }
        return try ShimUnderTest(
            ["-m", "sh", "-c", enter, path] + command,
            environment: all,
            taskRoot: "/var/task",
            executable: try Executables.system("unshare", package: "util-linux")
        )
    }
}

/// The programs that are packed.
enum PackPrograms {
    static var repository: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
            .standardizedFileURL.path
    }

    /// The handler `matrix`, built once in each run of the tests.
    static func matrix() throws -> String { try builtMatrix.get() }

    private static let builtMatrix = Result {
        let package = repository + "/handlers/matrix"
        try PackTool.run("swift", ["build", "--package-path", package, "-c", "release"])
        return package + "/.build/release/matrix"
    }

    /// Compiles a C program, or with `-shared` a library.
    @discardableResult
    static func c(_ source: String, to name: String, in folder: TemporaryFolder, _ options: [String] = []) throws
        -> String
    {
        let file = try folder.write("src/\(name).c", source)
        try PackTool.run("gcc", ["-o", "\(folder.path)/\(name)", file] + options)
        return "\(folder.path)/\(name)"
    }
}

/// This machine, as others call it.
enum Machines {
    /// In Lambda's words.
    static var own: String {
        #if arch(arm64)
        "arm64"
        #else
        "x86_64"
        #endif
    }

    /// The folder that Debian's libraries are in.
    static var triplet: String { own == "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu" }
}
