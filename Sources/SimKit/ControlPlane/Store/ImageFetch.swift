import Platform
import ToolKit

/// Gets a container image into the store, by `skopeo`, which knows registries, archives and folders alike.
///
/// It lies there as `skopeo copy … dir:` writes it: the manifest as the registry has it, so that its digest is Lambda's
/// `CodeSha256`, and the blobs beside it.
final class ImageFetch {
    private static let skopeo = Tool("skopeo")

    private let reference: ImageReference
    private let store: ControlStore
    private let loop: EventLoop
    private let note: (String) -> Void
    private var waiting: ArraySlice<ImageReference.Source>
    private var sequence: ToolSequence?
    private var folder: String?
    private var done: (Result<CodeReference, ControlError>) -> Void = { _ in }
    private var firstFailure: String?

    /// Prepares to get an image.
    ///
    /// - Parameters:
    ///   - uri: What the request says.
    ///   - store: Where it goes.
    ///   - loop: The loop that waits for `skopeo`.
    ///   - note: Gets what `skopeo` says of what it cannot get: Lambda's own texts hide it.
    /// - Throws: ``ControlError`` where the address cannot be one.
    init(_ uri: String, into store: ControlStore, loop: EventLoop, note: @escaping (String) -> Void)
        throws(ControlError)
    {
        guard let reference = ImageReference(uri) else { throw Self.notValid(uri) }
        self.reference = reference
        self.store = store
        self.loop = loop
        self.note = note
        waiting = reference.sources[...]
    }

    deinit { if let folder { store.discard(folder) } }

    /// Gets it; `done` is called once, later.
    func start(_ done: @escaping (Result<CodeReference, ControlError>) -> Void) {
        self.done = done
        next()
    }

    private func next() {
        guard let source = waiting.popFirst() else { return fail() }
        let folder: String
        do throws(ControlError) {
            if let old = self.folder { store.discard(old) }
            folder = try store.makeIncoming()
        } catch {
            return done(.failure(error))
        }
        self.folder = folder
        let words = ["--insecure-policy", "copy", "--quiet", "--multi-arch", "index-only"]
        let step = ToolSequence.Step(
            tool: Self.skopeo,
            arguments: words + source.options + [source.name, "dir:" + folder]
        )
        sequence = ToolSequence([step], loop: loop) { [weak self] failure in
            guard let self else { return }
            if let failure {
                // The first way is the likeliest one, so its reason is the one to tell.
                firstFailure = firstFailure ?? failure
                return next()
            }
            succeed(folder)
        }
    }

    private func succeed(_ folder: String) {
        let result = Result { () throws(ControlError) in
            guard let manifest = ImageManifestCheck(folder) else { throw Self.notValid(reference.uri) }
            guard manifest.isSupported else {
                throw .invalid(
                    "The image manifest, config or layer media type for the source image \(reference.uri) "
                        + "is not supported."
                )
            }
            return try store.add(image: folder, reference)
        }
        self.folder = nil
        done(result)
    }

    private func fail() {
        let said = firstFailure ?? ""
        note("cannot get the image '\(reference.uri)': \(said)")
        let text = said.lowercased()
        let isDenied = ["unauthorized", "denied", "authentication required"].contains { text.contains($0) }
        let isMissing = ["unknown", "no such file", "not found", "no image found", "404"].contains { text.contains($0) }
        if text.contains("not installed") {
            done(.failure(.invalid("Source image \(reference.uri) cannot be fetched here. \(said)")))
        } else if isDenied {
            done(
                .failure(
                    .accessDenied("Lambda does not have permission to access the ECR image. Check the ECR permissions.")
                )
            )
        } else if isMissing {
            done(
                .failure(
                    .invalid("Source image \(reference.uri) does not exist. Provide a valid source image.")
                )
            )
        } else {
            done(.failure(Self.notValid(reference.uri)))
        }
    }

    private static func notValid(_ uri: String) -> ControlError {
        .invalid("Source image \(uri) is not valid. Provide a valid source image.")
    }
}

/// What Lambda looks at before it takes an image: one manifest, of types that it knows.
private struct ImageManifestCheck {
    let isSupported: Bool

    /// The types that Lambda takes, of docker's form and of OCI's (AWS's developer guide, "Container image requirements").
    private static let manifests = [
        "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
    ]
    private static let layers = [
        "application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.docker.image.rootfs.diff.tar",
        "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.layer.v1.tar",
    ]

    /// Reads the manifest; `nil` where it is not one.
    init?(_ folder: String) {
        guard let bytes = try? Files.read(folder + "/manifest.json", atMost: 4 << 20),
            let manifest = try? JSONValue.parse(bytes), manifest.members != nil
        else { return nil }
        let type = manifest["mediaType"]?.string
        let isKnown = type.map { Self.manifests.contains($0) } ?? (manifest["manifests"] == nil)
        isSupported =
            isKnown
            && (manifest["layers"]?.array ?? []).allSatisfy { Self.layers.contains($0["mediaType"]?.string ?? "") }
    }
}
