import ImageKit

/// What `ImageConfig` puts in the place of an image's own words; each is independent of the others.
struct ImageOverrides: Equatable, Sendable {
    private let entryPoint: [String]?
    private let command: [String]?
    private let directory: String?

    /// Reads the member of a function's configuration.
    init(_ configuration: JSONValue?) {
        entryPoint = Self.words(configuration?["EntryPoint"])
        command = Self.words(configuration?["Command"])
        directory = configuration?["WorkingDirectory"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func words(_ value: JSONValue?) -> [String]? {
        guard let words = value?.array?.compactMap(\.string), !words.isEmpty else { return nil }
        return words
    }

    /// How an image is started with them.
    func applied(to image: ImageConfiguration) -> ImageConfiguration {
        var image = image
        image.entryPoint = entryPoint ?? image.entryPoint
        image.command = command ?? image.command
        if let directory { image.directory = directory.hasPrefix("/") ? directory : "/" + directory }
        return image
    }
}
