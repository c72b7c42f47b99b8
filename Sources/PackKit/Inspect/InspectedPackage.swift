import ELF
import Foundation

/// A package that is looked at: what is in it, and where its files lie unpacked.
struct InspectedPackage {
    /// One file or folder with the mode it will have.
    struct Item {
        /// Its place in the package; that of a folder ends in a slash.
        let place: String
        let mode: UInt16
        let size: Int

        var isLink: Bool { mode & 0o170000 == 0o120000 }
        var isFolder: Bool { place.hasSuffix("/") }
        /// The mode as people write it, `0644`.
        var octal: String { "0" + String(mode & 0o777, radix: 8) }
    }

    /// A program or library of the package.
    struct Binary {
        let place: String
        let file: ELFFile
    }

    let target: Target
    /// The folder with its files.
    let folder: String
    /// Its files and links.
    let files: [Item]
    let folders: [Item]
    /// The size of the archive, where it is one.
    let zippedBytes: Int?
    /// Its programs and libraries.
    private(set) var binaries: [Binary] = []
    /// How it is started, where it is an image.
    let image: InspectedImage?
    /// What was noticed while it was opened.
    private(set) var findings: [Finding]

    init(
        target: Target,
        folder: String,
        items: [Item],
        zippedBytes: Int?,
        image: InspectedImage? = nil,
        findings: [Finding],
        check: () throws -> Void
    ) throws {
        self.target = target
        self.folder = folder
        self.zippedBytes = zippedBytes
        self.image = image
        self.findings = findings
        files = items.filter { !$0.isFolder }
        folders = items.filter(\.isFolder)
        let cache = BinaryCache()
        for item in files where !item.isLink {
            try check()
            let path = folder + "/" + item.place
            do {
                if let file = try cache.read(path), file.kind != .other {
                    binaries.append(Binary(place: item.place, file: file))
                }
            } catch let error as PackError {
                self.findings.append(.warning(error.message.replacing(path, with: item.place)))
            }
        }
    }

    /// The size of all files together.
    var bytes: Int { files.reduce(0) { $0 + $1.size } }

    /// The architectures of its programs and libraries.
    var machines: Set<Machine> { Set(binaries.map(\.file.machine)) }
}
