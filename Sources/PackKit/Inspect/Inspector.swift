import ELF
import Foundation
import LambdaWire
import Platform
import ToolKit

/// Looks at a finished package, whoever made it, and says what would stop it on Lambda.
package struct Inspector {
    let staging: Staging
    let toolbox: Toolbox

    /// The checks, in the order in which their findings are listed.
    private static var checks: [any PackageCheck.Type] {
        [BootstrapCheck.self, ModeCheck.self, MachineCheck.self, LibraryCheck.self, FrontEnd.self, SizeCheck.self]
    }

    /// The same for an image, which has a root of its own and may keep files to itself.
    private static var imageChecks: [any PackageCheck.Type] {
        [EntryPointCheck.self, MachineCheck.self, LibraryCheck.self, FrontEnd.self]
    }

    /// Prepares the work; the caller removes the staging folder.
    package init(staging: Staging, interrupts: Int32?) {
        self.staging = staging
        toolbox = Toolbox(scratch: staging.folder, interrupts: interrupts)
    }

    /// Inspects a zip archive, a folder or an image.
    package func inspect(_ path: String, target: Target) throws -> Inspection {
        let package = try open(path, target: target)
        let checks = package.image == nil ? Self.checks : Self.imageChecks
        let findings = try package.findings + checks.flatMap { try $0.findings(in: package) }
        return Inspection(of: path, package, findings)
    }

    private func open(_ path: String, target: Target) throws -> InspectedPackage {
        var findings: [Finding] = []
        let folder: String
        let items: [InspectedPackage.Item]
        var zippedBytes: Int?
        if let image = try InspectedImage.open(Paths.absolute(path), staging: staging, toolbox: toolbox) {
            return try InspectedPackage(
                target: .image,
                folder: image.root,
                items: try walk(image.root, ""),
                zippedBytes: Files.status(path)?.isRegular == true ? try SizeTable.size(path) : nil,
                image: image,
                findings: [],
                check: toolbox.checkInterrupt
            )
        }
        switch Disk.kind(FileSystemRoot().realHost(Paths.absolute(path)) ?? path) {
        case .folder:
            folder = Paths.absolute(path)
            items = try walk(folder, "")
        case .file:
            items = try unpack(path, &findings)
            folder = staging.path("unpacked")
            zippedBytes = try SizeTable.size(FileSystemRoot().realHost(Paths.absolute(path)) ?? path)
        case nil: throw ToolError.cannotRead(path: path, cause: "No such file or directory")
        default: throw ToolError.cannotRead(path: path, cause: "it is neither a zip archive nor a folder")
        }
        return try InspectedPackage(
            target: target,
            folder: folder,
            items: items,
            zippedBytes: zippedBytes,
            findings: findings,
            check: toolbox.checkInterrupt
        )
    }

    private func unpack(_ path: String, _ findings: inout [Finding]) throws -> [InspectedPackage.Item] {
        let reader = try ZipReader(path: path)
        var total = 0
        for entry in reader.entries {
            guard !entry.name.hasPrefix("/"), !entry.name.split(separator: "/").contains("..") else {
                throw PackError.damagedZip(path: path, cause: "'\(entry.name)' would lie outside the package")
            }
            total += entry.size
        }
        // Far beyond what Lambda unpacks there is nothing to learn from unpacking it here.
        guard total <= 4 * LambdaLimit.unpackedCode else {
            throw PackError.tooLarge(bytes: total, limit: LambdaLimit.unpackedCode, largest: "not looked for")
        }
        try Disk.makeFolder(staging.path("unpacked"))
        guard !reader.entries.isEmpty else { return [] }
        let warning = try ZipUnpacker(toolbox: toolbox).unpack(path, to: staging.path("unpacked"))
        if !warning.isEmpty { findings.append(.warning("unzip says: \(warning)")) }
        var last: [String: Int] = [:]
        for (index, entry) in reader.entries.enumerated() {
            guard last.updateValue(index, forKey: entry.name) != nil else { continue }
            findings.append(.warning("'\(entry.name)' is in the archive more than once; the last one counts here"))
        }
        // A table with too small sizes would let any archive pass.
        for (index, entry) in reader.entries.enumerated() where last[entry.name] == index {
            let there = Files.status(staging.path("unpacked/" + entry.name))
            guard !entry.isLink, let there, there.isRegular, there.size != entry.size else { continue }
            throw PackError.damagedZip(
                path: path,
                cause: "'\(entry.name)' has \(there.size) bytes, its table of contents says \(entry.size)"
            )
        }
        return reader.entries.enumerated().filter { last[$1.name] == $0 }.map { _, entry in
            // Archives made elsewhere than on Unix have no modes: Lambda does not make such files executable.
            InspectedPackage.Item(
                place: entry.name,
                mode: entry.mode ?? (entry.isFolder ? 0o040755 : 0o100644),
                size: entry.size
            )
        }
    }

    private func walk(_ folder: String, _ place: String) throws -> [InspectedPackage.Item] {
        try Disk.list(folder).flatMap { name -> [InspectedPackage.Item] in
            let path = folder + "/" + name
            let place = place.isEmpty ? name : place + "/" + name
            switch Disk.kind(path) {
            case .folder:
                let mode = UInt16(truncatingIfNeeded: Files.status(path)?.mode ?? 0)
                return [InspectedPackage.Item(place: place + "/", mode: mode, size: 0)] + (try walk(path, place))
            case .link: return [InspectedPackage.Item(place: place, mode: 0o120777, size: 0)]
            default:
                let mode = UInt16(truncatingIfNeeded: Files.status(path)?.mode ?? 0)
                return [InspectedPackage.Item(place: place, mode: mode, size: try SizeTable.size(path))]
            }
        }
    }
}
