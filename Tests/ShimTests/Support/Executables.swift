import Foundation

/// The programs under test, as SwiftPM built them beside the test program.
enum Executables {
    /// The path of a product of this package: beside the test program, or in the folder that SHIM_TEST_PRODUCTS names,
    /// whose programs may be for another architecture (scripts/arm64.sh).
    static func path(_ name: String) throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder =
            ProcessInfo.processInfo.environment["SHIM_TEST_PRODUCTS"] ?? (own as NSString).deletingLastPathComponent
        let path = folder + "/" + name
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
