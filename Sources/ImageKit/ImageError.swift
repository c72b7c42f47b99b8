import Platform

/// Why an image cannot be read.
package enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is not an image, or one that cannot be used here.
    case unusable(path: String, problem: String)
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
        case .tooLarge(let path): "cannot use the image '\(path)': unpacked, it has more than Lambda takes (10 GB)"
        case .tooManyFiles(let path, let limit): "cannot use the image '\(path)': it has more than \(limit) files"
        case .missingTool(let path, let tool):
            """
            cannot unpack the image '\(path)': the program '\(tool)' is not installed
            hint: on Debian, 'apt-get install \(tool)'
            """
        case .damaged(let path, let detail): "cannot unpack the image '\(path)': \(detail)"
        case .file(let path, let cause): "cannot unpack the image '\(path)': \(cause)"
        }
    }
}
