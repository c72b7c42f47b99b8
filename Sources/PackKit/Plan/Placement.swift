/// Puts what a package holds in its place; the two ways are in the extensions.
struct Placement {
    let request: PackRequest
    let system: TargetSystem
    let context: PackContext
    let contents: Contents
    let exclusions: Exclusions
    /// The layers that the function will have.
    let layers: [LayerContents]
    /// The checked path of the bootstrap program; `nil` for a layer without it.
    let shim: String?

    var closure: Closure { contents.closure }

    /// The plan as the contents make it, libraries aside.
    func start() -> PackagePlan {
        PackagePlan(
            tree: contents.tree,
            machine: contents.machine,
            launch: contents.launch,
            name: contents.name,
            notes: contents.notes
        )
    }

    /// Whether a library is left out by the user.
    func isExcluded(_ library: PackedLibrary) -> Bool {
        !library.isGlibc && exclusions.contains(place: "lib/" + library.fileName, path: library.foundAt)
    }
}
