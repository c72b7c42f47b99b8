import FunctionFile
import ImageKit
import LambdaWire
import ToolKit

/// An image in an OCI archive, compared with what Lambda accepts, which it would say only after the upload, or not
/// clearly.
package struct ImageCheck: Sendable, Equatable {
    /// The digest of its manifest, in hexadecimal digits.
    package let digest: String
    /// Its architecture, in Lambda's words.
    package let architecture: String

    /// What to do about a part that Lambda does not take.
    private static let hints: [LambdaImage.Part: String] = [
        .manifest: oneManifest, .layer: "compress layers with gzip: skopeo copy --dest-compress-format gzip …",
    ]
    private static let oneManifest =
        "one platform, without attestations: docker buildx build --provenance=false --platform linux/arm64"

    /// Reads an archive.
    ///
    /// - Parameters:
    ///   - path: The archive.
    ///   - folder: An empty folder to unpack it in.
    ///   - toolbox: What unpacks.
    /// - Throws: ``DeployError/badPackage(path:problem:hint:)`` with what Lambda would refuse.
    package init(_ path: String, folder: String, toolbox: Toolbox) throws {
        func bad(_ problem: String, _ hint: String? = nil) -> DeployError {
            .badPackage(path: path, problem: problem, hint: hint)
        }
        do {
            let archive = ImageUnpacker(
                path: path,
                scratch: folder,
                keepsOwners: false,
                interrupts: toolbox.interrupts
            )
            let image = try ImageManifest(in: try archive.layout(), path: path, choice: .theOnlyOne)
            guard let digest = image.digest else {
                throw bad(
                    "it is what 'docker save' writes, and has no manifest yet",
                    "skopeo copy docker-archive:\(path) oci-archive:FILE"
                )
            }
            if let (part, type) = image.refused {
                let subject = part == .layer ? "a layer" : "its \(part)"
                throw bad("\(subject) is of type '\(type)', which Lambda does not take", Self.hints[part])
            }
            guard let architecture = LambdaImage.architectures[image.architecture ?? ""] else {
                throw bad("it is for '\(image.architecture ?? "no architecture")', which Lambda does not have")
            }
            try ImageBlob.check(image.blobs, path: path, toolbox: toolbox)
            for layer in image.layers { try Self.checkParents(layer, toolbox, bad) }
            (self.digest, self.architecture) = (digest.sum, architecture)
        } catch let error as ImageError {
            if case .severalManifests = error { throw bad(error.problem, Self.oneManifest) }
            throw bad(
                error.problem,
                "an OCI archive is wanted: shim-pack --image FILE, or skopeo copy … oci-archive:FILE"
            )
        }
    }

    /// Lambda wants the entry of each folder before those of what is in it.
    private static func checkParents(
        _ file: String,
        _ toolbox: Toolbox,
        _ bad: (String, String?) -> DeployError
    ) throws {
        var folders: Set<Substring> = []
        for line in try toolbox.run(.tar, ["-tf", file]).text.split(separator: "\n") {
            let name = line.trimmingPrefix("./").trimmingPrefix { $0 == "/" }
            let path = name.hasSuffix("/") ? name.dropLast() : name
            if let slash = path.lastIndex(of: "/"), !folders.contains(path[..<slash]) {
                throw bad(
                    "a layer has '\(path)' without an entry for its folder before it, which Lambda refuses (MissingParentDirectory)",
                    "build the layer with folders: tar without --no-recursion, shim-pack --image"
                )
            }
            if name.hasSuffix("/") { folders.insert(path) }
        }
    }
}
