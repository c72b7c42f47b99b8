import ImageKit
import Platform
import ToolKit

/// What the user wants to run.
package enum Target: Sendable, Equatable {
    /// An executable or script, which `shim` runs for each event.
    case program(path: String, shim: String, arguments: [String])
    /// A folder that holds `bootstrap`.
    case folder(path: String)
    /// A zip of such a folder.
    case zip(path: String)
    /// A container image: an OCI layout, or an archive of one or of docker's form.
    case image(path: String)
    /// An image that somebody else has unpacked, and removes.
    case unpackedImage(UnpackedImage)
    /// A folder for `docker build` on Lambda's own base image, and the folder in it that becomes the package.
    case dockerfile(path: String, package: String, handler: String)

    /// Finds out what a path is.
    ///
    /// - Parameters:
    ///   - path: What the user typed; a plain name that is not a file here is looked for in `searchPath`.
    ///   - arguments: Arguments of the program.
    ///   - shim: Where the bootstrap for programs is.
    ///   - searchPath: The user's PATH.
    /// - Returns: The target, with an absolute path.
    /// - Throws: ``SimError`` where nothing there can be run.
    package static func find(
        _ path: String,
        arguments: [String],
        shim: String,
        searchPath: String
    ) throws(SimError) -> Target {
        var found = path
        if Files.status(path) == nil, !path.contains("/") {
            let candidates = searchPath.split(separator: ":").map { "\($0)/\(path)" }
            found = candidates.first { Files.status($0)?.isRegular == true && Files.isExecutable($0) } ?? path
        }
        guard let status = Files.status(found) else { throw .noSuchTarget(path) }
        let absolute = Paths.absolute(found)
        if status.isDirectory {
            if ImageUnpacker.isLayout(absolute) { return .image(path: absolute) }
            if Files.status(absolute + "/bootstrap") == nil, Files.status(absolute + "/Dockerfile") != nil {
                return try DockerfileFolder.target(absolute)
            }
            return .folder(path: absolute)
        }
        if isZip(absolute) { return .zip(path: absolute) }
        if ImageUnpacker.isArchive(absolute) { return .image(path: absolute) }
        guard status.isRegular, Files.isExecutable(absolute) else { throw .targetNotExecutable(path) }
        guard Files.status(shim) != nil else { throw .noShim(shim) }
        return .program(path: absolute, shim: shim, arguments: arguments)
    }

    /// The path of what runs.
    package var path: String {
        switch self {
        case .program(let path, _, _), .folder(let path), .zip(let path), .image(let path),
            .dockerfile(let path, _, _):
            path
        case .unpackedImage(let image): image.root
        }
    }

    /// What `_HANDLER` says where the user does not.
    package var defaultHandler: String {
        switch self {
        case .program(let path, _, _): Paths.name(path)
        case .dockerfile(_, _, let handler): handler
        case .folder, .zip, .image, .unpackedImage: "function.handler"
        }
    }

    /// A zip file begins with the header of its first entry, or is empty and has only an end record.
    private static func isZip(_ path: String) -> Bool {
        guard let bytes = try? Files.read(path, atMost: 4) else { return false }
        return bytes == [0x50, 0x4B, 3, 4] || bytes == [0x50, 0x4B, 5, 6]
    }
}
