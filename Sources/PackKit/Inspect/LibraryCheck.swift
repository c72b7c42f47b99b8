import ELF
import ToolKit

/// Asks whether every file finds its loader, its libraries and their versions, in the package or on the target.
enum LibraryCheck: PackageCheck {
    static func findings(in package: InspectedPackage) -> [Finding] {
        // A loader of its own brings its own glibc: versions are then that one's business, not the target's.
        let hasLoader = package.binaries.contains { GlibcFamily.isLoader(Paths.name($0.place)) }
        let provided = Set(package.files.map { Paths.name($0.place) }).union(package.binaries.compactMap(\.file.soname))
        let machine = package.binaries.first?.file.machine ?? .current
        let check = GlibcCheck(available: package.target.glibc, machine: machine)
        return package.binaries.filter { !GlibcFamily.contains(Paths.name($0.place)) }.flatMap { binary in
            absent(binary, provided, package.target)
                + (hasLoader ? [] : loader(of: binary, package.target))
                + versions(binary, package)
                + glibc(binary, check, hasLoader: hasLoader, package.target)
        }
    }

    private static func absent(
        _ binary: InspectedPackage.Binary,
        _ provided: Set<String>,
        _ target: Target
    ) -> [Finding] {
        binary.file.needed.filter { !provided.contains($0) }.compactMap { name in
            let isGlibc = GlibcFamily.contains(name) && !GlibcFamily.notOnTargets.contains(name)
            if isGlibc, target.glibc != nil { return nil }
            if target.commonLibraries.contains(name) {
                return .warning("\(binary.place) relies on the \(name) of \(target.rawValue)")
            }
            return .missing("\(name) (needed by \(binary.place))")
        }
    }

    private static func loader(of binary: InspectedPackage.Binary, _ target: Target) -> [Finding] {
        guard binary.file.kind == .dynamicExecutable, let loader = binary.file.interpreter,
            target.glibc == nil || loader != GlibcFamily.loader(for: binary.file.machine)
        else { return [] }
        return [.problem("\(binary.place) needs the loader \(loader), which \(target.rawValue) does not have")]
    }

    private static func versions(_ binary: InspectedPackage.Binary, _ package: InspectedPackage) -> [Finding] {
        binary.file.versionNeeds.filter { !GlibcFamily.contains($0.file) }.flatMap { need -> [Finding] in
            let library = package.binaries.first { $0.file.soname == need.file || Paths.name($0.place) == need.file }
            guard let library, !library.file.versionDefinitions.isEmpty else { return [] }
            let defined = library.file.versionDefinitions
            return need.versions.filter { !$0.isWeak && !defined.contains($0.name) }.map { version in
                .problem("\(binary.place) needs \(version.name), which \(library.place) does not have")
            }
        }
    }

    private static func glibc(
        _ binary: InspectedPackage.Binary,
        _ check: GlibcCheck,
        hasLoader: Bool,
        _ target: Target
    ) -> [Finding] {
        let own = Binary(path: binary.place, name: binary.place, file: binary.file)
        guard let unmet = check.unmet(own).first else { return [] }
        let need = "\(binary.place) needs \(unmet.version)" + (unmet.symbol.map { " (\($0))" } ?? "")
        guard !hasLoader else { return [.need("\(need); the package has a loader of its own")] }
        return [.problem("\(need); \(target.rawValue) has \(target.glibc.map(\.description) ?? "none")")]
    }
}
