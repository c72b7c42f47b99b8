/// What runs a file that does not say so itself by `#!`, by the end of its name.
///
/// The bootstrap looks for the interpreter in PATH and in layers; the packer packs such a file where it will be found.
package enum ScriptInterpreters {
    /// The interpreters' names by the ending, without its dot.
    package static let byEnding: [String: String] = [
        "R": "Rscript", "r": "Rscript", "jl": "julia", "py": "python3", "js": "node", "mjs": "node", "rb": "ruby",
        "pl": "perl", "php": "php", "lua": "lua", "tcl": "tclsh", "sh": "sh",
    ]

    /// Archives that a program runs with an option, by the ending without its dot; only the packer knows these.
    package static let archives: [String: (interpreter: String, arguments: [String])] = ["jar": ("java", ["-jar"])]

    /// The interpreter for a file's name; `nil` where its ending says nothing.
    package static func interpreter(of name: String) -> String? { ending(of: name).flatMap { byEnding[$0] } }

    /// The ending of a file's name, without its dot.
    package static func ending(of name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot > (name.lastIndex(of: "/") ?? name.startIndex) else { return nil }
        return String(name[name.index(after: dot)...])
    }
}
