import ELF
import Foundation
import LambdaWire
import Platform

/// The parts of an unpacked image archive or layout, whichever of the two usual forms it has.
package struct ImageManifest {
    /// Files of layers, the lowest first.
    package private(set) var layers: [String] = []
    package private(set) var configuration = ImageConfiguration()
    /// Files that are named by their sums, which nobody has compared yet.
    package private(set) var blobs: [(blob: ImageBlob, file: String)] = []
    /// The manifest's digest, where the form has one.
    package private(set) var digest: ImageBlob?
    /// The processor that it is for, by the image's own name (`amd64`), where it says so.
    package private(set) var architecture: String?
    /// The media types of its parts, as far as they are named.
    package private(set) var mediaTypes: [(part: LambdaImage.Part, type: String)] = []

    /// Which image of several is meant.
    package enum Choice: Sendable {
        /// The one for this machine: to be run here.
        case thisMachine
        /// There must be one only, for any machine: to be handed on as it is.
        case theOnlyOne
    }

    private let path: String
    private let folder: String
    private let choice: Choice

    /// More than any image's description has.
    private static let limit = 4 << 20
    /// More layers than any engine takes (Docker: 125); each is unpacked by a program of its own.
    private static let layerLimit = 1000

    /// Reads what an image says of itself.
    ///
    /// - Parameters:
    ///   - folder: The folder of an OCI layout (`index.json`), of an archive as `docker save` makes it (`manifest.json`), or
    ///     what `skopeo copy … dir:FOLDER` makes (`version`, `manifest.json` and blobs by their digests).
    ///   - path: What the user named, for messages.
    ///   - choice: Which image is meant.
    /// - Throws: ``ImageError/unusable(path:problem:)``, ``ImageError/severalManifests(path:count:)``.
    package init(in folder: String, path: String, choice: Choice = .thisMachine) throws(ImageError) {
        (self.folder, self.path, self.choice) = (folder, path, choice)
        if Files.entry(folder + "/index.json")?.kind == .file {
            try readLayout()
        } else if Files.entry(folder + "/version")?.kind == .file {
            try readFolder()
        } else if Files.entry(folder + "/manifest.json")?.kind == .file {
            try readDockerArchive()
        } else {
            throw .unusable(path: path, problem: "it has neither index.json (OCI) nor manifest.json (docker save)")
        }
    }

    /// The first part of a type that Lambda does not take.
    ///
    /// A manifest of such a type has not been read any further: then there are no layers.
    package var refused: (part: LambdaImage.Part, type: String)? {
        mediaTypes.first { !LambdaImage.takes($0.type, as: $0.part) }
    }

    // MARK: - The forms

    private struct Descriptor: Decodable {
        struct Platform: Decodable {
            var architecture: String?
        }

        var mediaType: String?
        var digest: String
        var size: Int?
        var platform: Platform?
    }

    private struct Index: Decodable {
        var mediaType: String?
        var manifests: [Descriptor]?
        var layers: [Descriptor]?
        var config: Descriptor?
    }

    private struct DockerImage: Decodable {
        var Config: String
        var Layers: [String]
    }

    private struct Configuration: Decodable {
        struct Settings: Decodable {
            var Entrypoint: [String]?
            var Cmd: [String]?
            var Env: [String]?
            var WorkingDir: String?
        }

        struct Root: Decodable {
            var diff_ids: [String]?
        }

        var architecture: String?
        var config: Settings?
        var rootfs: Root?
    }

    private static let architecture = Machine.current == .arm64 ? "arm64" : "amd64"
    private static let indexType = "application/vnd.oci.image.index.v1+json"

    private mutating func readLayout() throws(ImageError) {
        var index = try read(Index.self, "index.json")
        if choice == .theOnlyOne {
            let all = index.manifests ?? []
            guard all.count == 1 else { throw .severalManifests(path: path, count: all.count) }
            var manifest = try read(Index.self, try blob(all[0], \.place))
            manifest.mediaType = all[0].mediaType ?? manifest.mediaType
            digest = ImageBlob(all[0].digest)
            return try readParts(of: manifest, \.place)
        }
        // An index may lead to another one, with one entry a platform.
        for _ in 0..<4 {
            guard let all = index.manifests else { break }
            // What a builder says of how it built is listed as an image of an unknown platform.
            let images = all.filter { $0.platform?.architecture != "unknown" }
            let fitting = images.filter { $0.platform?.architecture ?? Self.architecture == Self.architecture }
            guard let chosen = fitting.first else {
                let found = images.compactMap(\.platform?.architecture).joined(separator: ", ")
                throw bad(
                    found.isEmpty
                        ? "its index lists no image" : "it is for \(found), this machine is \(Self.architecture)"
                )
            }
            guard Set(fitting.map(\.digest)).count == 1 else {
                throw bad("it holds \(fitting.count) images: which one is meant cannot be said")
            }
            index = try read(Index.self, try blob(chosen, \.place))
        }
        try readParts(of: index, \.place)
    }

    private mutating func readFolder() throws(ImageError) {
        try readParts(of: try read(Index.self, "manifest.json"), \.sum)
    }

    // `place`: where a blob lies.
    private mutating func readParts(of manifest: Index, _ place: (ImageBlob) -> String) throws(ImageError) {
        if let type = manifest.mediaType ?? manifest.manifests.map({ _ in Self.indexType }) {
            mediaTypes.append((.manifest, type))
            if choice == .theOnlyOne, refused != nil { return }
        }
        guard let layers = manifest.layers, let config = manifest.config else {
            throw bad("its manifest lists no layers")
        }
        guard layers.count <= Self.layerLimit else { throw tooManyLayers(layers.count) }
        mediaTypes.append((.configuration, config.mediaType ?? ""))
        for layer in layers {
            mediaTypes.append((.layer, layer.mediaType ?? ""))
            self.layers.append(try file(try blob(layer, place)))
        }
        try readConfiguration(try blob(config, place))
    }

    private mutating func readDockerArchive() throws(ImageError) {
        let images = try read([DockerImage].self, "manifest.json")
        guard let image = images.first else { throw bad("its manifest lists no image") }
        guard images.count == 1 else { throw bad("it holds \(images.count) images: which one is meant cannot be said") }
        guard image.Layers.count <= Self.layerLimit else { throw tooManyLayers(image.Layers.count) }
        for layer in image.Layers { layers.append(try file(layer)) }
        let sums = try readConfiguration(image.Config)
        // These say what a layer is when it is not compressed, and this form has them as they are.
        for (layer, sum) in zip(layers, sums) where !ImageUnpacker.isCompressed(layer) {
            if let blob = ImageBlob(sum) { blobs.append((blob, layer)) }
        }
    }

    /// Returns the sums of the layers, as far as it has any.
    @discardableResult
    private mutating func readConfiguration(_ name: String) throws(ImageError) -> [String] {
        let value = try read(Configuration.self, name)
        architecture = value.architecture
        if choice == .thisMachine, let architecture, architecture != Self.architecture {
            throw bad("it is for \(architecture), this machine is \(Self.architecture)")
        }
        let settings = value.config
        configuration.entryPoint = settings?.Entrypoint ?? []
        configuration.command = settings?.Cmd ?? []
        for assignment in settings?.Env ?? [] {
            guard let equals = assignment.firstIndex(of: "=") else { continue }
            configuration.variables[String(assignment[..<equals])] = String(
                assignment[assignment.index(after: equals)...]
            )
        }
        if let directory = settings?.WorkingDir, !directory.isEmpty {
            configuration.directory = directory.hasPrefix("/") ? directory : "/" + directory
        }
        guard (configuration.words + [configuration.directory]).allSatisfy({ !$0.contains("\0") }) else {
            throw bad("its configuration has a NUL")
        }
        let sums = value.rootfs?.diff_ids ?? []
        guard sums.isEmpty || sums.count == layers.count else {
            throw bad("its manifest lists \(layers.count) layers, its configuration \(sums.count)")
        }
        return sums
    }

    // MARK: - Files

    private func bad(_ problem: String) -> ImageError { .unusable(path: path, problem: problem) }

    private func tooManyLayers(_ count: Int) -> ImageError {
        bad("it has \(count) layers, more than \(Self.layerLimit)")
    }

    /// The name of a blob's file, whose digest is first seen to be one.
    private mutating func blob(
        _ descriptor: Descriptor,
        _ place: (ImageBlob) -> String
    ) throws(ImageError) -> String {
        guard let blob = ImageBlob(descriptor.digest) else {
            throw bad("'\(descriptor.digest.prefix(100))' is not a digest (sha256 or sha512)")
        }
        let name = place(blob)
        let file = try file(name)
        if let size = descriptor.size, let entry = Files.entry(file), entry.size != size {
            throw bad("it is damaged: '\(name)' has \(entry.size) bytes, not \(size)")
        }
        blobs.append((blob, file))
        return name
    }

    /// A file of the archive: never one outside it, wherever its links lead.
    private func file(_ name: String) throws(ImageError) -> String {
        guard let found = ContainedPath.real(name, in: folder), Files.entry(found)?.kind == .file else {
            throw bad("'\(name.prefix(200))' is missing in it")
        }
        return found
    }

    private func read<T: Decodable>(_ type: T.Type, _ name: String) throws(ImageError) -> T {
        let file = try file(name)
        guard let size = Files.entry(file)?.size, size <= Self.limit else {
            throw bad("'\(name.prefix(200))' is larger than \(Self.limit) bytes")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(try Files.read(file, atMost: Self.limit)))
        } catch {
            throw bad("'\(name.prefix(200))' is not what the form of an image says it is")
        }
    }
}
