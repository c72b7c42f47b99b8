import ELF
import Foundation
import ImageKit
import ToolKit

/// An image that another one is based on: an OCI layout, or an archive of one.
struct BaseImage {
    let path: String
    /// The folder of the layout.
    private let layout: String
    private let toolbox: Toolbox
    /// The descriptors of its layers.
    let layers: [[String: Any]]
    /// Its configuration.
    let config: [String: Any]

    /// Reads an image; an archive is unpacked first.
    init(path: String, staging: Staging, toolbox: Toolbox) throws {
        self.path = path
        self.toolbox = toolbox
        if let scheme = path.firstRange(of: "://") {
            let isDocker = path[..<scheme.lowerBound] == "docker"
            throw PackError.unusableBase(
                path: path,
                cause: "it is an address, not a file",
                hint: "fetch it first: skopeo copy \(isDocker ? path : "docker://IMAGE") oci-archive:base.tar, "
                    + "then --base base.tar"
            )
        }
        switch Disk.kind(FileSystemRoot().realHost(Paths.absolute(path)) ?? path) {
        case .folder: layout = Paths.absolute(path)
        case .file:
            layout = try ImageUnpacker(
                path: path,
                scratch: staging.path("base"),
                keepsOwners: false,
                interrupts: toolbox.interrupts
            ).layout()
        default: throw ToolError.cannotRead(path: path, cause: "No such file or directory")
        }
        let layout = layout
        var blobs: [(blob: ImageBlob, file: String)] = []
        func blob(_ digest: String?) throws -> String {
            let found = try Self.blob(digest, in: layout, path: path)
            blobs.append(found)
            return found.file
        }
        guard Disk.kind(layout + "/index.json") != nil else {
            throw PackError.unusableBase(path: path, cause: "it has no index.json, so it is not an OCI layout")
        }
        var manifest = try Self.read(layout + "/index.json", path: path)
        // An index may lead to another one, with one entry a platform.
        for _ in 0..<4 {
            guard let manifests = manifest["manifests"] as? [[String: Any]] else { break }
            let own = Machine.current == .arm64 ? "arm64" : "amd64"
            let match = manifests.first { ($0["platform"] as? [String: Any])?["architecture"] as? String == own }
            manifest = try Self.read(try blob((match ?? manifests.first)?["digest"] as? String), path: path)
        }
        guard let layers = manifest["layers"] as? [[String: Any]],
            let configuration = manifest["config"] as? [String: Any]
        else { throw PackError.unusableBase(path: path, cause: "its manifest has no layers") }
        self.layers = layers
        config = try Self.read(try blob(configuration["digest"] as? String), path: path)
        for layer in layers { _ = try blob(layer["digest"] as? String) }
        try ImageBlob.check(blobs, path: path, toolbox: toolbox)
    }

    /// The file of a blob.
    func blob(_ digest: String) throws -> (blob: ImageBlob, file: String) {
        try Self.blob(digest, in: layout, path: path)
    }

    /// Refuses a base of another architecture.
    func check(machine: Machine) throws {
        let own = machine == .arm64 ? "arm64" : "amd64"
        guard let architecture = config["architecture"] as? String, architecture != own else { return }
        throw PackError.unusableBase(path: path, cause: "it is for \(architecture), the program for \(own)")
    }

    /// The glibc that its layers hold; `nil` where they have none.
    func glibcVersion() throws -> GlibcVersion? {
        var newest: GlibcVersion?
        for layer in layers {
            guard let digest = layer["digest"] as? String else { continue }
            let file = try blob(digest).file
            let names = try toolbox.run(.tar, ["-tf", file]).text.split(separator: "\n").map(String.init)
            for name in names where Self.isLibc(name) {
                let bytes = try toolbox.run(.tar, ["-xOf", file, name]).output
                // A link has no bytes; what it leads to is in the list as well.
                guard let elf = try? bytes.withUnsafeBytes({ try ELFFile($0) }) else { continue }
                newest = elf.versionDefinitions.compactMap(GlibcVersion.init(symbolVersion:)).max() ?? newest
            }
        }
        return newest
    }

    private static func isLibc(_ name: String) -> Bool {
        let last = Paths.name(name)
        return last == "libc.so.6" || (last.hasPrefix("libc-2.") && last.hasSuffix(".so"))
    }

    private static func blob(
        _ digest: String?,
        in layout: String,
        path: String
    ) throws -> (blob: ImageBlob, file: String) {
        guard let blob = digest.flatMap({ ImageBlob($0) }) else {
            throw PackError.unusableBase(path: path, cause: "it refers to a blob without a digest")
        }
        let file = "\(layout)/\(blob.place)"
        guard Disk.kind(file) == .file else {
            throw PackError.unusableBase(path: path, cause: "the blob \(blob.digest) is not in it")
        }
        return (blob, file)
    }

    private static func read(_ file: String, path: String) throws -> [String: Any] {
        guard let value = try? JSONSerialization.jsonObject(with: Disk.read(file)) as? [String: Any] else {
            throw PackError.unusableBase(path: path, cause: "'\(Paths.name(file))' is not a JSON object")
        }
        return value
    }
}
