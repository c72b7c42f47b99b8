import Platform
import ToolKit

/// Writes a plan that lies staged as files in one of the forms that Lambda takes.
protocol PackageWriter {
    /// Refuses, before the work, an output that could not be written after it.
    func checkOutput(_ path: String) throws

    /// Refuses, before the copying, a plan that the form cannot hold.
    func check(_ plan: PackagePlan) throws

    /// Makes the output in the staging folder, from a folder with the plan's files and the sizes of these.
    func write(_ plan: PackagePlan, from tree: String, _ sizes: SizeTable) throws -> WrittenPackage
}

/// A finished file or folder, which only has to be moved to its place.
struct WrittenPackage {
    /// Where it was made.
    let path: String
    /// Its size, where it is a file.
    var bytes: Int?
    /// Whether Lambda gets it as it is, and shows its sum.
    var isUploaded = false
    /// Lines for the user.
    var notes: [String] = []
}

extension PackageWriter {
    /// Refuses what a file could not replace, or must not: /dev/null, say.
    func checkOutput(_ path: String) throws {
        func fail(_ cause: String) -> ToolError { .cannotWrite(path: path, cause: cause) }
        if path.isEmpty || path.hasSuffix("/") { throw fail("it is not the name of a file") }
        guard let there = Files.status(path), !there.isRegular else { return }
        throw fail(there.isDirectory ? "it is a folder" : "it is not a regular file")
    }

    func check(_ plan: PackagePlan) throws {}
}
