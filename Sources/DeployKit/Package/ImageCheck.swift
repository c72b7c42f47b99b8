import Foundation
import FunctionFile
import ToolKit

/// An image in an OCI archive, compared with what Lambda accepts, which it would say only after the upload, or not
/// clearly.
package struct ImageCheck: Sendable, Equatable {
    /// The digest of its manifest, in hexadecimal digits.
    package let digest: String
    /// Its architecture, in Lambda's words.
    package let architecture: String

    /// What Lambda takes: a manifest, and layers as tar, compressed by gzip or not.
    private static let manifests: Set = [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
    private static let layers: Set = [
        "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
    ]

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
        try toolbox.run(.tar, ["-xf", path, "-C", folder])
        func json(_ name: String) throws -> JSON {
            guard let data = try? Disk.read(folder + "/" + name), let value = JSON.parse(data) else {
                throw bad(
                    "it has no readable '\(name)'",
                    "an OCI archive has: shim-pack --image FILE, or skopeo copy … oci-archive:FILE"
                )
            }
            return value
        }
        func blob(_ digest: String?) throws -> String {
            let parts = (digest ?? "").split(separator: ":")
            guard parts.count == 2,
                parts.allSatisfy({ $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
            else {
                throw bad("a digest in it is damaged")
            }
            return "blobs/\(parts[0])/\(parts[1])"
        }
        let manifests = try json("index.json")["manifests"]?.array ?? []
        guard manifests.count == 1, let descriptor = manifests.first else {
            throw bad(
                "it has \(manifests.count) manifests, and Lambda takes one",
                "one platform, without attestations: docker buildx build --provenance=false --platform linux/arm64"
            )
        }
        guard Self.manifests.contains(descriptor["mediaType"]?.string ?? "") else {
            throw bad(
                "its manifest is of type '\(descriptor["mediaType"]?.string ?? "")', which Lambda does not take",
                "one platform, without attestations: docker buildx build --provenance=false --platform linux/arm64"
            )
        }
        digest = String((descriptor["digest"]?.string ?? "").split(separator: ":").last ?? "")
        let manifest = try json(try blob(descriptor["digest"]?.string))
        let config = try json(try blob(manifest.at("config", "digest")?.string))
        switch config["architecture"]?.string {
        case "amd64"?: architecture = "x86_64"
        case "arm64"?: architecture = "arm64"
        case let other:
            throw bad("it is for '\(other ?? "no architecture")', which Lambda does not have")
        }
        for layer in manifest["layers"]?.array ?? [] {
            let type = layer["mediaType"]?.string ?? ""
            guard Self.layers.contains(type) else {
                throw bad(
                    "a layer is of type '\(type)', which Lambda does not take",
                    "compress layers with gzip: skopeo copy --dest-compress-format gzip …"
                )
            }
            try Self.checkParents(folder + "/" + (try blob(layer["digest"]?.string)), toolbox, bad)
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
            let name = (line.hasPrefix("./") ? line.dropFirst(2) : line)
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
