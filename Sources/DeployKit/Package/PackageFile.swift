import Foundation
import FunctionFile
import ImageKit
import LambdaWire
import Platform
import ToolKit

/// What a file is that somebody wants to deploy, told by its content.
package enum PackageFile: Sendable, Equatable {
    /// A zip with a function.
    case function
    /// A zip with a layer.
    case layer
    /// An OCI image in an archive.
    case image
    /// A program or script, which must be packed first.
    case program

    /// Top folders of the layers that Lambda's documentation describes.
    private static let layerFolders: Set = [
        "bin", "lib", "extensions", "python", "nodejs", "java", "ruby", "share", "etc", "libexec",
    ]

    /// Looks at a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - hasRuntime: Whether the function has a runtime that needs no file `bootstrap` of it.
    ///   - toolbox: What lists archives.
    /// - Returns: What it is.
    /// - Throws: ``DeployError/badPackage(path:problem:hint:)`` for what is none of them.
    package static func kind(of path: String, hasRuntime: Bool, toolbox: Toolbox) throws
        -> PackageFile
    {
        guard let status = Files.status(path) else {
            throw DeployError.badPackage(path: path, problem: "No such file or directory", hint: nil)
        }
        guard status.isRegular else {
            throw DeployError.badPackage(
                path: path,
                problem: status.isDirectory ? "it is a folder" : "it is not a regular file",
                hint: status.isDirectory ? "zip its content, with 'bootstrap' at the top" : nil
            )
        }
        let start = try Files.read(path, atMost: 512)
        if start.starts(with: [0x50, 0x4B, 3, 4]) {
            let names = try toolbox.run(.unzip, ["-Z1", path]).text.split(separator: "\n").map(
                String.init
            )
            if hasRuntime || names.contains("bootstrap") { return .function }
            let tops = Set(names.compactMap { $0.split(separator: "/").first.map(String.init) })
            return !tops.isEmpty && tops.isSubset(of: layerFolders) ? .layer : .function
        }
        if ImageUnpacker.isArchive(path) { return .image }
        let isScript = ScriptInterpreters.interpreter(of: path) != nil || start.starts(with: Array("#!".utf8))
        if isScript || start.starts(with: [0x7F, 0x45, 0x4C, 0x46]) { return .program }
        throw DeployError.badPackage(
            path: path,
            problem: "it is neither a zip, an OCI archive nor a program",
            hint: "shim-pack makes packages: shim-pack PROGRAM, shim-pack --layer, shim-pack --image FILE"
        )
    }
}
