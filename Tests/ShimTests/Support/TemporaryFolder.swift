import Foundation
import Platform

/// A folder that is gone with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws { path = try Files.makeTemporaryFolder(prefix: "/tmp/shim-test-") }

    deinit { try? Files.removeTree(path) }

    /// Writes a file and gives back its path.
    @discardableResult
    func write(_ name: String, _ text: String, mode: Int = 0o644) throws -> String {
        try write(name, Array(text.utf8), mode: mode)
    }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8], mode: Int = 0o644) throws -> String {
        let file = path + "/" + name
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try TestProcess.writing.withLock { _ in try Data(bytes).write(to: URL(fileURLWithPath: file)) }
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    /// A script of /bin/sh that can be executed.
    func script(_ name: String, _ text: String, interpreter: String = "/bin/sh") throws -> String {
        try write(name, "#!\(interpreter)\n\(text)\n", mode: 0o755)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
    }
}
