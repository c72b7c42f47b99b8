import LambdaWire
import ToolKit

/// Writes a function or a layer as the zip archive that is uploaded.
struct ZipPackageWriter: PackageWriter {
    let request: PackRequest
    let context: PackContext
    let staging: Staging

    func check(_ plan: PackagePlan) throws {
        _ = try context.toolbox.path(of: .zip)
        guard plan.tree.entries.count <= ZipWriter.limit else {
            throw PackError.tooManyFiles(path: request.output, limit: ZipWriter.limit)
        }
        if !request.strips { try SizeTable(tree: plan.tree).checkUnpackedLimit() }
    }

    func write(_ plan: PackagePlan, from tree: String, _ sizes: SizeTable) throws -> WrittenPackage {
        try sizes.checkUnpackedLimit(isStripped: request.strips)
        context.progress("zip")
        let file = staging.path("package.zip")
        try ZipWriter(toolbox: context.toolbox, cache: ShimCache(toolbox: context.toolbox)).write(tree, to: file)
        let bytes = try SizeTable.size(file)
        try Disk.setMode(file, 0o644)
        return WrittenPackage(
            path: file,
            bytes: bytes,
            isUploaded: true,
            notes: bytes > LambdaLimit.zippedCode ? ["warning: " + SizeTable.zippedWarning(bytes)] : []
        )
    }
}
