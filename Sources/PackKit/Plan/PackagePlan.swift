import ELF

/// What was decided about a package, and why.
struct PackagePlan: Sendable {
    /// What goes where.
    var tree = PackageTree()
    /// The architecture of all of it.
    let machine: Machine
    /// The command for each event; a layer has none.
    var launch: LaunchLine?
    /// The program's name in messages.
    let name: String
    /// Lines for the user: why glibc comes along, what that changes.
    var notes: [String] = []
    /// What may keep it from working, which only its proof can tell.
    var unproved: String?
    /// Whether the files of C.UTF-8 come along with a glibc.
    var hasLocale = false
}
