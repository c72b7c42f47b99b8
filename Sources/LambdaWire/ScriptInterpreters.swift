/// What runs a file that does not say so itself by `#!`, by the end of its name.
///
/// The bootstrap looks for the interpreter in PATH and in layers; the packer packs such a file where it will be found.
package enum ScriptInterpreters {
    /// The interpreters' names by the ending, without its dot.
    package static let byEnding: [String: String] = [
        "R": "Rscript", "r": "Rscript", "jl": "julia", "py": "python3", "js": "node", "mjs": "node", "rb": "ruby",
        "pl": "perl", "php": "php", "lua": "lua", "tcl": "tclsh", "sh": "sh",
    ]

    /// The interpreter for a file's name; `nil` where its ending says nothing.
    package static func interpreter(of name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot > (name.lastIndex(of: "/") ?? name.startIndex) else { return nil }
        return byEnding[String(name[name.index(after: dot)...])]
    }
}
