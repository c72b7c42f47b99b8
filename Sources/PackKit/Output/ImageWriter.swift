import ELF
import Foundation
import ToolKit

/// Writes an OCI image archive (image-spec 1.0): one layer with the package, alone or on the layers of a base image.
struct ImageWriter: PackageWriter {
    let request: PackRequest
    /// The image that this one is based on.
    let base: BaseImage?
    let context: PackContext
    let staging: Staging

    private var toolbox: Toolbox { context.toolbox }
    private var layout: String { staging.path("oci") }

    func check(_ plan: PackagePlan) throws {
        guard request.template == nil || base != nil else {
            throw PackError.contradiction(
                "an image from scratch has no shell for --template",
                hint: "put it on a --base that has one, or write a --dockerfile"
            )
        }
    }

    func write(_ plan: PackagePlan, from tree: String, _ sizes: SizeTable) throws -> WrittenPackage {
        try Disk.makeFolder(layout + "/blobs/sha256")
        if base == nil { try Disk.setMode(tree + "/tmp", 0o1777) }
        let layer = try writeLayer(tree)
        let manifest = try writeManifest(plan, layer)
        try writeIndex(manifest, plan.machine)
        let archive = staging.path("image.tar")
        // The layer's modes are set already; those of the layout are the umask's.
        context.progress("image: archive")
        try tar([Self.noTime, "--mode=u=rwX,go=rX", "blobs", "index.json", "oci-layout"], in: layout, to: archive)
        try Disk.setMode(archive, 0o644)
        return WrittenPackage(
            path: archive,
            bytes: try SizeTable.size(archive),
            notes: ["image digest: sha256:\(manifest.digest)"]
        )
    }

    /// The time of what the packer itself writes; that of the layer's files is set already.
    private static let noTime = "--mtime=1980-01-01 00:00:00Z"

    /// A blob of the image.
    private struct Blob {
        let digest: String
        let size: Int
    }

    private func tar(_ names: [String], in folder: String, to path: String) throws {
        let options = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"]
        try toolbox.run(.tar, options + ["-C", folder, "-cf", path] + names)
    }

    private func writeLayer(_ folder: String) throws -> (blob: Blob, diffID: String) {
        let file = staging.path("layer.tar")
        context.progress("image: pack \(try Disk.list(folder).count) folders")
        try tar(Disk.list(folder), in: folder, to: file)
        context.progress("image: checksum")
        let diffID = try Checksum(toolbox: toolbox).hex(file)
        context.progress("image: compress \(try SizeTable.size(file) >> 20) MB")
        try toolbox.run(.gzip, ["-n", file])
        return (try adopt(file + ".gz"), diffID)
    }

    /// Makes a file a blob, under its digest.
    private func adopt(_ path: String) throws -> Blob {
        let digest = try Checksum(toolbox: toolbox).hex(path)
        let size = try SizeTable.size(path)
        try Disk.setMode(path, 0o644)
        try Disk.move(path, to: "\(layout)/blobs/sha256/\(digest)")
        return Blob(digest: digest, size: size)
    }

    private func writeJSON(_ value: [String: Any]) throws -> Blob {
        let path = staging.path("blob.json")
        try Disk.write(try Self.json(value), to: path)
        return try adopt(path)
    }

    private static func json(_ value: [String: Any]) throws -> Data {
        try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
    }

    private func writeManifest(_ plan: PackagePlan, _ layer: (blob: Blob, diffID: String)) throws -> Blob {
        let media = "application/vnd.oci.image"
        let config = try writeJSON(config(plan, diffID: layer.diffID))
        let own: [String: Any] = [
            "mediaType": "\(media).layer.v1.tar+gzip", "digest": "sha256:\(layer.blob.digest)", "size": layer.blob.size,
        ]
        for layer in base?.layers ?? [] {
            guard let digest = layer["digest"] as? String, let base else { continue }
            context.progress("image: copy a layer of the base")
            let (blob, file) = try base.blob(digest)
            let copy = "\(layout)/\(blob.place)"
            try FileManager.default.createDirectory(atPath: Paths.parent(copy), withIntermediateDirectories: true)
            try Disk.copy(file, to: copy)
        }
        return try writeJSON([
            "schemaVersion": 2,
            "mediaType": "\(media).manifest.v1+json",
            "config": [
                "mediaType": "\(media).config.v1+json", "digest": "sha256:\(config.digest)", "size": config.size,
            ],
            "layers": (base?.layers ?? []) + [own],
        ])
    }

    private func config(_ plan: PackagePlan, diffID: String) throws -> [String: Any] {
        guard let launch = plan.launch else {
            throw PackError.contradiction("no program to pack", hint: "only --layer does without one")
        }
        let root = "/" + Planner.taskFolder
        let start = request.template == nil ? [root + "/shim"] + launch.plain(root: root) : [root + "/bootstrap"]
        var config = base?.config ?? [:]
        var settings = config["config"] as? [String: Any] ?? [:]
        var environment = settings["Env"] as? [String] ?? ["PATH=\(root)/bin:/usr/local/bin:/usr/bin:/bin"]
        let variables = request.variables.map { ($0.name, $0.value(root: root)) }
        let replaced = ["LAMBDA_TASK_ROOT"] + variables.map(\.0)
        environment.removeAll { line in replaced.contains { line.hasPrefix($0 + "=") } }
        // What the template does for a zip; a base has its own locales and says which.
        let setsLocale = base == nil && plan.hasLocale && !replaced.contains("LC_ALL")
        settings["Env"] =
            environment + (setsLocale ? ["LC_ALL=C.UTF-8"] : []) + variables.map { "\($0)=\($1)" }
            + ["LAMBDA_TASK_ROOT=\(root)"]
        settings["Entrypoint"] = start
        // What the base would run, which would become arguments of ours.
        settings["Cmd"] = nil
        settings["WorkingDir"] = root
        config["config"] = settings
        config["architecture"] = plan.machine == .arm64 ? "arm64" : "amd64"
        config["os"] = "linux"
        config["created"] = "1980-01-01T00:00:00Z"
        var rootfs = config["rootfs"] as? [String: Any] ?? ["type": "layers"]
        rootfs["diff_ids"] = (rootfs["diff_ids"] as? [String] ?? []) + ["sha256:\(diffID)"]
        config["rootfs"] = rootfs
        let history = config["history"] as? [[String: Any]] ?? []
        config["history"] = history + [["created": "1980-01-01T00:00:00Z", "created_by": "shim-pack --image"]]
        return config
    }

    private func writeIndex(_ manifest: Blob, _ machine: Machine) throws {
        let index: [String: Any] = [
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [
                [
                    "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:\(manifest.digest)",
                    "size": manifest.size,
                    "platform": ["architecture": machine == .arm64 ? "arm64" : "amd64", "os": "linux"],
                    "annotations": ["org.opencontainers.image.ref.name": "latest"],
                ]
            ],
        ]
        try Disk.write(try Self.json(index), to: layout + "/index.json")
        try Disk.write(Data(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: layout + "/oci-layout")
    }
}
