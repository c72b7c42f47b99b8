import Foundation

/// The programs under test, as SwiftPM built them.
///
/// `scripts/test.sh` names those of the release build, which are what users get: they are static, and some of Foundation does
/// not work there.
enum Executables {
    /// The path of a product of this package: in the folder that SHIM_TEST_PRODUCTS names, whose programs may be for another
    /// architecture (scripts/arm64.sh); without it, beside the test program.
    static func path(_ name: String) throws -> String {
        try path(name, in: ProcessInfo.processInfo.environment["SHIM_TEST_PRODUCTS"])
    }

    /// The program of a debug build: the only one into which LD_PRELOAD puts a library.
    static func dynamic(_ name: String) throws -> String { try path(name, in: nil) }

    private static func path(_ name: String, in folder: String?) throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = (folder ?? (own as NSString).deletingLastPathComponent) + "/" + name
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing("'\(path)': run 'swift build'") }
        return path
    }

    /// The static `shim` of a release build.
    static func staticShim() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
        let path =
            ProcessInfo.processInfo.environment["SHIM_STATIC"]
            ?? root.standardizedFileURL.appendingPathComponent(".build/release/shim").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing("'\(path)': run 'swift build -c release --product shim'")
        }
        return path
    }

    /// AWS's Runtime Interface Emulator.
    static func emulator() throws -> String {
        guard let path = ProcessInfo.processInfo.environment["SHIM_TEST_RIE"],
            FileManager.default.isExecutableFile(atPath: path)
        else { throw Missing("AWS's emulator: run scripts/test.sh, which fetches it and sets SHIM_TEST_RIE") }
        return path
    }

    /// A program of the system.
    static func system(_ name: String, package: String? = nil) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let folders: [Substring] = path.split(separator: ":") + ["/usr/sbin", "/sbin"]
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        throw Missing("'\(name)': apt-get install \(package ?? name)")
    }

    /// Something that the tests need is not there: a failure, never a skip.
    struct Missing: Error, CustomStringConvertible {
        let description: String
        init(_ what: String) { description = "missing " + what }
    }
}
