import Platform

/// Why an image cannot be read.
package enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is not an image, or one that cannot be used here.
    case unusable(path: String, problem: String)
    /// It is for several machines, or has attestations, where one manifest is wanted.
    case severalManifests(path: String, count: Int)
    /// It has more in it than Lambda takes.
    case tooLarge(path: String)
    /// It has more files than can be dealt with.
    case tooManyFiles(path: String, limit: Int)
    /// A tool is not installed that its compression needs.
    case missingTool(path: String, tool: String)
    /// `tar` cannot unpack it.
    case damaged(path: String, detail: String)
    /// A file of what is unpacked cannot be made or changed.
    case file(path: String, SystemError)

    package var description: String {
        switch self {
        case .unusable(let path, let problem): "cannot use the image '\(path)': \(problem)"
        case .severalManifests(let path, _), .tooLarge(let path), .tooManyFiles(let path, _):
            "cannot use the image '\(path)': \(problem)"
        case .missingTool(let path, let tool):
            "cannot unpack the image '\(path)': \(problem)\nhint: on Debian, 'apt-get install \(tool)'"
        case .damaged(let path, _), .file(let path, _): "cannot unpack the image '\(path)': \(problem)"
        }
    }

    /// What is wrong, without the image's name.
    package var problem: String {
        switch self {
        case .unusable(_, let problem): problem
        case .severalManifests(_, let count): "it has \(count) manifests, and Lambda takes one"
        case .tooLarge: "unpacked, it has more than Lambda takes (10 GB)"
        case .tooManyFiles(_, let limit): "it has more than \(limit) files"
        case .missingTool(_, let tool): "the program '\(tool)' is not installed"
        case .damaged(_, let detail): detail
        case .file(_, let cause): "\(cause)"
        }
    }
}
