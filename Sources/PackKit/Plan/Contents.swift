import ELF

/// A program of the package: the one that is started, its interpreter, or one that is included.
struct PackedProgram: Sendable {
    /// Its place in the package.
    let place: String
    /// The real path of its file.
    let path: String
    /// Whether shim starts it.
    let isMain: Bool
}

/// What belongs in a package, before it is known where libraries and glibc go.
struct Contents: Sendable {
    /// The program's name in messages.
    var name = ""
    var machine = Machine.current
    /// The program, the interpreter, and what is included, at the places that were asked for.
    var tree = PackageTree()
    /// The command, as if no loader of the package were needed.
    var launch: LaunchLine?
    var programs: [PackedProgram] = []
    /// All libraries of all of it.
    var closure = Closure()
    var notes: [String] = []
}
