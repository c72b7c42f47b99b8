import Foundation
import ToolKit

/// Files that shim-pack has made.
enum FinishedPackage {
    /// What an OCI archive begins with where its names are sorted: the header of its folder of blobs (POSIX.1-1988, ustar).
    private static let image = (name: Data("blobs/\0".utf8), magic: Data("ustar".utf8), magicOffset: 257)

    /// Whether a file is a package: a zip with the bootstrap, or an image archive.
    static func isOne(_ path: String) -> Bool {
        guard let data = try? Disk.map(path), data.count > 512 else { return false }
        if data.starts(with: image.name) { return data.dropFirst(image.magicOffset).starts(with: image.magic) }
        guard data.starts(with: Data("PK".utf8)), let archive = try? ZipReader(data, path: path) else { return false }
        return Set(archive.entries.map(\.name)).isSuperset(of: LayerContents.start)
    }
}
