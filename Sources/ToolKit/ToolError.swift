/// Why a tool or a file cannot be used.
package enum ToolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file could not be read or looked at.
    case cannotRead(path: String, cause: String)
    /// A file could not be written.
    case cannotWrite(path: String, cause: String)
    /// A tool of the system is not installed.
    case missingTool(name: String, package: String)
    /// A tool of the system failed.
    case toolFailed(name: String, status: String, detail: String)

    package var description: String {
        switch self {
        case .cannotRead(let path, let cause): "cannot read '\(path)': \(cause)"
        case .cannotWrite(let path, let cause): "cannot write '\(path)': \(cause)"
        case .missingTool(let name, let package):
            "cannot run '\(name)': it is not installed\nhint: apt-get install \(package)"
        case .toolFailed(let name, let status, let detail):
            "'\(name)' failed: \(status)" + (detail.isEmpty ? "" : ": \(detail)")
        }
    }
}
