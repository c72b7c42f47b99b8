/// The command that the bootstrap program starts for each invocation.
///
/// It is said twice: as shell words in the `bootstrap` script, and as plain words in the configuration of an image.
struct LaunchLine: Equatable, Sendable {
    /// One word of the command.
    enum Word: Equatable, Sendable {
        /// A file of the package, by its place in it.
        case file(String)
        /// Folders of the package, or absolute ones, as a search path before the one that is set already.
        case searchPath([String])
        /// Text as it is.
        case text(String)
        /// Text with the package's folder in it.
        case value(PackVariable)
    }

    var words: [Word]

    /// The file of the package that is started, by its place in it.
    var program: String {
        for case .file(let path) in words { return path }
        return ""
    }

    /// The command as words for a POSIX shell.
    func shell(root: String = "$LAMBDA_TASK_ROOT") -> String {
        words.map { word in
            switch word {
            case .file(let path): "\"\(root)/\(Self.escaped(path))\""
            case .searchPath(let folders):
                "\"" + folders.map { Self.folder(Self.escaped($0), root) }.joined(separator: ":")
                    + "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\""
            case .text(let text): Self.quoted(text)
            case .value(let value): value.shell(root: root)
            }
        }.joined(separator: " ")
    }

    /// The command as words of an exec form, for a root that is known.
    func plain(root: String) -> [String] {
        words.map { word in
            switch word {
            case .file(let path): "\(root)/\(path)"
            case .searchPath(let folders):
                folders.map { Self.folder($0, root) }.joined(separator: ":")
            case .text(let text): text
            case .value(let value): value.value(root: root)
            }
        }
    }

    private static func folder(_ folder: String, _ root: String) -> String {
        folder.hasPrefix("/") ? folder : folder.isEmpty ? root : "\(root)/\(folder)"
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
