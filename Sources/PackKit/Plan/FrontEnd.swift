import ToolKit

/// Programs that only start another one, by a path of the system they were built for.
///
/// Their libraries make a package that starts, and then finds no such program. Nothing in the file says so: `Rscript`
/// puts the path together at run time. So it is known by name.
enum FrontEnd: PackageCheck {
    static func findings(in package: InspectedPackage) -> [Finding] {
        warning(package.files.map(\.place)).map { [.warning($0)] } ?? []
    }

    /// What there is to say about a package with `Rscript` and without R; `nil` where it has both, or neither.
    static func warning(_ places: some Collection<String>) -> String? {
        guard let place = places.filter({ Paths.name($0) == "Rscript" }).min() else { return nil }
        guard !places.contains(where: { Paths.name($0) == "R" }) else { return nil }
        return "\(place) only starts R, which is not in the package: it works where R is installed, not on Lambda; "
            + "docs/recipes.md packs R itself"
    }
}
