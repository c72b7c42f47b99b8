import ImageKit
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
        let uri = reference.uri
        let result = Result { () throws(ControlError) in
            let image: ImageManifest
            do throws(ImageError) {
                image = try ImageManifest(in: folder, path: uri, choice: .theOnlyOne)
            } catch {
                note("cannot use the image '\(uri)': \(error.problem)")
                throw Self.notValid(uri)
            }
            if let (part, type) = image.refused {
                note("cannot use the image '\(uri)': Lambda takes no \(part) of type '\(type)'")
                throw .invalid(
                    "The image manifest, config or layer media type for the source image \(uri) is not supported."
                )
            }
            return try store.add(image: folder, reference)
        }
        // What was not kept goes with this object.
        if case .success = result { self.folder = nil }
        done(result)
    }

    private func fail() {
        let said = firstFailure ?? ""
        note("cannot get the image '\(reference.uri)': \(said)")
        let row = Self.refusals.first { row in row.phrases.contains { said.lowercased().contains($0) } }
        done(.failure(row?.error(reference.uri, said) ?? Self.notValid(reference.uri)))
    }

    /// What Lambda says where `skopeo` says this; the first that fits counts.
    private static let refusals:
        [(phrases: [String], error: @Sendable (_ uri: String, _ said: String) -> ControlError)] = [
            (["not installed"], { .invalid("Source image \($0) cannot be fetched here. \($1)") }),
            (
                ["unauthorized", "denied", "authentication required"],
                { _, _ in
                    .accessDenied("Lambda does not have permission to access the ECR image. Check the ECR permissions.")
                }
            ),
            (
                ["unknown", "no such file", "not found", "no image found", "404"],
                { uri, _ in .invalid("Source image \(uri) does not exist. Provide a valid source image.") }
            ),
        ]

    private static func notValid(_ uri: String) -> ControlError {
        .invalid("Source image \(uri) is not valid. Provide a valid source image.")
    }
}
