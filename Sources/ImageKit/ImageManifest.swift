import ELF
import Foundation
import Platform

/// The parts of an unpacked image archive or layout, whichever of the two usual forms it has.
package struct ImageManifest {
    /// Files of layers, the lowest first.
    package private(set) var layers: [String] = []
    package private(set) var configuration = ImageConfiguration()

    private let path: String
    private let folder: String

    /// More than any image's description has.
    private static let limit = 4 << 20

    /// Reads what an image says of itself.
    ///
    /// - Parameters:
    ///   - folder: The folder of an OCI layout (`index.json`), of an archive as `docker save` makes it (`manifest.json`), or
    ///     what `skopeo copy … dir:FOLDER` makes (`version`, `manifest.json` and blobs by their digests).
    ///   - path: What the user named, for messages.
    /// - Throws: ``ImageError/unusable(path:problem:)``.
    package init(in folder: String, path: String) throws(ImageError) {
        (self.folder, self.path) = (folder, path)
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

    // MARK: - The two forms

    private struct Descriptor: Decodable {
        struct Platform: Decodable {
            var architecture: String?
        }

        var mediaType: String?
        var digest: String
        var platform: Platform?
    }

    private struct Index: Decodable {
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

        var architecture: String?
        var config: Settings?
    }

    private static let architecture = Machine.current == .arm64 ? "arm64" : "amd64"

    private mutating func readLayout() throws(ImageError) {
        var index = try read(Index.self, "index.json")
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
            index = try read(Index.self, try blob(chosen, Self.layoutPlace))
        }
        try readParts(of: index, Self.layoutPlace)
    }

    private static func layoutPlace(_ algorithm: Substring, _ digits: Substring) -> String {
        "blobs/\(algorithm)/\(digits)"
    }

    private mutating func readFolder() throws(ImageError) {
        try readParts(of: try read(Index.self, "manifest.json")) { String($1) }
    }

    private mutating func readParts(
        of manifest: Index,
        _ place: (_ algorithm: Substring, _ digits: Substring) -> String
    ) throws(ImageError) {
        guard let layers = manifest.layers, let config = manifest.config else {
            throw bad("its manifest lists no layers")
        }
        for layer in layers { self.layers.append(try file(try blob(layer, place))) }
        try readConfiguration(try blob(config, place))
    }

    private mutating func readDockerArchive() throws(ImageError) {
        let images = try read([DockerImage].self, "manifest.json")
        guard let image = images.first else { throw bad("its manifest lists no image") }
        guard images.count == 1 else { throw bad("it holds \(images.count) images: which one is meant cannot be said") }
        for layer in image.Layers { layers.append(try file(layer)) }
        try readConfiguration(image.Config)
    }

    private mutating func readConfiguration(_ name: String) throws(ImageError) {
        let value = try read(Configuration.self, name)
        if let architecture = value.architecture, architecture != Self.architecture {
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
    }

    // MARK: - Files

    private func bad(_ problem: String) -> ImageError { .unusable(path: path, problem: problem) }

    /// The name of a blob's file, whose digest is first seen to be one.
    private func blob(
        _ descriptor: Descriptor,
        _ place: (_ algorithm: Substring, _ digits: Substring) -> String
    ) throws(ImageError) -> String {
        let parts = descriptor.digest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isPlain =
            parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { $0 &- 0x30 < 10 || $0 &- 0x61 < 26 }
            }
        guard isPlain else { throw bad("'\(descriptor.digest.prefix(100))' is not a digest") }
        return place(parts[0], parts[1])
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
