/// Makes a package's `bootstrap` from a template.
package enum BootstrapTemplate {
    /// What the template has in the place of the program's name.
    package static let placeholder = "$$main$$"

    /// Why no bootstrap could be made.
    package enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// The name has a character that would end the quoting, or is not the name of a file in the package.
        case unusableName(String)
        /// The template does not say where the program's name goes.
        case noPlaceholder

        package var description: String {
            switch self {
            case .unusableName(let name):
                "cannot use the name '\(name)' in a bootstrap: it is empty, leaves the package, or has a quote, '$', "
                    + "a backquote, a backslash or a control character"
                    + "\nhint: rename the program"
            case .noPlaceholder:
                "the template has no '\(placeholder)'\nhint: put it where the program's name belongs"
            }
        }
    }

    /// Puts the program's name in the place of ``placeholder``, within the template's double quotes.
    ///
    /// - Parameters:
    ///   - template: The text of a POSIX sh script.
    ///   - main: The path of the program within the package.
    /// - Returns: The script.
    /// - Throws: ``Failure`` for a name that would break out of the quoting, or a template without the placeholder.
    package static func render(_ template: String, main: String) throws(Failure) -> String {
        guard isUsable(main) else { throw .unusableName(main) }
        let parts = template.split(separator: placeholder, omittingEmptySubsequences: false)
        guard parts.count > 1 else { throw .noPlaceholder }
        return parts.joined(separator: main)
    }

    private static func isUsable(_ name: String) -> Bool {
        // Between double quotes, sh gives a meaning to these only (POSIX, Shell Command Language 2.2.3).
        let special: Set<Unicode.Scalar> = ["\"", "$", "`", "\\"]
        let scalars = name.unicodeScalars
        guard scalars.allSatisfy({ !special.contains($0) && $0.value >= 0x20 && $0.value != 0x7F }) else {
            return false
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }
}
