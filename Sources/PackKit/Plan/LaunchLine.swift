/// The command that the bootstrap program starts for each invocation.
///
/// It is said twice: as shell words in the `bootstrap` script, and as plain words in the configuration of an image.
struct LaunchLine: Equatable, Sendable {
    /// One word of the command.
    enum Word: Equatable, Sendable {
        /// A file of the package, by its place in it.
        case file(String)
        /// Folders of the package as a search path, before the one that is set already.
        case searchPath([String])
        /// Text as it is.
        case text(String)
    }

    var words: [Word]

    /// The file that is started, by its place in the package.
    var program: String {
        guard case .file(let path)? = words.first else { return "" }
        return path
    }

    /// The command as words for a POSIX shell.
    func shell(root: String = "$LAMBDA_TASK_ROOT") -> String {
        words.map { word in
            switch word {
            case .file(let path): "\"\(root)/\(Self.escaped(path))\""
            case .searchPath(let folders):
                "\"" + folders.map { $0.isEmpty ? root : "\(root)/\(Self.escaped($0))" }.joined(separator: ":")
                    + "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\""
            case .text(let text): Self.quoted(text)
            }
        }.joined(separator: " ")
    }

    /// The command as words of an exec form, for a root that is known.
    func plain(root: String) -> [String] {
        words.map { word in
            switch word {
            case .file(let path): "\(root)/\(path)"
            case .searchPath(let folders):
                folders.map { $0.isEmpty ? root : "\(root)/\($0)" }.joined(separator: ":")
            case .text(let text): text
            }
        }
    }

    /// Text that a shell takes as it is: between single quotes where it needs them.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 47, 58, 61, 95: true
            default: false
            }
        }
        return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    /// Text for the inside of double quotes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if "\\\"$`".contains(character) { result += "\\" }
            result.append(character)
        }
        return result
    }
}
