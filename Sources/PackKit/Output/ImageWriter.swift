import ELF
import Foundation
import ToolKit

/// Writes an OCI image archive (image-spec 1.0): a layer with `shim` and one with the rest of the package, alone or on the
/// layers of a base image.
///
/// `shim` has a layer of its own because it is the same in all images: a registry stores and takes it once, and here it is
/// compressed once (``ShimCache``).
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
        let manifest = try writeManifest(plan, try writeLayers(tree))
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

    /// A blob that holds files.
    private struct Layer {
        let blob: Blob
        /// The SHA-256 of the archive before it was compressed, in hexadecimal digits.
        let diffID: String
    }

    /// Writes an archive of what lies in a folder.
    private func tar(_ names: [String], in folder: String, to path: String, _ options: [String] = []) throws {
        let same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"]
        try toolbox.run(.tar, same + options + ["-C", folder, "-cf", path] + names)
    }

    /// Writes the layers of a package, lowest first.
    private func writeLayers(_ folder: String) throws -> [Layer] {
        let shim = "\(Planner.taskFolder)/\(ShimCache.name)"
        let rest = staging.path("layer.tar")
        context.progress("image: pack \(try Disk.list(folder).count) folders")
        try tar(Disk.list(folder), in: folder, to: rest, ["--anchored", "--no-wildcards", "--exclude=\(shim)"])
        guard Disk.kind("\(folder)/\(shim)") == .file else { return try compress([rest]) }
        let cache = ShimCache(toolbox: toolbox)
        let key = try cache?.key(of: "\(folder)/\(shim)", madeBy: [.tar, .gzip])
        if let cache, let key, let kept = try cache.layer(key) {
            let place = blobPath(kept.digest)
            try Disk.copy(kept.path, to: place)
            try Disk.setMode(place, 0o644)
            let blob = Blob(digest: kept.digest, size: try SizeTable.size(place))
            return [Layer(blob: blob, diffID: kept.diffID)] + (try compress([rest]))
        }
        let own = staging.path("shim.tar")
        // With the folders that it is in, so that their modes are known to whoever unpacks it.
        try tar(["var", Planner.taskFolder, shim], in: folder, to: own, ["--no-recursion"])
        let layers = try compress([own, rest])
        if let cache, let key {
            let digest = layers[0].blob.digest
            cache.keep(layer: .init(path: blobPath(digest), diffID: layers[0].diffID, digest: digest), key)
        }
        return layers
    }

    /// Compresses archives side by side.
    private func compress(_ archives: [String]) throws -> [Layer] {
        let bytes = try archives.reduce(0) { try $0 + SizeTable.size($1) }
        context.progress("image: compress \(bytes >> 20) MB")
        var sums: [String] = []
        let results = try toolbox.results(archives.map { ToolRun(.gzip, ["-n", "-k", $0]) }) {
            sums = try Checksum(toolbox: toolbox).hex(archives)
        }
        for result in results where !result.succeeded { throw toolbox.failure(of: .gzip, result) }
        return try zip(archives, sums).map { archive, sum in
            unlink(archive)
            return Layer(blob: try adopt(archive + ".gz"), diffID: sum)
        }
    }

    private func blobPath(_ digest: String) -> String { "\(layout)/blobs/sha256/\(digest)" }

    /// Makes a file a blob, under its digest.
    private func adopt(_ path: String) throws -> Blob {
        let digest = try Checksum(toolbox: toolbox).hex(path)
        let size = try SizeTable.size(path)
        try Disk.setMode(path, 0o644)
        try Disk.move(path, to: blobPath(digest))
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

    private func writeManifest(_ plan: PackagePlan, _ layers: [Layer]) throws -> Blob {
        let media = "application/vnd.oci.image"
        let config = try writeJSON(config(plan, layers))
        let own: [[String: Any]] = layers.map { layer in
            [
                "mediaType": "\(media).layer.v1.tar+gzip", "digest": "sha256:\(layer.blob.digest)",
                "size": layer.blob.size,
            ]
        }
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
            "layers": (base?.layers ?? []) + own,
        ])
    }

    private func config(_ plan: PackagePlan, _ layers: [Layer]) throws -> [String: Any] {
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
        rootfs["diff_ids"] = (rootfs["diff_ids"] as? [String] ?? []) + layers.map { "sha256:\($0.diffID)" }
        config["rootfs"] = rootfs
        let history = config["history"] as? [[String: Any]] ?? []
        let step = ["created": "1980-01-01T00:00:00Z", "created_by": "shim-pack --image"]
        config["history"] = history + [[String: Any]](repeating: step, count: layers.count)
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
